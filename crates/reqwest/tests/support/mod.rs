//! Hosts on real sockets that keep what they receive, and what a tracer recorded.
#![allow(dead_code, reason = "each test uses its part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::SpanRecord;
use sentry_trace_runtime::{Options, Tracer};

/// A host, until it is dropped.
pub(crate) struct Host {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A request that a host received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What a host answers; nothing, and the connection stays open, where the status is 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
}

struct Shared {
    answer: Box<dyn Fn(&Seen) -> Reply + Send + Sync>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    stopped: AtomicBool,
}

/// A tracer, and what came of it.
pub(crate) struct Traced {
    pub(crate) tracer: Tracer,
    pub(crate) sink: MemorySink,
    notes: Arc<Mutex<Vec<String>>>,
}

impl Reply {
    pub(crate) fn of(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
        }
    }

    pub(crate) fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::of(status).with("location", location)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Host {
    /// On 127.0.0.1.
    pub(crate) fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST, answer)
    }

    /// On 127.0.0.2, which is another host to a client.
    pub(crate) fn elsewhere(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_on(Ipv4Addr::new(127, 0, 0, 2), answer)
    }

    fn start_on(host: Ipv4Addr, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            answer: Box::new(answer),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let serving = shared.clone();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if serving.stopped.load(Ordering::SeqCst) {
                    return;
                }
                serving.connections.fetch_add(1, Ordering::SeqCst);
                let serving = serving.clone();
                thread::spawn(move || serving.serve(stream));
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it received so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(seen) = read(&mut stream) {
            lock(&self.seen).push(seen.clone());
            let reply = (self.answer)(&seen);
            if reply.status == 0 {
                // The client goes away.
                _ = stream.read(&mut [0]);
                return;
            }
            let mut text = format!("HTTP/1.1 {} \r\ncontent-length: 4\r\n", reply.status);
            for (name, value) in reply.headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            let body = if seen.method == "HEAD" { "" } else { "body" };
            let text = format!("{text}\r\n{body}");
            if stream.get_mut().write_all(text.as_bytes()).is_err() {
                return;
            }
        }
    }
}

impl Seen {
    /// The one value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found: Vec<_> = self
            .headers
            .iter()
            .filter(|(known, _)| known == name)
            .collect();
        assert!(found.len() <= 1, "{name}: {found:?}");
        found.first().map(|(_, value)| value.as_str())
    }

    /// Whether it carries a trace.
    pub(crate) fn is_traced(&self) -> bool {
        let ours = ["sentry-trace", "baggage"].map(|name| self.header(name).is_some());
        assert_eq!(ours[0], ours[1], "{self:?}");
        ours[0]
    }
}

impl Traced {
    /// Everything is recorded; only 127.0.0.1 gets headers.
    pub(crate) fn new() -> Self {
        Self::with(Options::new())
    }

    /// The same with further options.
    pub(crate) fn with(options: Options) -> Self {
        let (sink, notes) = (MemorySink::new(), Arc::new(Mutex::new(Vec::new())));
        let told = notes.clone();
        let options = options
            .ignore_environment()
            .traces_sample_rate(1.0)
            .trace_propagation_targets(["http://127.0.0.1"])
            .inline_sink(sink.clone())
            .on_diagnostic(move |diagnostic| lock(&told).push(diagnostic.to_string()));
        Self {
            tracer: Tracer::new(options).expect("valid options"),
            sink,
            notes,
        }
    }

    /// The spans of the one transaction that was finished.
    pub(crate) fn spans(&self) -> Vec<SpanRecord> {
        let mut transactions = self.sink.take();
        assert_eq!(transactions.len(), 1, "{transactions:#?}");
        transactions.remove(0).spans
    }

    /// What the diagnostics were told.
    pub(crate) fn notes(&self) -> Vec<String> {
        lock(&self.notes).clone()
    }
}

/// The status of a span, and how often its request had been sent before.
pub(crate) fn outcome(span: &SpanRecord) -> (&'static str, i64) {
    let count = span.data.get("http.request.resend_count");
    let count = count.and_then(sentry_trace_runtime::Value::as_integer);
    (
        span.status.map_or("", |status| status.as_str()),
        count.unwrap_or(0),
    )
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let first = line(stream)?;
    let mut parts = first.split(' ').map(str::to_owned);
    let mut seen = Seen {
        method: parts.next()?,
        path: parts.next()?,
        ..Seen::default()
    };
    loop {
        let header = line(stream)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        seen.headers
            .push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut length = seen
        .header("content-length")
        .map_or(0, |length| length.parse().expect("a number"));
    let is_chunked = seen.header("transfer-encoding").is_some();
    loop {
        if is_chunked {
            length = usize::from_str_radix(&line(stream)?, 16).ok()?;
        }
        let start = seen.body.len();
        seen.body.resize(start + length, 0);
        stream.read_exact(&mut seen.body[start..]).ok()?;
        if is_chunked {
            line(stream)?;
        }
        if !is_chunked || length == 0 {
            return Some(seen);
        }
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
