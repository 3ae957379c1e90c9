//! What the scope says, applied as the client applies it to its own transactions.

use std::sync::Arc;
use std::time::Duration;

use sentry_core::protocol;
use sentry_core::{Hub, Scope};
use sentry_trace_runtime::Transaction;
use sentry_trace_runtime::sink::{Loss, LossReason, Sink};
use sentry_trace_runtime::transaction::Surroundings;
use serde::Serialize;

use super::alive::with_hub;
use crate::extra::Extra;

/// A sink of this crate whose events carry what the scope says: user, tags, extra data and contexts.
///
/// The hub is the one that was current when the transaction started, its scope as it is when the transaction finishes.
#[derive(Debug)]
pub struct WithScope<S>(pub S);

impl<S: Sink> Sink for WithScope<S> {
    fn begin(&self) -> Option<Surroundings> {
        with_hub(Hub::current).map(|hub| hub as Surroundings)
    }

    fn prepare(&self, transaction: &mut Transaction) {
        let surroundings = transaction.surroundings.take();
        transaction.surroundings = surroundings.map(|surroundings| {
            match surroundings.downcast::<Hub>() {
                Ok(hub) => Arc::new(read_scope(&hub, extra_of)),
                // Another one beside this one has read it already.
                Err(other) => other,
            }
        });
        self.0.prepare(transaction);
    }

    fn accept(&self, transaction: Transaction) {
        self.0.accept(transaction);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        self.0.lost(reason, loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.0.flush(timeout)
    }
}

/// Reads the top scope of a hub.
///
/// A hub has no way to read its scope that does not also write it, which would undo what another thread sets meanwhile:
/// hence a copy of the hub, which shares the scope until it is changed.
pub(super) fn read_scope<R: Default>(hub: &Arc<Hub>, read: impl FnOnce(&Scope) -> R) -> R {
    Hub::new_from_top(hub).configure_scope(|scope| read(scope))
}

fn extra_of(scope: &Scope) -> Extra {
    let mut applied = protocol::Transaction::new();
    scope.apply_to_transaction(&mut applied);
    let mut extra = Extra::default();
    if let Some(user) = &applied.user {
        extra.add("user", user);
        extra.user = user_attributes(user);
    }
    if !applied.tags.is_empty() {
        extra.add("tags", &applied.tags);
    }
    if !applied.extra.is_empty() {
        extra.add("extra", &applied.extra);
    }
    extra.contexts = applied
        .contexts
        .iter()
        .filter(|(key, _)| *key != "trace")
        .filter_map(|(key, context)| Some((key.clone(), serde_json::to_vec(context).ok()?)))
        .collect();
    extra
}

/// The user by the names of Sentry's conventions for attributes.
fn user_attributes(user: &protocol::User) -> Vec<(&'static str, String)> {
    let ip_address = match &user.ip_address {
        Some(protocol::IpAddress::Exact(address)) => Some(address.to_string()),
        // A placeholder, which an attribute has no form for.
        Some(protocol::IpAddress::Auto) | None => None,
    };
    let attributes = [
        ("user.id", user.id.clone()),
        ("user.email", user.email.clone()),
        ("user.name", user.username.clone()),
        ("user.ip_address", ip_address),
    ];
    attributes
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

impl Extra {
    fn add(&mut self, key: &'static str, value: &impl Serialize) {
        if let Ok(json) = serde_json::to_vec(value) {
            self.members.push((key, json));
        }
    }
}
