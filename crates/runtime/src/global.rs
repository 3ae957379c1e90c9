//! The tracer that is used where none was given.

use std::sync::{PoisonError, RwLock};

use crate::tracer::Tracer;

static GLOBAL: RwLock<Option<Tracer>> = RwLock::new(None);

/// Makes a tracer the global one, and gives the one that was. `None` takes it away.
///
/// Adapters look the global tracer up at each request, so that the order of setting up does not matter.
pub fn set_global(tracer: impl Into<Option<Tracer>>) -> Option<Tracer> {
    std::mem::replace(
        &mut *GLOBAL.write().unwrap_or_else(PoisonError::into_inner),
        tracer.into(),
    )
}

/// The global tracer.
#[must_use]
pub fn tracer() -> Option<Tracer> {
    GLOBAL
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}
