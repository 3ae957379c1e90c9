//! A connection that keeps what it is sent, and answers what it was told to.

use std::sync::{Arc, Mutex, PoisonError};

use ureq::Error;
use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

pub(crate) struct Scripted {
    buffers: LazyBuffers,
    answer: Vec<u8>,
    answered: usize,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Scripted {
    /// `sizes` are those of the buffers for input and output, in bytes.
    pub(crate) fn new(
        answer: Vec<u8>,
        received: Arc<Mutex<Vec<u8>>>,
        (input, output): (usize, usize),
    ) -> Self {
        Self {
            buffers: LazyBuffers::new(input, output),
            answer,
            answered: 0,
            received,
        }
    }
}

impl Transport for Scripted {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.extend_from_slice(output);
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let rest = self.answer.get(self.answered..).unwrap_or_default();
        let space = self.buffers.input_append_buf();
        let amount = rest.len().min(space.len());
        space[..amount].copy_from_slice(&rest[..amount]);
        self.buffers.input_appended(amount);
        self.answered += amount;
        Ok(amount > 0)
    }

    /// Never, so that each request gets a connection, and an answer, of its own.
    fn is_open(&mut self) -> bool {
        false
    }

    /// As far as ureq needs to know, for requests by https.
    fn is_tls(&self) -> bool {
        true
    }
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scripted").finish_non_exhaustive()
    }
}
