//! Times: the current one, those of arguments, and their formats in UTC. The core never reads a clock.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use isoflag::Value;
use isoflag_tools::read_moment;
use time::OffsetDateTime;

use crate::outcome::Failure;

/// Larger numbers of seconds are assumed to be milliseconds.
const LATEST: u64 = 100_000_000_000;

/// The tolerated difference between clocks, in seconds.
const TOLERATED_SKEW: f64 = 300.0;

/// The option for the current time.
#[derive(Args)]
pub(crate) struct NowArgument {
    /// Current time in seconds since 1970 (default: the system clock)
    #[arg(long, value_name = "SECONDS", value_parser = seconds_argument)]
    now: Option<u64>,
}

fn seconds_argument(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected seconds since 1970, a whole number".to_owned())
}

impl NowArgument {
    /// Seconds since the epoch.
    pub(crate) fn seconds(&self) -> Result<f64, Failure> {
        seconds(self.now)
    }
}

/// Returns this time in seconds since the epoch, or the system's.
pub(crate) fn seconds(given: Option<u64>) -> Result<f64, Failure> {
    let now = match given {
        Some(seconds) => seconds,
        None => match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(elapsed) => elapsed.as_secs(),
            Err(_) => {
                let message = "the system's clock is before 1970; pass `--now`";
                return Err(Failure::message(message));
            }
        },
    };
    if now > LATEST {
        return Err(Failure::message(format!(
            "`--now {now}` is not a time in seconds; divide milliseconds by 1000"
        )));
    }
    Ok(now as f64)
}

/// Rejects a time in a file that is later than this clock.
pub(crate) fn not_in_the_future(moment: f64, now: f64, subject: &str) -> Result<(), Failure> {
    if moment > now + TOLERATED_SKEW {
        let (moment, now) = (moment.floor(), now.floor());
        return Err(Failure::message(format!(
            "{subject}: {moment} lies in the future, since it is {now} now; compare the clocks"
        )));
    }
    Ok(())
}

/// Parses seconds since 1970, a date, or a date and time.
pub(crate) fn moment(text: &str) -> Option<f64> {
    match text.parse::<u32>() {
        Ok(seconds) => Some(f64::from(seconds)),
        Err(_) => read_moment(&Value::from(text)),
    }
}

/// Parses an argument in the same forms.
pub(crate) fn moment_argument(text: &str) -> Result<f64, String> {
    moment(text).ok_or_else(|| "expected seconds since 1970 or `2026-01-31T12:00:00Z`".to_owned())
}

/// Parses a number of weeks.
pub(crate) fn weeks(text: &str) -> Result<f64, String> {
    let weeks: f64 = text.parse().map_err(|_| "expected a number of weeks".to_owned())?;
    if weeks.is_finite() && weeks >= 0.0 {
        Ok(weeks)
    } else {
        Err("expected a number of weeks, 0 or more".to_owned())
    }
}

const DAY: f64 = 86_400.0;

/// A week, in seconds.
pub(crate) const WEEK: f64 = 7.0 * DAY;

/// `2026-01-31`.
pub(crate) fn date(seconds: f64) -> String {
    let Some(moment) = utc(seconds) else { return seconds.to_string() };
    format!("{:04}-{:02}-{:02}", moment.year(), u8::from(moment.month()), moment.day())
}

/// `2026-01-31 12:00 UTC`.
pub(crate) fn date_and_time(seconds: f64) -> String {
    let Some(moment) = utc(seconds) else { return seconds.to_string() };
    format!("{} {:02}:{:02} UTC", date(seconds), moment.hour(), moment.minute())
}

fn utc(seconds: f64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(seconds as i64).ok()
}

/// Formats a number of days in the most readable unit.
pub(crate) fn span_of_days(days: i64) -> String {
    let (count, unit) = match days {
        ..60 => (days, "day"),
        60..730 => (days * 12 / 365, "month"),
        _ => (days / 365, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Formats how long ago a time was: `today`, `3 days ago`.
pub(crate) fn ago(now: f64, then: f64) -> String {
    match ((now - then) / DAY).floor() as i64 {
        ..=0 => "today".to_owned(),
        days => format!("{} ago", span_of_days(days)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_formatted_in_utc() {
        assert_eq!(date(0.0), "1970-01-01");
        assert_eq!(date_and_time(1_795_172_400.0), "2026-11-20 11:00 UTC");
        assert_eq!(date(1e30), "1000000000000000000000000000000");
    }

    #[test]
    fn durations_use_readable_units() {
        for (days, text) in [
            (0, "0 days"),
            (1, "1 day"),
            (59, "59 days"),
            (61, "2 months"),
            (365, "12 months"),
            (729, "23 months"),
            (730, "2 years"),
        ] {
            assert_eq!(span_of_days(days), text);
        }
        assert_eq!(
            (ago(90_000.0, 89_000.0).as_str(), ago(90_000.0, 3_000.0).as_str()),
            ("today", "1 day ago")
        );
        // A time slightly ahead of the clock is today too.
        assert_eq!(ago(90_000.0, 90_100.0), "today");
    }
}
