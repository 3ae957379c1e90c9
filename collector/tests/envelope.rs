//! The parser against envelopes that are written by hand.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sentry_trace_collector::Envelope;
use sentry_trace_collector::envelope::Place;
use serde_json::json;

#[derive(Debug, Clone)]
struct Part {
    payload: Vec<u8>,
    counted: bool,
}

fn part() -> impl Strategy<Value = Part> {
    let byte = prop_oneof![2 => Just(b'\n'), 1 => Just(b'\r'), 1 => Just(b'{'), 6 => any::<u8>()];
    (prop::collection::vec(byte, 0..40), any::<bool>()).prop_map(|(payload, counted)| Part {
        counted: counted || payload.contains(&b'\n'),
        payload,
    })
}

fn encode(header: &str, parts: &[Part], ends_in_newline: bool) -> Vec<u8> {
    let mut bytes = header.as_bytes().to_vec();
    for (number, part) in parts.iter().enumerate() {
        let length = if part.counted {
            format!(",\"length\":{}", part.payload.len())
        } else {
            String::new()
        };
        bytes.extend(format!("\n{{\"type\":\"t{number}\"{length}}}\n").bytes());
        bytes.extend(&part.payload);
    }
    if ends_in_newline {
        bytes.push(b'\n');
    }
    bytes
}

