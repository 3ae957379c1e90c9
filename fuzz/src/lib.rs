//! What the fuzz targets ask for. The workspace's tests ask the same for the corpora, without a fuzzer.

#![forbid(unsafe_code)]

pub mod inject_meta;
