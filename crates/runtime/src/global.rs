//! The tracer that is used where none was given.

use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use crate::tracer::Tracer;

static GLOBAL: RwLock<Option<Tracer>> = RwLock::new(None);

/// Makes a tracer the global one, and gives the one that was. `None` takes it away.
///
/// Adapters look the global tracer up at each request, so that the order of setting up does not matter.
pub fn set_global(tracer: impl Into<Option<Tracer>>) -> Option<Tracer> {
    // A conversion of the user's may look at the global tracer: it comes before the lock.
    let tracer = tracer.into();
    std::mem::replace(&mut *write(), tracer)
}

/// Takes this tracer away, unless another one has taken its place.
#[doc(hidden)]
pub fn unset_global(tracer: &Tracer) -> Option<Tracer> {
    write().take_if(|global| global.is_same(tracer))
}

fn write() -> RwLockWriteGuard<'static, Option<Tracer>> {
    GLOBAL.write().unwrap_or_else(PoisonError::into_inner)
}

/// The global tracer.
#[must_use]
pub fn tracer() -> Option<Tracer> {
    GLOBAL
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}
