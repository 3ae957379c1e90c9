//! Meta tags in a page: any page in any chunks gets one insertion or none, at a place that does not depend on the chunks.

use bytes::Bytes;
use sentry_trace_http::html::Page;

const TAGS: &[u8] = b"\0TAGS\0";

/// Checks a page. The first byte says how many of the next ones are lengths of chunks; the rest is the page.
///
/// # Panics
/// When the output is anything but the page, or the page with one insertion.
pub fn check(input: &[u8]) {
    let Some((count, rest)) = input.split_first() else {
        return;
    };
    let (lengths, page) = rest.split_at(usize::from(*count).min(rest.len()));
    let whole = inject([page]);
    assert_one_insertion(page, &whole);
    assert_eq!(
        inject(chunks(page, lengths)),
        whole,
        "as it is cut by {lengths:?}"
    );
    assert_eq!(inject(page.chunks(1)), whole, "byte by byte");
    assert_eq!(
        inject([whole.as_slice()]).len(),
        whole.len() + added_again(page, &whole)
    );
    assert_one_insertion(page, &inject_with_pauses(chunks(page, lengths)));
}

/// The chunks of these lengths, again and again.
fn chunks<'a>(mut page: &'a [u8], lengths: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut lengths = lengths.iter().cycle();
    std::iter::from_fn(move || {
        let length = lengths
            .next()
            .map_or(page.len(), |length| usize::from(*length).max(1));
        let (chunk, rest) = page.split_at_checked(length).unwrap_or((page, &[]));
        page = rest;
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn inject<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut page = Page::new(Bytes::from_static(TAGS));
    let mut output = Vec::new();
    for chunk in chunks {
        page.push(Bytes::copy_from_slice(chunk));
        take(&mut page, &mut output);
    }
    page.finish();
    take(&mut page, &mut output);
    output
}

/// As [`inject`], with nothing ready after each chunk, so that nothing may be held back.
fn inject_with_pauses<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut page = Page::new(Bytes::from_static(TAGS));
    let (mut output, mut fed) = (Vec::new(), 0);
    for chunk in chunks {
        page.push(Bytes::copy_from_slice(chunk));
        page.release();
        take(&mut page, &mut output);
        fed += chunk.len();
        assert!(output.len() >= fed, "something is held back");
    }
    output
}

fn take(page: &mut Page, output: &mut Vec<u8>) {
    while let Some(bytes) = page.pop() {
        output.extend_from_slice(&bytes);
    }
}

fn assert_one_insertion(page: &[u8], output: &[u8]) {
    if output == page {
        return;
    }
    assert_eq!(output.len(), page.len() + TAGS.len());
    let at = page.iter().zip(output).take_while(|(a, b)| a == b).count();
    let is_at = |at: usize| {
        output.get(at..at + TAGS.len()) == Some(TAGS)
            && page[..at] == output[..at]
            && page[at..] == output[at + TAGS.len()..]
    };
    // Where the page goes on as the tags begin, the insertion may stand before the first difference.
    assert!(
        (0..=at).rev().take(TAGS.len()).any(is_at),
        "no insertion: {output:?}"
    );
}

/// The tags of this check are text to a browser, so that a page that got them gets them once more, or none got any.
fn added_again(page: &[u8], whole: &[u8]) -> usize {
    whole.len() - page.len()
}
