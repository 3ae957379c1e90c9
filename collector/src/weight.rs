//! What an envelope counts for in the store's account of bytes.
//!
//! The bytes as sent alone bound no memory: an item of 14 bytes, and compressed of none to speak of, takes hundreds in
//! memory for its header's map. So each part counts a constant besides, which is near to what it takes when it is empty.

use crate::envelope::Envelope;
use crate::records::Records;

/// Of an envelope, an item of it, or a record that was read out of it.
const EACH: usize = 1024;

/// Of `size` bytes that came with these headers.
pub(crate) fn weigh(
    size: usize,
    headers: &[(String, String)],
    envelope: &Envelope,
    records: &Records,
) -> usize {
    let headers = headers.iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    let reasons: usize = records.unreadable.iter().map(String::len).sum();
    let parts = 1 + envelope.items.len() + records.count();
    size + headers + reasons + parts * EACH
}
