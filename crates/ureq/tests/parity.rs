//! A traced agent does what the same agent does untraced, but for our headers.

#[path = "../../reqwest/tests/support/mod.rs"]
mod support;

use std::sync::{Arc, OnceLock};

use sentry_trace_ureq::{ConfigBuilderExt, TraceMiddleware};
use support::{Host, Reply, Seen, Traced};
use ureq::config::{ConfigBuilder, RedirectAuthHeaders};
use ureq::http::{Method, Request};
use ureq::typestate::AgentScope;
use ureq::{Agent, ResponseExt, SendBody};

type Settings = fn(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope>;

const SETTINGS: [Settings; 8] = [
    |config| config,
    |config| config.save_redirect_history(true),
    |config| config.max_redirects(0).save_redirect_history(true),
    |config| config.max_redirects(1),
    |config| {
        let config = config.max_redirects(2).save_redirect_history(true);
        config.max_redirects_will_error(false)
    },
    |config| config.redirect_auth_headers(RedirectAuthHeaders::SameHost),
    |config| config.http_status_as_error(false),
    |config| config.user_agent("mine").accept(""),
];

const PATHS: [&str; 14] = [
    "/end", "/301", "/302", "/303", "/307", "/308", "/300", "/304", "/away", "/secret", "/loop",
    "/nowhere", "/bad", "/404",
];

/// Both hosts know these paths.
fn answer(seen: &Seen, home: &str, other: &str) -> Reply {
    match seen.path.as_str() {
        "/away" => Reply::redirect(302, format!("{other}/back")),
        "/back" => Reply::redirect(302, format!("{home}/301")),
        "/secret" => Reply::redirect(302, format!("{other}/end").replace("://", "://user:pass@")),
        "/loop" => Reply::redirect(307, "loop"),
        "/nowhere" => Reply::of(302),
        "/bad" => Reply::redirect(302, "http://["),
        "/end" => Reply::of(200),
        path => match path[1..].parse() {
            Ok(status @ 300..400) => Reply::redirect(status, "end"),
            Ok(status) => Reply::of(status),
            Err(_) => Reply::of(404),
        },
    }
}

fn hosts() -> (Host, Host) {
    let urls = Arc::new(OnceLock::<(String, String)>::new());
    let host = |start: fn(Answer) -> Host| {
        let urls = urls.clone();
        start(Box::new(move |seen| {
            let (home, other) = urls.get().expect("known by then");
            answer(seen, home, other)
        }))
    };
    let (home, other) = (
        host(|answer| Host::start(answer)),
        host(|answer| Host::elsewhere(answer)),
    );
    urls.set((home.url(""), other.url(""))).expect("set once");
    (home, other)
}

type Answer = Box<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// What came back, as text, with what the hosts received but for our headers.
fn run(agent: &Agent, method: &Method, path: &str) -> String {
    let (home, other) = hosts();
    let request = Request::builder()
        .method(method)
        .uri(home.url(path))
        .header("authorization", "Bearer x")
        .header("cookie", "a=1")
        .header("x-mine", "1")
        .header("x-mine", "2");
    let body = if *method == Method::POST {
        SendBody::from_owned_reader(&b"text"[..])
    } else {
        SendBody::none()
    };
    let result = agent.run(request.body(body).expect("a request"));
    let result = result.map(|response| {
        let history = response.get_redirect_history().map(<[_]>::to_vec);
        (response.status(), response.get_uri().clone(), history)
    });
    let seen = [home.seen(), other.seen()].map(|seen| seen.into_iter().map(comparable));
    let seen: Vec<Vec<_>> = seen.into_iter().map(Iterator::collect).collect();
    let text = format!("{result:?} {seen:#?}");
    let address = |host: &Host| host.url("").replace("http://", "");
    text.replace(&address(&home), "HOME")
        .replace(&address(&other), "OTHER")
}

fn comparable(mut seen: Seen) -> Seen {
    let ours = ["sentry-trace", "baggage", "host"];
    seen.headers.retain(|(name, _)| !ours.contains(&&**name));
    seen.headers.sort();
    seen
}

#[test]
fn settings_of_an_agent_keep_their_meaning() {
    let traced = Traced::new();
    for (number, settings) in SETTINGS.into_iter().enumerate() {
        let trace = TraceMiddleware::new().tracer(traced.tracer.clone());
        let plain: Agent = settings(Agent::config_builder()).build().into();
        let agent = settings(Agent::config_builder()).build_traced_with(trace);
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            for path in PATHS {
                let expected = run(&plain, &method, path);
                let got = run(&agent, &method, path);
                assert_eq!(got, expected, "settings {number}, {method} {path}");
            }
        }
    }
    // The host outside the targets is what they are told of, and no setting.
    let notes = traced.notes();
    assert!(
        matches!(&notes[..], [note] if note.starts_with("a request to 127.0.0.2 ")),
        "{notes:#?}"
    );
}

#[test]
fn settings_of_a_request_keep_their_meaning() {
    let traced = Traced::new();
    let trace = TraceMiddleware::new().tracer(traced.tracer.clone());
    let plain = Agent::new_with_defaults();
    let agent = Agent::config_builder().build_traced_with(trace);
    let run = |agent: &Agent, limit| {
        let (home, other) = hosts();
        let request = agent.get(home.url("/away")).config().max_redirects(limit);
        let request = request.max_redirects_will_error(limit % 2 == 0);
        let result = request.save_redirect_history(true).build().call();
        let history = result.map(|response| {
            let history = response.get_redirect_history().expect("it is kept");
            (response.status(), history.len())
        });
        format!("{history:?} {} {}", home.seen().len(), other.seen().len())
    };
    for limit in 0..5 {
        assert_eq!(run(&agent, limit), run(&plain, limit), "{limit}");
    }
}
