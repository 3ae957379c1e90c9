//! The state that the handle and the server share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::behaviour::{Behaviour, Schedule};
use crate::store::{Limits, Store};

pub(crate) struct Shared {
    store: Mutex<Store>,
    schedule: Mutex<Schedule>,
    revision: watch::Sender<u64>,
    released: watch::Sender<()>,
    boot: u128,
}

impl Shared {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            store: Mutex::new(Store::new(limits)),
            schedule: Mutex::default(),
            revision: watch::Sender::new(0),
            released: watch::Sender::new(()),
            boot: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_nanos()),
        }
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&Store) -> T) -> T {
        read(&self.store())
    }

    /// Changes the store and wakes everyone who waits for it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let result = change(&mut self.store());
        self.revision.send_modify(|revision| *revision += 1);
        result
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// Differs whenever the store does, also from an earlier process on the same port.
    pub(crate) fn version(&self) -> String {
        format!("{:x}-{}", self.boot, *self.revision.borrow())
    }

    pub(crate) fn plan<T>(&self, plan: impl FnOnce(&mut Schedule) -> T) -> T {
        plan(&mut lock(&self.schedule))
    }

    pub(crate) fn next_behaviour(&self) -> Behaviour {
        self.plan(Schedule::take)
    }

    pub(crate) fn release(&self) {
        self.released.send_replace(());
    }

    /// Returns at the next [`release`](Self::release); counted as hanging until then, also where it is dropped before.
    pub(crate) async fn hang(&self) {
        let mut released = self.released.subscribe();
        let _counted = Hanging::begin(self);
        // An error means that the sender is gone, and it is part of `self`.
        let _ = released.changed().await;
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }
}

struct Hanging<'a>(&'a Shared);

impl<'a> Hanging<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.change(Store::begin_hanging);
        Self(shared)
    }
}

impl Drop for Hanging<'_> {
    fn drop(&mut self) {
        self.0.change(Store::end_hanging);
    }
}

/// A panic in a caller's closure leaves the state as it was, so the lock stays usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
