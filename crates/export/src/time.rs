//! Times as RFC 3339 texts, and times to come.

use std::fmt;
use std::time::{Duration, Instant};

use sentry_trace_runtime::clock::Timestamp;

const DAY: u64 = 86_400;

/// The longest that anything waits: ten years. It can be added to any point in time, which not every duration can.
pub(crate) const LONGEST: Duration = Duration::from_secs(10 * 365 * DAY);

/// The point in time that is so much later, or [`LONGEST`].
pub(crate) fn later(start: Instant, by: Duration) -> Instant {
    start + by.min(LONGEST)
}

/// Now.
#[cfg(any(feature = "dsn", feature = "sentry", feature = "spotlight"))]
pub(crate) fn now() -> Timestamp {
    use std::time::{SystemTime, UNIX_EPOCH};

    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX))
}

/// A time as `2026-11-22T19:03:53.123456Z`.
pub(crate) struct Rfc3339(pub(crate) Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        let seconds = micros / 1_000_000;
        let (year, month, day) = civil(seconds / DAY);
        let of_day = seconds % DAY;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}Z",
            micros % 1_000_000
        )
    }
}

/// Year, month and day of a day since 1970-01-01, in years that begin in March so that leap days come last.
fn civil(day: u64) -> (u64, u64, u64) {
    const DAYS_TO_1970: u64 = 719_468;
    const DAYS_IN_400_YEARS: u64 = 146_097;
    let day = day + DAYS_TO_1970;
    let (era, day) = (day / DAYS_IN_400_YEARS, day % DAYS_IN_400_YEARS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (
        era * 400 + year + u64::from(month <= 2),
        month,
        day_of_month,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000001Z"),
            (951_782_400, "2000-02-29T00:00:00.000001Z"),
            (951_868_799, "2000-02-29T23:59:59.000001Z"),
            (1_704_067_199, "2023-12-31T23:59:59.000001Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000001Z"),
        ] {
            let time = Timestamp::from_micros(seconds * 1_000_000 + 1);
            assert_eq!(Rfc3339(time).to_string(), text);
        }
    }
}
