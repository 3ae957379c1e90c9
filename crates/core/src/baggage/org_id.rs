//! Whose trace a line of baggage is of, found without reading its members (rule R4).

use super::member::SENTRY_PREFIX;

/// What a line says of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mention {
    /// Nothing.
    None,
    /// It names the own one, and no other.
    Own,
    /// Only its members tell.
    Unclear,
}

const NAME: &[u8] = b"org_id";
/// The byte of the name that is rarest in baggage: no digit of an id is one.
const RARE: u8 = b'g';
const RARE_AT: usize = 2;

/// Looks for the name wherever it stands. Own is one whole member without white space, properties and escapes.
pub(crate) fn mention_of(own: &str, line: &[u8]) -> Mention {
    let mut mention = Mention::None;
    each_rare(line, |at| {
        let Some((before, behind)) = parts_around(line, at) else {
            return;
        };
        mention = match mention {
            Mention::None if is_own(own, before, behind) => Mention::Own,
            _ => Mention::Unclear,
        };
    });
    mention
}

/// What stands before the name and behind it, when the rare byte there is part of one.
fn parts_around(line: &[u8], rare: usize) -> Option<(&[u8], &[u8])> {
    let (before, name) = line.split_at_checked(rare.checked_sub(RARE_AT)?)?;
    Some((before, name.strip_prefix(NAME)?))
}

fn is_own(own: &str, before: &[u8], behind: &[u8]) -> bool {
    let before = before.strip_suffix(SENTRY_PREFIX.as_bytes());
    let value = behind.strip_prefix(b"=");
    let behind = value.and_then(|value| value.strip_prefix(own.as_bytes()));
    let is_between_commas =
        matches!(before, Some([] | [.., b','])) && matches!(behind, Some([] | [b',', ..]));
    is_between_commas && own.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Shows each place of the rare byte.
fn each_rare(line: &[u8], mut visit: impl FnMut(usize)) {
    let mut rest = line;
    loop {
        rest = skip::<16>(skip::<64>(rest));
        let Some(at) = rest.iter().position(|&byte| byte == RARE) else {
            return;
        };
        visit(line.len() - rest.len() + at);
        rest = &rest[at + 1..];
    }
}

/// Leaves out blocks of `N` bytes without a rare one.
fn skip<const N: usize>(mut text: &[u8]) -> &[u8] {
    while let Some((block, behind)) = text.split_first_chunk::<N>() {
        // Without a branch and of a known length, so that compilers look at many bytes at once.
        if block.iter().fold(false, |any, &byte| any | (byte == RARE)) {
            break;
        }
        text = behind;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::{format, vec};

    use super::{Mention, mention_of};

    fn mention(line: &str) -> Mention {
        mention_of("42", line.as_bytes())
    }

    #[test]
    fn the_own_one_is_found_in_every_place() {
        for before in 0..200 {
            for behind in [0, 1, 15, 16, 63, 64, 200] {
                let (before, behind) = ("g".repeat(before), "_org_".repeat(behind));
                assert_eq!(mention(&format!("{before},{behind}")), Mention::None);
                let line = format!("{before},sentry-org_id=42,{behind}");
                assert_eq!(mention(&line), Mention::Own, "{line}");
                for other in ["sentry-org_id=42", "sentry-org_id=7", "org_id"] {
                    let twice = format!("{line},{other}");
                    assert_eq!(mention(&twice), Mention::Unclear, "{twice}");
                }
            }
        }
        assert_eq!(mention("sentry-org_id=42"), Mention::Own);
        assert_eq!(mention(""), Mention::None);
    }

    #[test]
    fn what_is_written_in_another_way_is_unclear() {
        for line in [
            "sentry-org_id=",
            "sentry-org_id=4",
            "sentry-org_id=421",
            "sentry-org_id=42;property",
            "sentry-org_id=42 ",
            "sentry-org_id =42",
            " sentry-org_id=42",
            "xsentry-org_id=42",
            "sentry-org_id_=42",
            "sentry-release=org_id",
            "org_id",
        ] {
            assert_eq!(mention(line), Mention::Unclear, "{line:?}");
        }
    }

    #[test]
    fn an_own_one_that_would_have_to_be_decoded_is_unclear() {
        for own in ["%34", "4,2", "4;2", "4 2", "é"] {
            let line = format!("sentry-org_id={own}");
            assert_eq!(mention_of(own, line.as_bytes()), Mention::Unclear, "{own}");
        }
    }

    #[test]
    fn no_byte_is_in_the_way() {
        for byte in 0..=u8::MAX {
            let mut line = vec![byte; 40];
            let expected = if byte == b',' {
                Mention::Own
            } else {
                Mention::Unclear
            };
            line.extend_from_slice(b"sentry-org_id=42");
            assert_eq!(mention_of("42", &line), expected, "{byte}");
        }
        let name = String::from("sentry-org_id");
        for len in 0..name.len() {
            assert_eq!(mention(&name[..len]), Mention::None);
        }
    }
}
