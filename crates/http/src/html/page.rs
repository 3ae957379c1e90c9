//! A page on its way out, with the tags put in.

use std::collections::VecDeque;

use bytes::Bytes;
use sentry_trace_core::html::{Injector, Place};

/// Puts meta tags into a page that comes in chunks. Chunks are cut, not copied.
///
/// Bytes before the place go out as they come. What comes behind it is held while it is not known whether the head has the
/// tags already; [`release`](Self::release) ends that when the page ends or its source has nothing ready, so that nothing waits.
///
/// ```
/// use bytes::Bytes;
/// use sentry_trace_http::html::Page;
///
/// let mut page = Page::new(Bytes::from("TAGS"));
/// page.push(Bytes::from("<html><head><title>"));
/// assert_eq!(page.pop().unwrap(), "<html><head>");
/// assert_eq!(page.pop(), None);
/// page.push(Bytes::from("</title></head>"));
/// let rest: Vec<_> = std::iter::from_fn(|| page.pop()).collect();
/// assert_eq!(rest.concat(), b"TAGS<title></title></head>");
/// ```
#[derive(Clone, Debug)]
pub struct Page {
    injector: Injector,
    place: Place,
    tags: Bytes,
    /// Bytes that came in.
    offset: usize,
    ready: VecDeque<Bytes>,
    held: VecDeque<Bytes>,
}

impl Page {
    /// A page that gets these tags.
    #[must_use]
    pub const fn new(tags: Bytes) -> Self {
        Self {
            injector: Injector::new(),
            place: Place::Unknown,
            tags,
            offset: 0,
            ready: VecDeque::new(),
            held: VecDeque::new(),
        }
    }

    /// The next bytes of the page.
    pub fn push(&mut self, mut chunk: Bytes) {
        if self.place.is_decided() {
            self.ready.push_back(chunk);
            return;
        }
        let start = self.offset;
        self.offset += chunk.len();
        self.place = self.injector.feed(&chunk);
        match self.place {
            Place::Candidate(at) | Place::At(at) => {
                if at > start {
                    self.ready.push_back(chunk.split_to(at - start));
                }
                self.held.push_back(chunk);
            }
            _ => self.held.push_back(chunk),
        }
        self.pass_on();
    }

    /// Holds nothing back any longer; says whether something became ready.
    pub fn release(&mut self) -> bool {
        let holds = matches!(self.place, Place::Candidate(_));
        if holds {
            self.finish();
        }
        holds
    }

    /// The page has ended.
    pub fn finish(&mut self) {
        if !self.place.is_decided() {
            self.place = self.injector.finish();
            self.pass_on();
        }
    }

    /// The next bytes that go out.
    pub fn pop(&mut self) -> Option<Bytes> {
        self.ready.pop_front()
    }

    /// Whether the tags go in; `None` while it is not known.
    #[must_use]
    pub const fn takes_tags(&self) -> Option<bool> {
        match self.place {
            Place::At(_) => Some(true),
            Place::Nowhere => Some(false),
            _ => None,
        }
    }

    /// Whether all bytes that are still to come go out as they are.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.place.is_decided() && self.ready.is_empty()
    }

    /// Whether nothing is left to go out unless more comes in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && !matches!(self.place, Place::Candidate(_))
    }

    /// The least and the greatest number of bytes that go out beyond those that will still come in.
    #[must_use]
    pub fn pending_len(&self) -> (usize, usize) {
        let waiting = self.ready.iter().chain(&self.held);
        let waiting = waiting.map(Bytes::len).sum::<usize>();
        let maybe = if self.place.is_decided() {
            0
        } else {
            self.tags.len()
        };
        (waiting, waiting + maybe)
    }

    fn pass_on(&mut self) {
        match self.place {
            Place::Candidate(_) => return,
            Place::At(_) => self.ready.push_back(self.tags.clone()),
            _ => {}
        }
        self.ready.append(&mut self.held);
        self.ready.retain(|bytes| !bytes.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(page: &mut Page) -> String {
        let parts: Vec<_> = std::iter::from_fn(|| page.pop()).collect();
        String::from_utf8(parts.concat()).expect("text")
    }

    #[test]
    fn a_page_that_pauses_inside_its_head_waits_for_nothing() {
        let mut page = Page::new(Bytes::from_static(b"TAGS"));
        page.push(Bytes::from_static(b"<head><title>"));
        assert_eq!(page.pending_len(), (13, 17));
        assert_eq!(out(&mut page), "<head>");
        assert!(!page.is_empty() && page.release() && !page.release());
        assert_eq!(page.takes_tags(), Some(true));
        assert_eq!(out(&mut page), "TAGS<title>");
        page.push(Bytes::from_static(b"</title><meta name=sentry-trace>"));
        assert_eq!(out(&mut page), "</title><meta name=sentry-trace>");
        assert!(page.is_empty());
    }

    #[test]
    fn a_page_with_tags_stays_as_it_is() {
        let mut page = Page::new(Bytes::from_static(b"TAGS"));
        page.push(Bytes::from_static(b"<he"));
        assert_eq!(out(&mut page), "<he");
        page.push(Bytes::from_static(b"ad>"));
        page.push(Bytes::from_static(b"<meta name=sentry-trace></head>"));
        assert_eq!(page.takes_tags(), Some(false));
        assert_eq!(out(&mut page), "ad><meta name=sentry-trace></head>");
    }

    #[test]
    fn a_page_that_ends_behind_its_head_gets_tags() {
        let mut page = Page::new(Bytes::from_static(b"TAGS"));
        page.push(Bytes::from_static(b"<head>"));
        assert!(page.release());
        assert_eq!(out(&mut page), "<head>TAGS");
        assert!(!Page::new(Bytes::new()).release());
    }
}
