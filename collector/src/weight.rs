//! What an envelope counts for in the store's account of bytes.
//!
//! The bytes as sent alone bound no memory: an item of 14 bytes, and compressed of none to speak of, takes hundreds in
//! memory for its header's map. So each part counts a constant besides, which is near to what it takes when it is empty.

use crate::records::Records;
use crate::store::ReceivedEnvelope;

/// Of an envelope, an item of it, or a record that was read out of it.
const EACH: usize = 1024;

pub(crate) fn weigh(received: &ReceivedEnvelope, records: &Records) -> usize {
    let headers = received.headers.iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    let reasons: usize = records.unreadable.iter().map(String::len).sum();
    let parts = 1 + received.envelope.items.len() + records.count();
    received.size + headers + reasons + parts * EACH
}
