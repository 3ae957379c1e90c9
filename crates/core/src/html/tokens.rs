//! The tags of a page as a browser's tokenizer sees them, byte by byte.

/// The names that the reader tells apart have at most this many bytes.
const MOST_NAME_BYTES: usize = 8;

const NAME: &[u8] = b"name";
const SENTRY_TRACE: &[u8] = b"sentry-trace";

/// What ended with a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Something other than white space stands outside all tags.
    Text,
    StartTag,
    EndTag,
}

/// Reads bytes and says where tags end. It remembers no more than the last tag's name and one attribute.
#[derive(Clone, Debug)]
pub(super) struct Tokenizer {
    state: State,
    is_end_tag: bool,
    tag: TagName,
    attribute: Matched,
    value: Matched,
    /// Whether the tag's first `name` is `sentry-trace`; `None` while it has no `name`.
    names_trace: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Data,
    TagOpen,
    EndTagOpen,
    TagName,
    BeforeAttribute,
    Attribute,
    AfterAttribute,
    BeforeValue,
    Quoted(u8),
    AfterQuoted,
    Unquoted,
    Declaration,
    DeclarationDash,
    Bogus,
    CommentStart,
    CommentStartDash,
    Comment,
    CommentDash,
    CommentEnd,
    CommentEndBang,
    /// Inside `<script>` and the like, with this many bytes of their end tag seen.
    Raw(usize),
}

/// A tag's name in lower case, as far as it matters.
#[derive(Clone, Copy, Debug, Default)]
struct TagName {
    bytes: [u8; MOST_NAME_BYTES],
    len: usize,
}

/// How much of a text has been matched; `None` when it is another one.
type Matched = Option<usize>;

impl Tokenizer {
    pub(super) const fn new() -> Self {
        Self {
            state: State::Data,
            is_end_tag: false,
            tag: TagName {
                bytes: [0; MOST_NAME_BYTES],
                len: 0,
            },
            attribute: None,
            value: None,
            names_trace: None,
        }
    }

    /// The name of the last tag in lower case; empty where it is longer than any that matters.
    pub(super) fn tag(&self) -> &[u8] {
        self.tag.bytes.get(..self.tag.len).unwrap_or_default()
    }

    /// Whether the last tag has `name="sentry-trace"`.
    pub(super) fn names_trace(&self) -> bool {
        self.names_trace == Some(true)
    }

    /// Everything up to the end tag of the last tag is text.
    pub(super) const fn enter_raw_text(&mut self) {
        self.state = State::Raw(0);
    }

    pub(super) fn step(&mut self, byte: u8) -> Option<Token> {
        match self.state {
            State::Data => return self.data(byte),
            State::TagOpen => return self.tag_open(byte),
            State::EndTagOpen => self.end_tag_open(byte),
            State::TagName => return self.tag_name(byte),
            State::BeforeAttribute => return self.before_attribute(byte),
            State::Attribute => return self.attribute(byte),
            State::AfterAttribute => return self.after_attribute(byte),
            State::BeforeValue => return self.before_value(byte),
            State::Quoted(quote) => self.quoted(byte, quote),
            State::AfterQuoted => return self.after_quoted(byte),
            State::Unquoted => return self.unquoted(byte),
            State::Raw(seen) => return self.raw(byte, seen),
            comment => self.state = comment_step(comment, byte),
        }
        None
    }

    fn data(&mut self, byte: u8) -> Option<Token> {
        if byte == b'<' {
            self.state = State::TagOpen;
            None
        } else {
            (!is_space(byte)).then_some(Token::Text)
        }
    }

    fn tag_open(&mut self, byte: u8) -> Option<Token> {
        self.state = match byte {
            b'!' => State::Declaration,
            b'/' => State::EndTagOpen,
            b'?' => State::Bogus,
            byte if byte.is_ascii_alphabetic() => {
                self.begin_tag(byte, false);
                State::TagName
            }
            _ => {
                self.state = State::Data;
                return Some(Token::Text);
            }
        };
        None
    }

    fn end_tag_open(&mut self, byte: u8) {
        self.state = match byte {
            b'>' => State::Data,
            byte if byte.is_ascii_alphabetic() => {
                self.begin_tag(byte, true);
                State::TagName
            }
            _ => State::Bogus,
        };
    }

    fn begin_tag(&mut self, byte: u8, is_end_tag: bool) {
        self.is_end_tag = is_end_tag;
        self.tag = TagName::default();
        self.tag.push(byte);
        self.names_trace = None;
    }

    fn tag_name(&mut self, byte: u8) -> Option<Token> {
        match byte {
            b'>' => return self.end_tag(),
            b'/' => self.state = State::BeforeAttribute,
            byte if is_space(byte) => self.state = State::BeforeAttribute,
            byte => self.tag.push(byte),
        }
        None
    }

