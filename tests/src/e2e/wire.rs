//! HTTP/1.1 by hand: what the suite sends is exactly what is written, and a connection breaks off when it is told to.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long anything may take that needs no more than a moment.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub struct Wire {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer that was read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The bytes behind the head, chunks still framed.
    pub body: Vec<u8>,
}

impl Wire {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the server listens");
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Sends a request without a body, after which the server closes the connection.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) {
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nhost: service.test\r\nconnection: close\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        self.stream
            .write_all(text.as_bytes())
            .await
            .expect("the server reads");
    }

    /// Reads until `mark` has come.
    pub async fn read_until(&mut self, mark: &[u8]) {
        while !contains(&self.received, mark) {
            assert!(
                self.read_some().await > 0,
                "the connection ended before {mark:?}"
            );
        }
    }

    /// Reads until the server closes the connection.
    pub async fn answer(mut self) -> Answer {
        while self.read_some().await > 0 {}
        Answer::parse(&self.received)
    }

    async fn read_some(&mut self) -> usize {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.received)).await;
        // A connection that is cut, rather than closed, has ended too.
        read.expect("the server answers in time")
            .unwrap_or_default()
    }
}

impl Answer {
    fn parse(received: &[u8]) -> Self {
        let end = received
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap_or(received.len());
        let head = String::from_utf8_lossy(&received[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(':'));
        Self {
            status: status.unwrap_or_default(),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
            body: received.get(end + 4..).unwrap_or_default().to_vec(),
        }
    }

    /// The body as text, chunks joined.
    pub fn text(&self) -> String {
        let chunked = self
            .headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked {
            join_chunks(&self.body)
        } else {
            self.body.clone()
        };
        String::from_utf8_lossy(&body).into_owned()
    }
}

fn join_chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut joined = Vec::new();
    while let Some(line) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line])
            .ok()
            .and_then(|size| usize::from_str_radix(size, 16).ok());
        let chunk = size
            .filter(|size| *size > 0)
            .and_then(|size| rest.get(line + 2..line + 2 + size));
        let Some(chunk) = chunk else { break };
        joined.extend_from_slice(chunk);
        rest = rest.get(line + 4 + chunk.len()..).unwrap_or_default();
    }
    joined
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
