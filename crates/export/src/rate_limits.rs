//! Pauses that the ingestion side asked for (Sentry, "Rate Limiting").

use std::time::{Duration, Instant, SystemTime};

use crate::envelope::Format;

/// The pause where a 429 names none.
const DEFAULT_PAUSE: Duration = Duration::from_secs(60);

/// Longer pauses are cut to this, so that a mistake does not last for the life of a process.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// Until when which kind of item is not sent.
#[derive(Debug, Default)]
pub(crate) struct RateLimits {
    everything: Option<Instant>,
    transactions: Option<Instant>,
    spans: Option<Instant>,
}

impl RateLimits {
    /// Learns from an answer. A pause never becomes shorter.
    ///
    /// Limits that can be read go before `Retry-After`, also where they are all of categories that do not matter here;
    /// a 429 with neither is a pause all the same.
    pub(crate) fn learn(
        &mut self,
        status: u16,
        rate_limits: Option<&str>,
        retry_after: Option<&str>,
        now: Instant,
    ) {
        let mut is_told = false;
        for group in rate_limits.unwrap_or_default().split(',') {
            is_told |= self.learn_group(group, now).is_some();
        }
        if !is_told && status == 429 {
            let pause = retry_after.and_then(pause).unwrap_or(DEFAULT_PAUSE);
            extend(&mut self.everything, pause, now);
        }
    }

    /// `seconds:category;category:scope…`; no category means all. `None` where it cannot be read.
    fn learn_group(&mut self, group: &str, now: Instant) -> Option<()> {
        let mut parts = group.trim().split(':');
        let pause = seconds_of(parts.next()?)?;
        let categories = parts.next()?;
        for category in categories.split(';') {
            match category.trim() {
                "" => extend(&mut self.everything, pause, now),
                "transaction" => extend(&mut self.transactions, pause, now),
                "span" => extend(&mut self.spans, pause, now),
                _ => {}
            }
        }
        Some(())
    }

    /// Whether envelopes of this format have to wait.
    pub(crate) fn holds(&self, format: Format, now: Instant) -> bool {
        let own = match format {
            Format::Transaction => self.transactions,
            Format::SpanStream => self.spans,
        };
        self.everything.max(own).is_some_and(|until| now < until)
    }

    /// Until when nothing at all is sent; may have passed.
    pub(crate) fn everything_until(&self) -> Option<Instant> {
        self.everything
    }
}

/// The value of `Retry-After`: seconds, or a date.
pub(crate) fn pause(retry_after: &str) -> Option<Duration> {
    let retry_after = retry_after.trim();
    seconds_of(retry_after).or_else(|| {
        let date = httpdate::parse_http_date(retry_after).ok()?;
        let pause = date.duration_since(SystemTime::now()).unwrap_or_default();
        Some(pause.min(LONGEST_PAUSE))
    })
}

fn seconds_of(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    let usable = seconds.is_finite() && seconds >= 0.0;
    usable.then(|| Duration::from_secs_f64(seconds.min(LONGEST_PAUSE.as_secs_f64())))
}

fn extend(limit: &mut Option<Instant>, pause: Duration, now: Instant) {
    *limit = (*limit).max(Some(now + pause));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(
        status: u16,
        limits: Option<&str>,
        retry_after: Option<&str>,
    ) -> (RateLimits, Instant) {
        let (mut learned, now) = (RateLimits::default(), Instant::now());
        learned.learn(status, limits, retry_after, now);
        (learned, now)
    }

    fn holds_everything(limits: &RateLimits, now: Instant) -> bool {
        limits.everything_until().is_some_and(|until| now < until)
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn each_category_has_its_own_limit() {
        let header =
            "60:error;transaction:key, 2700.5:span:organization:quota, x:transaction:key, 9";
        let (limits, now) = after(200, Some(header), Some("9999"));
        assert!(limits.holds(Format::Transaction, now + seconds(59)));
        assert!(!limits.holds(Format::Transaction, now + seconds(60)));
        assert!(limits.holds(Format::SpanStream, now + seconds(2700)));
        assert!(!limits.holds(Format::SpanStream, now + seconds(2701)));
        assert!(!holds_everything(&limits, now));
    }

    #[test]
    fn no_category_is_every_category_and_the_longest_pause_counts() {
        let (mut limits, now) = after(429, Some("10::organization"), None);
        assert!(limits.holds(Format::SpanStream, now + seconds(9)));
        limits.learn(429, Some("1::organization"), None, now);
        assert!(holds_everything(&limits, now + seconds(9)));
    }

    #[test]
    fn retry_after_counts_with_a_429_only() {
        assert!(!holds_everything(
            &after(200, None, Some("60")).0,
            Instant::now()
        ));
        for (header, pause) in [
            (Some("7"), 7),
            (Some("soon"), 60),
            (None, 60),
            (Some("1e99"), 24 * 3600),
            (Some("-1"), 60),
        ] {
            let (limits, now) = after(429, None, header);
            assert!(
                holds_everything(&limits, now + seconds(pause - 1)),
                "{header:?}"
            );
            assert!(
                !holds_everything(&limits, now + seconds(pause)),
                "{header:?}"
            );
        }
    }

    #[test]
    fn limits_that_say_nothing_are_as_good_as_none() {
        for limits in [
            "",
            " ",
            ",",
            "60",
            "soon:transaction:key",
            ":transaction:key",
            "-1::key",
        ] {
            for (retry_after, pause) in [(Some("7"), 7), (None, 60)] {
                let (learned, now) = after(429, Some(limits), retry_after);
                let until = learned.everything_until();
                assert_eq!(until, Some(now + seconds(pause)), "{limits:?}");
            }
            let (learned, _) = after(200, Some(limits), Some("7"));
            assert_eq!(learned.everything_until(), None, "{limits:?}");
        }
    }

    #[test]
    fn limits_of_other_categories_go_before_retry_after() {
        for limits in ["60:error:key", "60:some;thing_new", "x, 60:error:key"] {
            let (learned, now) = after(429, Some(limits), Some("7"));
            assert_eq!(learned.everything_until(), None, "{limits:?}");
            assert!(!learned.holds(Format::Transaction, now), "{limits:?}");
        }
    }

    #[test]
    fn retry_after_may_be_a_date() {
        let date = httpdate::fmt_http_date(SystemTime::now() + seconds(100));
        let pause = pause(&date).expect("a date");
        assert!(seconds(95) < pause && pause <= seconds(100), "{pause:?}");
        assert_eq!(
            super::pause("Thu, 01 Jan 1970 00:00:00 GMT"),
            Some(Duration::ZERO)
        );
    }
}
