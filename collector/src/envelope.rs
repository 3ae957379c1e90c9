//! The envelope format: a header line, then items of a header line and a payload each.
//!
//! Lines end in a line feed alone. An item with a `length` in its header has a payload of exactly so many bytes, followed
//! by a line feed or the end; without one the payload ends at the next line feed or at the end.
//!
//! ```
//! use sentry_trace_collector::envelope::Envelope;
//!
//! let bytes = b"{\"trace\":{\"trace_id\":\"771a43a4192642f0b136d5159a501700\"}}\n\
//!     {\"type\":\"attachment\",\"length\":3}\na\nb\n\
//!     {\"type\":\"event\"}\n{\"level\":\"error\"}";
//! let envelope = Envelope::parse(bytes).expect("well-formed");
//!
//! assert_eq!(envelope.items[0].payload, b"a\nb");
//! assert_eq!(envelope.items[1].item_type(), "event");
//! assert_eq!(envelope.items[1].json().expect("json")["level"], "error");
//! assert_eq!(envelope.trace_header().expect("a trace header").len(), 1);
//!
//! let error = Envelope::parse(b"{}\r\n").expect_err("a carriage return");
//! assert_eq!(error.to_string(), "envelope header at byte 0: the line ends in a carriage return");
//! ```

use std::fmt;

use serde_json::{Map, Value};

/// The most items of an envelope. Clients send a handful; without a bound, a small compressed body of empty items becomes a
/// large part of the memory.
pub const MAX_ITEMS: usize = 2000;

/// A parsed envelope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Envelope {
    /// The envelope's header.
    pub header: Map<String, Value>,
    /// The header's line as it came, for what the parsed form does not keep: the order of members.
    pub header_line: String,
    /// The items in the order in which they came.
    pub items: Vec<Item>,
}

/// One item of an envelope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Item {
    /// The item's header. It has a `type`, a string.
    pub header: Map<String, Value>,
    /// The payload's bytes, without the line feed that ends it.
    pub payload: Vec<u8>,
}

impl Envelope {
    /// Parses a whole envelope; nothing may be left over.
    ///
    /// # Errors
    /// Says which header or payload is wrong, at which byte, and why.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader {
            bytes,
            at: 0,
            place: Place::Envelope,
        };
        if bytes.is_empty() {
            return Err(reader.error(0, Reason::Empty));
        }
        let (header, header_line) = reader.header_line()?;
        reader.check_event_id(&header)?;

        let mut items = Vec::new();
        while reader.at < bytes.len() {
            reader.place = Place::Item(items.len());
            if items.len() == MAX_ITEMS {
                return Err(reader.error(reader.at, Reason::TooManyItems));
            }
            items.push(reader.item()?);
        }
        Ok(Self {
            header,
            header_line,
            items,
        })
    }

    /// The header's `event_id`, as written.
    pub fn event_id(&self) -> Option<&str> {
        self.header.get("event_id")?.as_str()
    }

    /// The header's `trace` object: the dynamic sampling context (rule R13).
    pub fn trace_header(&self) -> Option<&Map<String, Value>> {
        self.header.get("trace")?.as_object()
    }
}

impl Item {
    /// The header's `type`.
    pub fn item_type(&self) -> &str {
        self.header
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The header's `content_type`.
    pub fn content_type(&self) -> Option<&str> {
        self.header.get("content_type")?.as_str()
    }

    /// The payload read as JSON.
    ///
    /// # Errors
    /// Where the payload is not one JSON value.
    pub fn json(&self) -> serde_json::Result<Value> {
        serde_json::from_slice(&self.payload)
    }
}

/// Why bytes are not an envelope, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseError {
    /// The part that is wrong.
    pub place: Place,
    /// The offset of the fault from the envelope's first byte: of the line for a header, of the byte for a payload.
    pub offset: usize,
    /// What is wrong.
    pub reason: Reason,
}

/// A part of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The envelope's own header.
    Envelope,
    /// The item of this number, from 0: its header.
    Item(usize),
    /// The item of this number, from 0: its payload.
    Payload(usize),
}

