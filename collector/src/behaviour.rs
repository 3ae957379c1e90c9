//! Misbehaviour on demand: what the collector does with the next envelope requests.

use std::collections::VecDeque;
use std::fmt;

use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode};

/// What happens to a request that brings an envelope. The page, the API and preflights are never affected.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Behaviour {
    /// The envelope is judged, kept and answered.
    #[default]
    Normal,
    /// The answer is this one, see [`Behaviour::respond`].
    Respond(Answer),
    /// There is no answer until [`Collector::release`](crate::Collector::release); then as `Normal`.
    Hang,
    /// The request is read to its end and the connection closed without an answer. The envelope is not kept.
    CutAfterRead,
    /// The envelope is kept; the connection is closed halfway through the body of the answer.
    CutMidResponse,
}

/// A status and headers, see [`Behaviour::respond`].
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

impl Behaviour {
    /// Answers with a status and headers, such as 429 and `Retry-After`. The envelope is kept for a 2xx status only.
    ///
    /// # Errors
    /// Where the status is not within 200 to 999, or a header's name or value cannot be sent.
    pub fn respond(status: u16, headers: &[(&str, &str)]) -> Result<Self, InvalidAnswer> {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| !status.is_informational())
            .ok_or(InvalidAnswer::Status(status))?;
        let headers = headers
            .iter()
            .map(|(name, value)| header(name, value))
            .collect::<Result<_, _>>()?;
        Ok(Self::Respond(Answer { status, headers }))
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), InvalidAnswer> {
    let invalid = || InvalidAnswer::Header(name.to_owned());
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
    Ok((parsed, HeaderValue::from_str(value).map_err(|_| invalid())?))
}

/// Why an answer cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidAnswer {
    /// The status is not one of a final response.
    Status(u16),
    /// The header of this name, or its value, is not a header's.
    Header(String),
}

impl fmt::Display for InvalidAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status} is not the status of a final response"),
            Self::Header(name) => write!(f, "the header {name:?} cannot be sent"),
        }
    }
}

impl std::error::Error for InvalidAnswer {}

/// The lasting behaviour and the ones before it.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    lasting: Behaviour,
    next: VecDeque<(usize, Behaviour)>,
}

impl Schedule {
    pub(crate) fn set_lasting(&mut self, behaviour: Behaviour) {
        self.lasting = behaviour;
        self.next.clear();
    }

    pub(crate) fn push(&mut self, requests: usize, behaviour: Behaviour) {
        if requests > 0 {
            self.next.push_back((requests, behaviour));
        }
    }

    /// The behaviour for one more request.
    pub(crate) fn take(&mut self) -> Behaviour {
        let Some((left, behaviour)) = self.next.front_mut() else {
            return self.lasting.clone();
        };
        *left -= 1;
        let (used_up, behaviour) = (*left == 0, behaviour.clone());
        if used_up {
            self.next.pop_front();
        }
        behaviour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_queued_comes_before_what_lasts() {
        let mut schedule = Schedule::default();
        schedule.set_lasting(Behaviour::CutAfterRead);
        schedule.push(2, Behaviour::Hang);
        schedule.push(0, Behaviour::CutMidResponse);
        schedule.push(1, Behaviour::Normal);
        let taken: Vec<_> = (0..5).map(|_| schedule.take()).collect();
        let expected = [
            Behaviour::Hang,
            Behaviour::Hang,
            Behaviour::Normal,
            Behaviour::CutAfterRead,
            Behaviour::CutAfterRead,
        ];
        assert_eq!(taken, expected);
    }

    #[test]
    fn an_answer_that_cannot_be_sent_is_refused() {
        assert_eq!(Behaviour::respond(99, &[]), Err(InvalidAnswer::Status(99)));
        assert_eq!(
            Behaviour::respond(100, &[]),
            Err(InvalidAnswer::Status(100))
        );
        let broken = Behaviour::respond(429, &[("Retry-After", "1\n2")]);
        assert_eq!(broken, Err(InvalidAnswer::Header("Retry-After".into())));
    }
}
