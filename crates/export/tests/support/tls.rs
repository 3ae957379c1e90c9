//! TLS in front of a collector, and the authorities that issue its certificates.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::support::PATIENCE;

/// An authority that nobody knows yet.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// Its own certificate.
    pub(crate) fn pem(&self) -> Vec<u8> {
        self.pem.clone().into_bytes()
    }

    /// A server with a certificate for these hosts.
    pub(crate) fn server_of(&self, hosts: &[&str]) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let hosts: Vec<_> = hosts.iter().map(|&host| host.to_owned()).collect();
        let params = CertificateParams::new(hosts).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into());
        Arc::new(config.unwrap())
    }
}

/// Takes TLS connections, one after the other, and passes on what they carry. It stops when it is dropped, and waits for
/// the connection that it has.
pub(crate) struct Front {
    address: SocketAddr,
    state: Arc<State>,
    refusals: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    collector: SocketAddr,
    server: Mutex<Arc<ServerConfig>>,
    /// What came over the wire, as it came.
    wire: Arc<Mutex<Vec<u8>>>,
    stopping: AtomicBool,
}

impl Front {
    pub(crate) fn start(server: Arc<ServerConfig>, collector: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            collector,
            server: Mutex::new(server),
            wire: Arc::default(),
            stopping: AtomicBool::new(false),
        });
        let (refused, refusals) = channel();
        let thread = thread::spawn({
            let state = state.clone();
            move || state.accept(&listener, &refused)
        });
        Self {
            address,
            state,
            refusals,
            thread: Some(thread),
        }
    }

    pub(crate) fn dsn(&self, host: &str) -> String {
        format!("https://public@{host}:{}/1", self.address.port())
    }

    /// From the next connection on.
    pub(crate) fn change_to(&self, server: Arc<ServerConfig>) {
        *self.state.server.lock().unwrap() = server;
    }

    /// Waits for the next connection whose handshake the client gives up. The alert that says why does not always come.
    pub(crate) fn wait_for_refusal(&self) {
        self.refusals.recv_timeout(PATIENCE).unwrap();
    }

    /// What came over the wire so far, as it came.
    pub(crate) fn wire(&self) -> Vec<u8> {
        self.state.wire.lock().unwrap().clone()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.state.stopping.store(true, Ordering::SeqCst);
        // The thread waits for a connection.
        _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

impl State {
    fn accept(&self, listener: &TcpListener, refused: &Sender<()>) {
        for stream in listener.incoming() {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            let connection = stream.and_then(|stream| self.handshake(stream));
            // A connection that ends early is the client's affair.
            _ = match connection {
                Ok(connection) => self.pass_on(connection),
                Err(_) => refused.send(()).map_err(io::Error::other),
            };
        }
    }

    fn handshake(&self, stream: TcpStream) -> io::Result<Connection> {
        let server = self.server.lock().unwrap().clone();
        let mut tls = ServerConnection::new(server).map_err(io::Error::other)?;
        let wire = self.wire.clone();
        let mut tapped = Tapped { stream, wire };
        tls.complete_io(&mut tapped)?;
        Ok(StreamOwned::new(tls, tapped))
    }

    fn pass_on(&self, connection: Connection) -> io::Result<()> {
        let mut client = BufReader::new(connection);
        let mut collector = BufReader::new(TcpStream::connect(self.collector)?);
        while let Some(request) = message(&mut client)? {
            collector.get_mut().write_all(&request)?;
            let Some(answer) = message(&mut collector)? else {
                break;
            };
            client.get_mut().write_all(&answer)?;
        }
        Ok(())
    }
}

/// A request or an answer, `None` at the end of the stream.
fn message(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    loop {
        let start = bytes.len();
        if from.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&bytes[start..]).to_ascii_lowercase();
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let head = bytes.len();
    bytes.resize(head + length, 0);
    from.read_exact(&mut bytes[head..])?;
    Ok(Some(bytes))
}

type Connection = StreamOwned<ServerConnection, Tapped>;

struct Tapped {
    stream: TcpStream,
    wire: Arc<Mutex<Vec<u8>>>,
}

impl Read for Tapped {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(into)?;
        self.wire.lock().unwrap().extend(&into[..length]);
        Ok(length)
    }
}

impl Write for Tapped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
