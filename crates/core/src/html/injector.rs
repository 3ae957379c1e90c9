//! Where in a page the meta tags go: right behind `<head …>`.

use super::tokens::{Token, Tokenizer};

/// Finds the place for [`MetaTags`](super::MetaTags) in a page that comes in chunks (rule R11).
///
/// The page is read as a browser reads it: only comments, a doctype, `<html …>` and white space may stand before
/// `<head …>`. Anything else means that the browser has opened a head by itself; a `<head>` behind it, in a script or a title for
/// example, is none. The place does not depend on how the page is cut into chunks. Nothing is allocated.
///
/// ```
/// use sentry_trace_core::html::{Injector, Place};
///
/// let mut injector = Injector::new();
/// assert_eq!(injector.feed(b"<!doctype html><html><he"), Place::Unknown);
/// assert_eq!(injector.feed(b"ad class='>'><title>"), Place::Candidate(37));
/// assert_eq!(injector.feed(b"</title></head>"), Place::At(37));
/// ```
#[derive(Clone, Debug)]
pub struct Injector {
    tokenizer: Tokenizer,
    place: Place,
    /// Bytes that were read.
    offset: usize,
}

/// What is known of the place. Offsets count the page's bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// There was no `<head>` so far. Everything that was fed may be passed on.
    Unknown,
    /// Behind this many bytes, unless the head turns out to have the tags already. What stands before may be passed on.
    Candidate(usize),
    /// Behind this many bytes.
    At(usize),
    /// The page stays as it is.
    Nowhere,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Elements of a head that are no more than their start tag.
const VOID: [&[u8]; 5] = [b"meta", b"link", b"base", b"basefont", b"bgsound"];
/// Elements of a head with text inside that is not read for tags.
const RAW: [&[u8]; 5] = [b"title", b"script", b"style", b"noscript", b"noframes"];

impl Injector {
    /// How many bytes a `<head …>` is looked for in, from the page's start to the tag's end; and behind it, how many are
    /// looked at for tags that are there already.
    pub const SEARCHED: usize = 64 * 1024;

    /// At the start of a page.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            tokenizer: Tokenizer::new(),
            place: Place::Unknown,
            offset: 0,
        }
    }

    /// What is known after the next bytes of the page. Once it is [`Place::At`] or [`Place::Nowhere`], it stays so.
    pub fn feed(&mut self, chunk: &[u8]) -> Place {
        for &byte in chunk {
            if self.place.is_decided() {
                break;
            }
            self.step(byte);
        }
        self.place
    }

    /// The page has ended, or what is held back waits no longer: a candidate becomes the place.
    pub fn finish(&mut self) -> Place {
        self.place = match self.place {
            Place::Candidate(place) => Place::At(place),
            Place::Unknown => Place::Nowhere,
            decided => decided,
        };
        self.place
    }

    fn step(&mut self, byte: u8) {
        let is_mark = BYTE_ORDER_MARK.get(self.offset) == Some(&byte);
        self.offset += 1;
        let token = if is_mark {
            None
        } else {
            self.tokenizer.step(byte)
        };
        self.place = match (self.place, token) {
            (Place::Unknown, token) => self.before_head(token),
            (Place::Candidate(place), token) => self.in_head(place, token),
            (decided, _) => decided,
        };
    }

    fn before_head(&self, token: Option<Token>) -> Place {
        let goes_on = match token {
            None => true,
            Some(Token::StartTag) if self.tokenizer.tag() == b"head" => {
                return Place::Candidate(self.offset);
            }
            Some(Token::StartTag) => self.tokenizer.tag() == b"html",
            Some(Token::EndTag) => !self.ends_head(),
            Some(Token::Text) => false,
        };
        if goes_on && self.offset < Self::SEARCHED {
            Place::Unknown
        } else {
            Place::Nowhere
        }
    }

    fn in_head(&mut self, place: usize, token: Option<Token>) -> Place {
        let goes_on = match token {
            None => true,
            Some(Token::StartTag) => self.stays_in_head(),
            Some(Token::EndTag) => !self.ends_head(),
            Some(Token::Text) => false,
        };
        if token == Some(Token::StartTag)
            && self.tokenizer.tag() == b"meta"
            && self.tokenizer.names_trace()
        {
            Place::Nowhere
        } else if goes_on && self.offset < place + Self::SEARCHED {
            Place::Candidate(place)
        } else {
            Place::At(place)
        }
    }

    /// Browsers ignore a second `<html>` or `<head>` inside a head.
    fn stays_in_head(&mut self) -> bool {
        let tag = self.tokenizer.tag();
        if RAW.contains(&tag) {
            self.tokenizer.enter_raw_text();
            return true;
        }
        VOID.contains(&tag) || tag == b"html" || tag == b"head"
    }

    /// Browsers ignore all other end tags outside the body.
    fn ends_head(&self) -> bool {
        [b"head".as_slice(), b"body", b"html", b"br"].contains(&self.tokenizer.tag())
    }
}

impl Default for Injector {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// Whether no further byte of the page can change it.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::At(_) | Self::Nowhere)
    }
}
