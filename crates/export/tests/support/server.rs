//! A server that looks at what it is sent before it answers, or does not answer.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::read::GzDecoder;

/// Takes connections one after the other, until the process ends.
pub(crate) struct Server {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` is shown the body of each request and gives the status; without one the request is never answered.
    pub(crate) fn start(answer: impl FnMut(&str) -> Option<u16> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let bodies = Arc::<Mutex<Vec<String>>>::default();
        let seen = bodies.clone();
        let mut answer = answer;
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A connection that ends early is the client's affair.
                _ = stream.and_then(|stream| serve(stream, &seen, &mut answer));
            }
        });
        Self { address, bodies }
    }

    pub(crate) fn dsn(&self) -> String {
        format!("http://public@{}/1", self.address)
    }

    /// What came so far, the answered and the unanswered.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }
}

fn serve(
    stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &mut impl FnMut(&str) -> Option<u16>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(body) = body(&mut stream)? {
        seen.lock().unwrap().push(body.clone());
        match answer(&body) {
            Some(status) => write!(
                stream.get_mut(),
                "HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n"
            )?,
            // Until the client has had enough.
            None => drop(stream.read(&mut [0])?),
        }
    }
    Ok(())
}

/// The body of the next request; `None` where there is none.
fn body(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok();
        }
    }
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body)?;
    let mut text = String::new();
    if body.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(&*body).read_to_string(&mut text)?;
    } else {
        text = String::from_utf8(body).map_err(io::Error::other)?;
    }
    Ok(Some(text))
}
