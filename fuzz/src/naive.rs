//! Rule R2 once more, written down without a thought of speed.

use sentry_trace_core::baggage::SentryMembers;

/// The most bytes of rule R2.
const MAX_BYTES: usize = 8192;
/// The most names of rule R2.
pub const MAX_MEMBERS: usize = 64;

/// A usable member.
#[derive(Debug, PartialEq)]
pub struct Read {
    /// Without the prefix.
    pub name: String,
    /// As it was received.
    pub raw: String,
    /// Percent-decoded.
    pub decoded: String,
}

/// The members that the library finds in these lines.
pub fn read<L: AsRef<[u8]>>(lines: &[L]) -> Vec<Read> {
    let members = SentryMembers::parse(lines.iter().map(AsRef::as_ref));
    let read = members.iter().map(|member| Read {
        name: member.name().to_owned(),
        raw: member.raw_value().to_owned(),
        decoded: member.decoded().collect(),
    });
    read.collect()
}

/// The members that are to be found there.
pub fn read_naively<L: AsRef<[u8]>>(lines: &[L]) -> Vec<Read> {
    let lines: Vec<_> = lines.iter().map(AsRef::as_ref).collect();
    let mut members = Vec::<Read>::new();
    let mut end = 0;
    for piece in lines.join(&b',').split(|&byte| byte == b',') {
        end += piece.len();
        let is_cut = end > MAX_BYTES;
        end += 1;
        let Some(member) = (!is_cut).then(|| member(piece)).flatten() else {
            continue;
        };
        let at = members.iter().position(|known| known.name == member.name);
        match at {
            Some(at) => members[at] = member,
            None if members.len() < MAX_MEMBERS => members.push(member),
            None => {}
        }
    }
    members
}

fn member(piece: &[u8]) -> Option<Read> {
    let equals = piece.iter().position(|&byte| byte == b'=')?;
    let name = trim(&piece[..equals]).strip_prefix(b"sentry-")?;
    let value = piece[equals + 1..].split(|&byte| byte == b';').next()?;
    let name = String::from_utf8(name.to_vec()).ok()?;
    let raw = String::from_utf8(trim(value).to_vec()).ok()?;
    let decoded = decode(&raw)?;
    let usable = !name.is_empty() && !raw.is_empty() && !name.contains(';');
    usable.then_some(Read { name, raw, decoded })
}

/// Without the white space of header fields around it.
pub fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut parts = raw.split('%');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        let digits = part.get(..2).filter(|digits| !digits.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).ok()
}
