use ureq::config::{Config, ConfigBuilder};
use ureq::typestate::AgentScope;
use ureq::{Agent, RequestExt};

use super::*;

fn redirect(status: u16, location: &str) -> Redirect {
    Redirect {
        status: StatusCode::from_u16(status).expect("a status"),
        location: Some(location.as_bytes().to_vec()),
    }
}

fn head(method: Method) -> Request<()> {
    let head = Request::builder()
        .method(method)
        .uri("https://a.test/x/y?q")
        .header("authorization", "Bearer x")
        .header("x-mine", "1")
        .body(());
    head.expect("a request")
}

fn agent(change: fn(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope>) -> Agent {
    change(Config::builder()).build().into()
}

#[test]
fn redirects_are_followed_as_far_as_they_may() {
    let agent = agent(|config| config.max_redirects(1).save_redirect_history(true));
    let head = agent.configure_request(head(Method::GET)).build();
    let first = [redirect(302, "../z")];
    let outcome = rehearse(&head, &first).expect("followed");
    assert_eq!(
        outcome.next.expect("one is allowed").uri,
        "https://a.test/z"
    );
    assert_eq!(
        outcome.response.get_redirect_history().map(<[Uri]>::len),
        Some(2)
    );
    let second = [first[0].clone(), redirect(302, "/end")];
    assert!(matches!(
        rehearse(&head, &second),
        Err(Error::TooManyRedirects)
    ));
    let head = agent
        .configure_request(head)
        .max_redirects_will_error(false)
        .build();
    let outcome = rehearse(&head, &second).expect("given back");
    assert!(outcome.next.is_none() && outcome.response.status() == 302);
}

#[test]
fn methods_and_headers_are_those_that_ureq_sends() {
    let agent = agent(|config| config);
    let post = agent.configure_request(head(Method::POST)).build();
    let next = rehearse(&post, &[redirect(303, "https://b.test/")])
        .ok()
        .and_then(|outcome| outcome.next)
        .expect("followed");
    assert_eq!(
        (next.method, next.uri.host()),
        (Method::GET, Some("b.test"))
    );
    assert_eq!(next.headers["x-mine"], "1");
    assert!(!next.headers.contains_key("authorization"));
    let refused = rehearse(&post, &[redirect(307, "/")]);
    assert!(matches!(refused, Err(Error::RedirectFailed)));
}

#[test]
fn a_redirect_that_leads_nowhere_is_an_error() {
    let agent = agent(|config| config.https_only(true));
    let head = agent.configure_request(head(Method::GET)).build();
    assert!(matches!(
        rehearse(&head, &[redirect(302, "http://a.test/")]),
        Err(Error::RequireHttpsOnly(_))
    ));
    let nowhere = Redirect {
        location: None,
        ..redirect(302, "")
    };
    assert!(matches!(
        rehearse(&head, &[nowhere]),
        Err(Error::Protocol(_))
    ));
}

#[test]
fn settings_are_read_from_the_request() {
    let agent = agent(|config| config);
    let head = agent.configure_request(head(Method::GET)).build();
    assert!(follows_redirects(&head));
    let head = agent.configure_request(head).max_redirects(0).build();
    assert!(!follows_redirects(&head));
    let unconfigured: Request<()> = Request::get("http://a.test/").body(()).expect("a request");
    assert!(unconfigured.middleware_config().is_none());
}
