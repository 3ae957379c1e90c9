//! The result of everything that can fail here: the error is a sentence for the terminal.

use std::error::Error;

pub(crate) type Fallible<T> = Result<T, Box<dyn Error>>;
