//! The bytes of a request's body, decoded, within a limit.

use std::fmt;
use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::HeaderMap;
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::CONTENT_ENCODING;

/// The most bytes of a body, both as sent and decoded.
pub(crate) const LIMIT: usize = 100 * 1024 * 1024;

#[derive(Debug)]
pub(crate) enum ContentError {
    /// The client went away before the body's end.
    Disconnected,
    TooLarge,
    UnknownEncoding(String),
    Undecodable {
        encoding: &'static str,
        error: io::Error,
    },
}

impl ContentError {
    /// The status of the answer; `None` where nobody is left to be answered.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Disconnected => None,
            Self::TooLarge => Some(StatusCode::PAYLOAD_TOO_LARGE),
            Self::UnknownEncoding(_) => Some(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::Undecodable { .. } => Some(StatusCode::BAD_REQUEST),
        }
    }
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str("the client went away inside the body"),
            Self::TooLarge => write!(f, "the body is larger than {LIMIT} bytes"),
            Self::UnknownEncoding(name) => {
                write!(
                    f,
                    "the content-encoding {name:?} is none of gzip, deflate and identity"
                )
            }
            Self::Undecodable { encoding, error } => {
                write!(f, "the body is not valid {encoding}: {error}")
            }
        }
    }
}

pub(crate) async fn read(headers: &HeaderMap, body: Incoming) -> Result<Bytes, ContentError> {
    let sent = Limited::new(body, LIMIT).collect().await.map_err(|error| {
        let too_large = error.is::<LengthLimitError>();
        if too_large {
            ContentError::TooLarge
        } else {
            ContentError::Disconnected
        }
    })?;
    decode(headers, sent.to_bytes(), LIMIT)
}

fn decode(headers: &HeaderMap, sent: Bytes, limit: usize) -> Result<Bytes, ContentError> {
    let Some(encoding) = headers.get(CONTENT_ENCODING) else {
        return Ok(sent);
    };
    let encoding = String::from_utf8_lossy(encoding.as_bytes())
        .trim()
        .to_ascii_lowercase();
    match encoding.as_str() {
        "" | "identity" => Ok(sent),
        "gzip" | "x-gzip" => read_within(MultiGzDecoder::new(sent.as_ref()), "gzip", limit),
        "deflate" => {
            let mut decoder = ZlibDecoder::new(sent.as_ref());
            let decoded = read_within(&mut decoder, "deflate", limit)?;
            // The decoder stops at the stream's end; gzip's goes on, and refuses what is no further stream.
            if decoder.total_in() < sent.len() as u64 {
                let error = io::Error::new(io::ErrorKind::InvalidData, "bytes follow its end");
                return Err(ContentError::Undecodable {
                    encoding: "deflate",
                    error,
                });
            }
            Ok(decoded)
        }
        _ => Err(ContentError::UnknownEncoding(encoding)),
    }
}

fn read_within(
    reader: impl Read,
    encoding: &'static str,
    limit: usize,
) -> Result<Bytes, ContentError> {
    let mut decoded = Vec::new();
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut decoded)
        .map_err(|error| ContentError::Undecodable { encoding, error })?;
    if decoded.len() > limit {
        Err(ContentError::TooLarge)
    } else {
        Ok(decoded.into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use hyper::header::HeaderValue;

    use super::*;

    fn encoded(name: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(name))])
    }

    #[test]
    fn each_encoding_gives_the_bytes_back() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(b"envelope").unwrap();
        let gzip = gzip.finish().unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(b"envelope").unwrap();
        let zlib = zlib.finish().unwrap();

        for (headers, sent) in [
            (encoded("gzip"), gzip.as_slice()),
            (encoded("GZIP "), &gzip),
            (encoded("deflate"), &zlib),
            (encoded("identity"), b"envelope"),
            (HeaderMap::new(), b"envelope"),
        ] {
            let decoded = decode(&headers, Bytes::copy_from_slice(sent), 8).unwrap();
            assert_eq!(decoded, "envelope", "{headers:?}");
        }
    }

    #[test]
    fn bytes_after_the_end_are_refused() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(b"envelope").unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(b"envelope").unwrap();
        for (name, mut sent) in [
            ("gzip", gzip.finish().unwrap()),
            ("deflate", zlib.finish().unwrap()),
        ] {
            sent.extend(b"junk");
            let error = decode(&encoded(name), sent.into(), 100).unwrap_err();
            assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST), "{name}");
        }
    }

    #[test]
    fn the_limit_holds_for_decoded_bytes() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&[0; 100_000]).unwrap();
        let bomb = Bytes::from(gzip.finish().unwrap());
        assert!(bomb.len() < 1000);
        assert!(matches!(
            decode(&encoded("gzip"), bomb, 99_999),
            Err(ContentError::TooLarge)
        ));
    }

    #[test]
    fn what_cannot_be_decoded_is_refused_with_the_reason() {
        let error = decode(&encoded("br"), Bytes::new(), 8).unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        let error = decode(&encoded("gzip"), Bytes::from_static(b"plain"), 8).unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
        assert!(
            error.to_string().starts_with("the body is not valid gzip"),
            "{error}"
        );
    }
}
