//! Formats times and durations, in UTC.

use time::OffsetDateTime;

const DAY: f64 = 86_400.0;

/// `2026-01-31`.
pub(crate) fn date(seconds: f64) -> String {
    let Some(moment) = moment(seconds) else { return seconds.to_string() };
    format!("{:04}-{:02}-{:02}", moment.year(), u8::from(moment.month()), moment.day())
}

/// `2026-01-31 12:00 UTC`.
pub(crate) fn date_and_time(seconds: f64) -> String {
    let Some(moment) = moment(seconds) else { return seconds.to_string() };
    format!("{} {:02}:{:02} UTC", date(seconds), moment.hour(), moment.minute())
}

fn moment(seconds: f64) -> Option<OffsetDateTime> {
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
