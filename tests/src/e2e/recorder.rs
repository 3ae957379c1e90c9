//! A host that the client under test calls: it keeps what it received.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use http::header::LOCATION;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A host, until it is dropped.
pub struct Recorder {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Recorded>>>,
    task: JoinHandle<()>,
}

/// A request that it received.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Recorder {
    /// On 127.0.0.1.
    pub async fn start() -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST).await
    }

    /// On another address of the loopback range, which is another host to a client.
    pub async fn start_elsewhere() -> Self {
        Self::start_on(Ipv4Addr::new(127, 0, 0, 2)).await
    }

    async fn start_on(host: Ipv4Addr) -> Self {
        let listener = TcpListener::bind((IpAddr::V4(host), 0))
            .await
            .expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, requests.clone()));
        Self {
            address,
            requests,
            task,
        }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A URL that answers with a redirect to `location`.
    pub fn redirect_to(&self, status: u16, location: &str) -> String {
        let location: String = url::form_urlencoded::byte_serialize(location.as_bytes()).collect();
        self.url(&format!("/redirect?status={status}&to={location}"))
    }

    /// What it received so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The one request that it received.
    pub fn request(&self) -> Recorded {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:#?}");
        requests.remove(0)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Recorded {
    /// All values of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The one value of a header; `None` when it is absent.
    pub fn one(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(
            values.len() <= 1,
            "{name} came {} times: {values:?}",
            values.len()
        );
        values.first().copied()
    }

    /// All headers of ours, in order of their names.
    pub fn trace_headers(&self) -> Vec<(&str, &str)> {
        let ours = ["baggage", "sentry-trace", "traceparent"];
        ours.iter()
            .flat_map(|name| self.all(name).into_iter().map(move |value| (*name, value)))
            .collect()
    }

    /// The sentry members of the baggage with their values as they came.
    pub fn sentry_members(&self) -> Vec<(&str, &str)> {
        let pieces = self.one("baggage").unwrap_or_default().split(',');
        pieces
            .filter_map(|piece| piece.strip_prefix("sentry-")?.split_once('='))
            .collect()
    }

    /// The value of a sentry member.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.sentry_members()
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

async fn serve(listener: TcpListener, requests: Arc<Mutex<Vec<Recorded>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let requests = requests.clone();
        let service = service_fn(move |request| {
            let requests = requests.clone();
            async move { Ok::<_, Infallible>(answer(&request, &requests)) }
        });
        // A client that goes away is no fault of the recorder's.
        tokio::spawn(
            hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .into_owned(),
        );
    }
}

fn answer(request: &Request<Incoming>, requests: &Mutex<Vec<Recorded>>) -> Response<String> {
    let headers = request.headers().iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Recorded {
            method: request.method().to_string(),
            target: request.uri().to_string(),
            headers: headers.collect(),
        });
    let query = request.uri().query().unwrap_or_default();
    let value = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let mut response = Response::new("recorded".to_owned());
    let status = value("status").and_then(|status| status.parse().ok());
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    if let Some(location) = value("to").and_then(|location| location.parse().ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