    fn before_attribute(&mut self, byte: u8) -> Option<Token> {
        match byte {
            b'>' => return self.end_tag(),
            b'/' => {}
            byte if is_space(byte) => {}
            byte => self.begin_attribute(byte),
        }
        None
    }

    fn begin_attribute(&mut self, byte: u8) {
        self.attribute = matched(Some(0), byte.to_ascii_lowercase(), NAME);
        self.value = None;
        self.state = State::Attribute;
    }

    fn attribute(&mut self, byte: u8) -> Option<Token> {
        match byte {
            b'=' => self.state = State::BeforeValue,
            b'>' => {
                self.end_attribute();
                return self.end_tag();
            }
            b'/' => {
                self.end_attribute();
                self.state = State::BeforeAttribute;
            }
            byte if is_space(byte) => self.state = State::AfterAttribute,
            byte => self.attribute = matched(self.attribute, byte.to_ascii_lowercase(), NAME),
        }
        None
    }

    fn after_attribute(&mut self, byte: u8) -> Option<Token> {
        match byte {
            b'=' => {
                self.state = State::BeforeValue;
                None
            }
            byte if is_space(byte) => None,
            byte => {
                self.end_attribute();
                self.before_attribute(byte)
            }
        }
    }

    fn before_value(&mut self, byte: u8) -> Option<Token> {
        match byte {
            byte if is_space(byte) => {}
            b'"' | b'\'' => {
                self.value = Some(0);
                self.state = State::Quoted(byte);
            }
            b'>' => {
                self.end_attribute();
                return self.end_tag();
            }
            byte => {
                self.value = matched(Some(0), byte, SENTRY_TRACE);
                self.state = State::Unquoted;
            }
        }
        None
    }

    fn quoted(&mut self, byte: u8, quote: u8) {
        if byte == quote {
            self.end_attribute();
            self.state = State::AfterQuoted;
        } else {
            self.value = matched(self.value, byte, SENTRY_TRACE);
        }
    }

    fn after_quoted(&mut self, byte: u8) -> Option<Token> {
        self.state = State::BeforeAttribute;
        self.before_attribute(byte)
    }

    fn unquoted(&mut self, byte: u8) -> Option<Token> {
        match byte {
            b'>' => {
                self.end_attribute();
                return self.end_tag();
            }
            byte if is_space(byte) => {
                self.end_attribute();
                self.state = State::BeforeAttribute;
            }
            byte => self.value = matched(self.value, byte, SENTRY_TRACE),
        }
        None
    }

    /// Of several attributes of the same name the first counts.
    fn end_attribute(&mut self) {
        if self.attribute == Some(NAME.len()) && self.names_trace.is_none() {
            self.names_trace = Some(self.value == Some(SENTRY_TRACE.len()));
        }
    }

    fn end_tag(&mut self) -> Option<Token> {
        self.state = State::Data;
        Some(if self.is_end_tag {
            Token::EndTag
        } else {
            Token::StartTag
        })
    }

    fn raw(&mut self, byte: u8, seen: usize) -> Option<Token> {
        let name = self.tag();
        let expected = match seen {
            0 => Some(b'<'),
            1 => Some(b'/'),
            seen => name.get(seen - 2).copied(),
        };
        match expected {
            Some(expected) if byte.to_ascii_lowercase() == expected => {
                self.state = State::Raw(seen + 1);
            }
            None if byte == b'>' || byte == b'/' || is_space(byte) => {
                self.is_end_tag = true;
                self.state = State::BeforeAttribute;
                return self.before_attribute(byte);
            }
            _ => self.state = State::Raw(usize::from(byte == b'<')),
        }
        None
    }
}

impl TagName {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte.to_ascii_lowercase();
        }
        // One more than fits says that the name is too long to matter.
        self.len = (self.len + 1).min(MOST_NAME_BYTES + 1);
    }
}

fn matched(so_far: Matched, byte: u8, text: &[u8]) -> Matched {
    let at = so_far?;
    (text.get(at) == Some(&byte)).then_some(at + 1)
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

/// Inside `<!…>`: comments, doctypes, and what browsers take for comments, `<![CDATA[…>` and `<?…>` among them.
const fn comment_step(state: State, byte: u8) -> State {
    match (state, byte) {
        (State::Declaration, b'-') => State::DeclarationDash,
        (State::DeclarationDash, b'-') => State::CommentStart,
        (State::Declaration | State::DeclarationDash | State::Bogus, b'>')
        | (State::CommentStart | State::CommentStartDash, b'>')
        | (State::CommentEnd | State::CommentEndBang, b'>') => State::Data,
        (State::Declaration | State::DeclarationDash | State::Bogus, _) => State::Bogus,
        (State::CommentStart, b'-') => State::CommentStartDash,
        (State::CommentStartDash | State::CommentDash | State::CommentEnd, b'-') => {
            State::CommentEnd
        }
        (State::CommentEnd, b'!') => State::CommentEndBang,
        (State::Comment | State::CommentEndBang, b'-') => State::CommentDash,
        _ => State::Comment,
    }
}
