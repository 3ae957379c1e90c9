//! A chain of services, called from outside.

use super::fleet::Fleet;
use super::hop::Hop;
use super::seen::Seen;
use crate::e2e::wire::Wire;

/// A chain, and what the suite sends to its head.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) hops: Vec<Hop>,
    /// The header lines that the head receives.
    pub(super) incoming: Vec<(&'static str, String)>,
    /// Headers of the head's own, beside those of its SDK.
    pub(super) own: Vec<(&'static str, String)>,
    /// What the tail is asked for.
    pub(super) tail: &'static str,
}

/// What came of it, hop by hop.
#[derive(Clone, Debug)]
pub(super) struct Ran {
    pub(super) seen: Vec<Seen>,
    /// The public keys of the services.
    pub(super) keys: Vec<String>,
    /// What the tail answered, where it is not asked for an echo.
    pub(super) body: String,
}

impl Chain {
    pub(super) fn of(hops: impl Into<Vec<Hop>>) -> Self {
        Self {
            hops: hops.into(),
            incoming: Vec::new(),
            own: Vec::new(),
            tail: "/echo",
        }
    }

    /// One more header line for the head.
    pub(super) fn incoming(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.incoming.push((name, value.into()));
        self
    }

    /// One more header that the head's handler sends itself.
    pub(super) fn own(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.own.push((name, value.into()));
        self
    }

    pub(super) fn tail(mut self, path: &'static str) -> Self {
        self.tail = path;
        self
    }

    /// The names of its services.
    pub(super) fn path(&self) -> String {
        let kinds: Vec<_> = self.hops.iter().map(|hop| hop.kind.to_string()).collect();
        kinds.join(" > ")
    }

    /// Calls the head.
    pub(super) async fn run(&self, fleet: &Fleet) -> Result<Ran, String> {
        let members: Vec<_> = self
            .hops
            .iter()
            .filter_map(|hop| fleet.member(hop))
            .collect();
        let (head, others) = members.split_first().ok_or("an empty chain")?;
        let mut path = self.tail.to_owned();
        for (index, member) in others.iter().enumerate().rev() {
            let own: &[_] = if index == 0 { &self.own } else { &[] };
            path = call(&format!("http://{}{path}", member.process.address), own);
        }
        let lines: Vec<_> = self
            .incoming
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let mut wire = Wire::connect(head.process.address).await;
        wire.send("GET", &path, &lines).await;
        let answer = wire.answer().await;
        let (seen, body) = unfold(answer.text(), self.hops.len())?;
        Ok(Ran {
            seen,
            body,
            keys: members.iter().map(|member| member.key.clone()).collect(),
        })
    }
}

fn call(url: &str, own: &[(&'static str, String)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("url", url);
    for (name, value) in own {
        query.append_pair(&format!("h.{name}"), value);
    }
    format!("/call?{}", query.finish())
}

/// Each answer holds the one of the next service.
fn unfold(mut body: String, hops: usize) -> Result<(Vec<Seen>, String), String> {
    let mut seen: Vec<Seen> = Vec::new();
    for _ in 0..hops {
        let one: Seen = match serde_json::from_str(&body) {
            Ok(one) => one,
            // The last one may answer otherwise.
            Err(_) if seen.len() + 1 == hops && !seen.is_empty() => break,
            Err(error) => return Err(format!("hop {}: {error}: {body}", seen.len())),
        };
        if let Some(error) = &one.error {
            return Err(format!("hop {} called in vain: {error}", seen.len()));
        }
        body = one.body.clone().unwrap_or_default();
        seen.push(one);
    }
    Ok((seen, body))
}
