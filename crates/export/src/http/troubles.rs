//! What is told of envelopes that do not get through, so that telling does not become a load of its own.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::post::Posted;

/// How long a kind of trouble is not told again.
const TOLD_FOR: Duration = Duration::from_secs(5 * 60);

/// Which kinds were told, and when.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    told_at: BTreeMap<Kind, Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Status(u16),
    Limited,
    Unreachable,
    Cut,
    Unanswered,
    Impossible,
    Overflow,
}

impl Troubles {
    /// What is to be told of a request; nothing when it went well, or that was told a short time ago.
    pub(super) fn of_request(&mut self, posted: &Posted, now: Instant) -> Option<String> {
        match posted {
            Posted::Answer(answer) => match answer.status {
                200..=299 if answer.rate_limits.is_none() => None,
                200..=299 | 429 => self.news(Kind::Limited, now, || {
                    "the DSN's host limits what it takes: what falls under the limit is lost until it is over".to_owned()
                }),
                status => self.news(Kind::Status(status), now, || of_status(status)),
            },
            Posted::Unreachable(reason) => self.news(Kind::Unreachable, now, || {
                format!("the DSN's host cannot be reached, and envelopes wait: {reason}")
            }),
            Posted::Cut(reason) => self.news(Kind::Cut, now, || {
                format!(
                    "the connection to the DSN's host was lost, and envelopes are sent again a few times, then lost: {reason}"
                )
            }),
            Posted::Unanswered(reason) => self.news(Kind::Unanswered, now, || {
                format!("the DSN's host has not answered, and the envelope counts as lost: {reason}")
            }),
            Posted::Impossible(reason) => self.news(Kind::Impossible, now, || {
                format!("an envelope cannot be sent, and is lost: {reason}")
            }),
        }
    }

    /// What is to be told of an envelope that found no place.
    pub(super) fn of_overflow(&mut self, now: Instant) -> Option<String> {
        self.news(Kind::Overflow, now, || {
            "more envelopes come than can be sent, and what finds no place is lost".to_owned()
        })
    }

    fn news(
        &mut self,
        kind: Kind,
        now: Instant,
        message: impl FnOnce() -> String,
    ) -> Option<String> {
        let is_known = |at: &Instant| now.saturating_duration_since(*at) < TOLD_FOR;
        if self.told_at.get(&kind).is_some_and(is_known) {
            return None;
        }
        self.told_at.insert(kind, now);
        Some(message())
    }
}

fn of_status(status: u16) -> String {
    match status {
        401 | 403 => format!(
            "the DSN's host refuses envelopes with {status}, and they are lost: is the DSN still right?"
        ),
        413 => {
            "the DSN's host refuses an envelope of that size with 413, and it is lost".to_owned()
        }
        500.. => format!(
            "the DSN's host answers with {status}, and envelopes are sent again a few times, then lost"
        ),
        _ => format!("the DSN's host refuses an envelope with {status}, and it is lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Answer;

    fn answer(status: u16) -> Posted {
        Posted::Answer(Answer {
            status,
            ..Answer::default()
        })
    }

    #[test]
    fn each_kind_is_told_once_in_a_while() {
        let (mut troubles, start) = (Troubles::default(), Instant::now());
        let soon = start + TOLD_FOR / 2;
        assert_eq!(troubles.of_request(&answer(200), start), None);
        for at in [start, soon] {
            let told = [
                troubles.of_request(&answer(403), at),
                troubles.of_request(&answer(413), at),
                troubles.of_request(&answer(503), at),
                troubles.of_request(&answer(429), at),
                troubles.of_request(&Posted::Unreachable("refused".to_owned()), at),
                troubles.of_request(&Posted::Cut("reset".to_owned()), at),
                troubles.of_request(&Posted::Impossible("odd".to_owned()), at),
                troubles.of_overflow(at),
            ];
            assert!(
                told.iter().all(|told| told.is_some() == (at == start)),
                "{told:?}"
            );
        }
        let again = troubles.of_request(&answer(403), start + TOLD_FOR);
        assert!(again.is_some_and(|told| told.contains("403")));
    }

    #[test]
    fn a_limit_is_told_that_comes_with_a_success() {
        let limited = Posted::Answer(Answer {
            status: 200,
            rate_limits: Some("60:transaction:key".to_owned()),
            ..Answer::default()
        });
        let told = Troubles::default().of_request(&limited, Instant::now());
        assert!(told.is_some_and(|told| told.contains("limits what it takes")));
    }
}