/// What is wrong with a part of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There are no bytes at all.
    Empty,
    /// A line is blank where a header should be.
    BlankLine,
    /// A header's line ends in CR LF.
    CarriageReturn,
    /// A header is not JSON; the text is the JSON parser's.
    NotJson(String),
    /// A header is JSON, but no object.
    NotAnObject,
    /// The envelope's `event_id` is not an id of 32 hex digits, with or without dashes.
    InvalidEventId,
    /// The item has no `type`, or it is not a string or empty.
    MissingType,
    /// The item's `length` is not a whole number from 0.
    InvalidLength,
    /// The envelope ends inside a payload.
    Truncated {
        /// The item's `length`.
        expected: u64,
        /// The bytes that there are.
        available: usize,
    },
    /// A payload of known length is followed by this byte instead of a line feed.
    Unterminated(u8),
    /// There are more than [`MAX_ITEMS`] items; this is the first that is over.
    TooManyItems,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Envelope => f.write_str("envelope header")?,
            Place::Item(number) => write!(f, "header of item {number}")?,
            Place::Payload(number) => write!(f, "payload of item {number}")?,
        }
        write!(f, " at byte {}: {}", self.offset, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is nothing to read"),
            Self::BlankLine => f.write_str("a blank line instead of a header"),
            Self::CarriageReturn => f.write_str("the line ends in a carriage return"),
            Self::NotJson(error) => write!(f, "not JSON: {error}"),
            Self::NotAnObject => f.write_str("not a JSON object"),
            Self::InvalidEventId => f.write_str("`event_id` is not an id"),
            Self::MissingType => f.write_str("no `type`"),
            Self::InvalidLength => f.write_str("`length` is not a whole number from 0"),
            Self::Truncated {
                expected,
                available,
            } => {
                write!(f, "{expected} bytes are announced, {available} are left")
            }
            Self::TooManyItems => write!(f, "there are more than {MAX_ITEMS} items"),
            Self::Unterminated(byte) => {
                write!(
                    f,
                    "a line feed should follow the payload, not byte 0x{byte:02x}"
                )
            }
        }
    }
}

impl std::error::Error for ParseError {}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    place: Place,
}

impl<'a> Reader<'a> {
    fn item(&mut self) -> Result<Item, ParseError> {
        let start = self.at;
        let (header, _) = self.header_line()?;
        let named = header
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|name| !name.is_empty());
        if !named {
            return Err(self.error(start, Reason::MissingType));
        }
        let payload = match header.get("length") {
            None | Some(Value::Null) => self.line().to_vec(),
            Some(length) => {
                let length = length
                    .as_u64()
                    .ok_or_else(|| self.error(start, Reason::InvalidLength))?;
                self.place = self.place.payload();
                self.counted(length)?.to_vec()
            }
        };
        Ok(Item { header, payload })
    }

    fn header_line(&mut self) -> Result<(Map<String, Value>, String), ParseError> {
        let start = self.at;
        let line = self.line();
        if line.ends_with(b"\r") {
            return Err(self.error(start, Reason::CarriageReturn));
        }
        if line.is_empty() {
            return Err(self.error(start, Reason::BlankLine));
        }
        let text = std::str::from_utf8(line)
            .map_err(|e| self.error(start, Reason::NotJson(e.to_string())))?;
        match serde_json::from_str(text) {
            Ok(Value::Object(header)) => Ok((header, text.to_owned())),
            Ok(_) => Err(self.error(start, Reason::NotAnObject)),
            Err(error) => Err(self.error(start, Reason::NotJson(error.to_string()))),
        }
    }

    fn check_event_id(&self, header: &Map<String, Value>) -> Result<(), ParseError> {
        let valid = match header.get("event_id") {
            None | Some(Value::Null) => true,
            Some(value) => value.as_str().is_some_and(is_uuid),
        };
        if valid {
            Ok(())
        } else {
            Err(self.error(0, Reason::InvalidEventId))
        }
    }

    /// The bytes up to the next line feed, which is passed, or up to the end.
    fn line(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .unwrap_or(rest.len());
        self.at = (self.at + length + 1).min(self.bytes.len());
        &rest[..length]
    }

    fn counted(&mut self, length: u64) -> Result<&'a [u8], ParseError> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let payload = usize::try_from(length)
            .ok()
            .and_then(|length| rest.get(..length))
            .ok_or_else(|| {
                self.error(
                    start,
                    Reason::Truncated {
                        expected: length,
                        available: rest.len(),
                    },
                )
            })?;
        let end = start + payload.len();
        match self.bytes.get(end) {
            None => self.at = end,
            Some(b'\n') => self.at = end + 1,
            Some(&byte) => return Err(self.error(end, Reason::Unterminated(byte))),
        }
        Ok(payload)
    }

    fn error(&self, offset: usize, reason: Reason) -> ParseError {
        ParseError {
            place: self.place,
            offset,
            reason,
        }
    }
}

impl Place {
    fn payload(self) -> Self {
        match self {
            Self::Item(number) => Self::Payload(number),
            other => other,
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let dashes_stand_right =
        |(index, byte): (usize, u8)| matches!(index, 8 | 13 | 18 | 23) == (byte == b'-');
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits == 32
        && (text.len() == 32
            || (text.len() == 36 && text.bytes().enumerate().all(dashes_stand_right)))
}