proptest! {
    #[test]
    fn what_is_written_is_read(parts in prop::collection::vec(part(), 0..6), ends_in_newline: bool) {
        let header = r#"{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","trace":{"b":"1","a":"2"}}"#;
        let envelope = Envelope::parse(&encode(header, &parts, ends_in_newline)).unwrap();
        prop_assert_eq!(&envelope.header_line, header);
        prop_assert_eq!(envelope.event_id(), Some("9ec79c33ec9942ab8353589fcb2e04dc"));
        prop_assert_eq!(envelope.items.len(), parts.len());
        for (number, (item, part)) in envelope.items.iter().zip(&parts).enumerate() {
            prop_assert_eq!(item.item_type(), format!("t{number}"));
            prop_assert_eq!(&item.payload, &part.payload);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Envelope::parse(&bytes);
    }

    #[test]
    fn no_cut_or_changed_envelope_makes_it_panic(
        parts in prop::collection::vec(part(), 0..4), cut in 0_usize..200, at in 0_usize..200, byte: u8,
    ) {
        let mut bytes = encode("{}", &parts, true);
        let place = at % bytes.len();
        bytes[place] = byte;
        bytes.truncate(cut.max(1));
        let _ = Envelope::parse(&bytes);
    }
}

#[test]
fn the_shapes_that_the_format_allows() {
    let cases: &[(&[u8], &[&[u8]])] = &[
        (b"{}", &[]),
        (b"{}\n", &[]),
        (b"{\"event_id\":null}\n", &[]),
        (b"{}\n{\"type\":\"a\"}", &[b""]),
        (b"{}\n{\"type\":\"a\"}\n", &[b""]),
        (b"{}\n{\"type\":\"a\"}\n\n", &[b""]),
        (b"{}\n{\"type\":\"a\",\"length\":0}", &[b""]),
        (b"{}\n{\"type\":\"a\",\"length\":0}\n", &[b""]),
        (
            b"{}\n{\"type\":\"a\",\"length\":0}\n\n{\"type\":\"b\",\"length\":0}\n\n",
            &[b"", b""],
        ),
        (b"{}\n{\"type\":\"a\",\"length\":null}\nhello", &[b"hello"]),
        (b"{}\n{\"type\":\"a\",\"length\":5}\nhello", &[b"hello"]),
        (
            b"{}\n{\"type\":\"a\",\"length\":7}\n\n\xff\r\n\0{}\n{\"type\":\"b\"}\nx",
            &[b"\n\xff\r\n\0{}", b"x"],
        ),
        (b"{}\n{\"type\":\"a\"}\nhello\r\n", &[b"hello\r"]),
        (
            b"{\"event_id\":\"9ec79c33-ec99-42ab-8353-589fcb2e04dc\"}\n",
            &[],
        ),
    ];
    for (bytes, payloads) in cases {
        let shown = bytes.escape_ascii();
        let envelope = Envelope::parse(bytes).unwrap_or_else(|error| panic!("{shown}: {error}"));
        let read: Vec<&[u8]> = envelope
            .items
            .iter()
            .map(|item| item.payload.as_slice())
            .collect();
        assert_eq!(&read, payloads, "{shown}");
    }
}

#[test]
fn what_the_format_does_not_allow_is_refused_with_place_and_reason() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "envelope header at byte 0: there is nothing to read"),
        (
            b"\n",
            "envelope header at byte 0: a blank line instead of a header",
        ),
        (
            b"{}\r\n",
            "envelope header at byte 0: the line ends in a carriage return",
        ),
        (b"[]\n", "envelope header at byte 0: not a JSON object"),
        (
            b"{} {}\n",
            "envelope header at byte 0: not JSON: trailing characters at line 1 column 4",
        ),
        (
            b"{\"event_id\":\"9ec7\"}\n",
            "envelope header at byte 0: `event_id` is not an id",
        ),
        (
            b"{\"event_id\":7}\n",
            "envelope header at byte 0: `event_id` is not an id",
        ),
        (
            b"{\"event_id\":\"9ec79c33ec9942ab83535-89fcb2e-04-dc-\"}\n",
            "envelope header at byte 0: `event_id` is not an id",
        ),
        (
            b"{}\n\n",
            "header of item 0 at byte 3: a blank line instead of a header",
        ),
        (
            b"{}\n{\"type\":\"a\"}\r\nx",
            "header of item 0 at byte 3: the line ends in a carriage return",
        ),
        (b"{}\n{}\nx", "header of item 0 at byte 3: no `type`"),
        (
            b"{}\n{\"type\":\"\"}\nx",
            "header of item 0 at byte 3: no `type`",
        ),
        (
            b"{}\n{\"type\":7}\nx",
            "header of item 0 at byte 3: no `type`",
        ),
        (
            b"{}\n{\"type\":\"a\",\"length\":-1}\nx",
            "header of item 0 at byte 3: `length` is not a whole number from 0",
        ),
        (
            b"{}\n{\"type\":\"a\",\"length\":1.5}\nx",
            "header of item 0 at byte 3: `length` is not a whole number from 0",
        ),
        (
            b"{}\n{\"type\":\"a\",\"length\":\"1\"}\nx",
            "header of item 0 at byte 3: `length` is not a whole number from 0",
        ),
        (
            b"{}\n{\"type\":\"a\",\"length\":3}\nab",
            "payload of item 0 at byte 27: 3 bytes are announced, 2 are left",
        ),
        (
            b"{}\n{\"type\":\"a\",\"length\":18446744073709551615}\nab",
            "payload of item 0 at byte 46: 18446744073709551615 bytes are announced, 2 are left",
        ),
        (
            b"{}\n{\"type\":\"a\",\"length\":2}\nabc\n",
            "payload of item 0 at byte 29: a line feed should follow the payload, not byte 0x63",
        ),
        (
            b"{}\n{\"type\":\"a\",\"length\":2}\nab\r\n",
            "payload of item 0 at byte 29: a line feed should follow the payload, not byte 0x0d",
        ),
        (
            b"{}\n{\"type\":\"a\"}\nx\n\n",
            "header of item 1 at byte 18: a blank line instead of a header",
        ),
    ];
    for (bytes, reason) in cases {
        let error = Envelope::parse(bytes).expect_err(&bytes.escape_ascii().to_string());
        assert_eq!(error.to_string(), *reason, "{}", bytes.escape_ascii());
    }
    let not_text = Envelope::parse(b"{\"a\":\"\xff\"}\n").unwrap_err();
    assert!(not_text.to_string().contains("utf-8"), "{not_text}");
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(
        Envelope::parse(deep.as_bytes()).unwrap_err().place,
        Place::Envelope
    );
}

#[test]
fn only_so_many_items_are_read() {
    let of = |items: usize| format!("{{}}\n{}", "{\"type\":\"a\"}\n\n".repeat(items));
    assert_eq!(
        Envelope::parse(of(2000).as_bytes()).unwrap().items.len(),
        2000
    );
    // Without the items: so many of them fill the report of a failure.
    let error = Envelope::parse(of(2001).as_bytes()).map(|read| read.items.len());
    assert_eq!(
        error.unwrap_err().to_string(),
        "header of item 2000 at byte 28003: there are more than 2000 items"
    );
}

#[test]
fn the_trace_header_is_an_object_or_absent() {
    let header = |text: &str| Envelope::parse(text.as_bytes()).unwrap();
    let envelope = header("{\"trace\":{\"trace_id\":\"x\",\"sampled\":\"true\"}}");
    assert_eq!(
        json!(envelope.trace_header().unwrap()),
        json!({"trace_id": "x", "sampled": "true"})
    );
    assert!(header("{\"trace\":null}").trace_header().is_none());
    assert!(header("{}").trace_header().is_none());
}
