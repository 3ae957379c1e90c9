//! Where header bytes are written to.

/// A growing buffer of bytes, so that writing a header needs no allocator: implement it for what you have.
pub trait Buffer {
    /// Appends bytes.
    fn push(&mut self, bytes: &[u8]);
}

#[cfg(feature = "alloc")]
impl Buffer for alloc::vec::Vec<u8> {
    fn push(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}
