//! Times of a lifecycle: their forms, and their validation.
use std::fmt;

use isoflag::Value;
use isoflag::model::epoch_milliseconds;

/// A larger number of seconds is probably in milliseconds.
const LATEST_SECONDS: f64 = 1e11;

/// Parses an integer of seconds since the epoch, `2026-01-31` (its first second in UTC) or
/// `2026-01-31T12:00:00Z` into seconds. `None` for anything else, including milliseconds.
#[must_use]
pub fn read_moment(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Number(_) => value.as_integer().map(|seconds| seconds as f64)?,
        Value::String(text) => {
            let milliseconds = epoch_milliseconds(text)
                .or_else(|| epoch_milliseconds(&format!("{text}T00:00:00Z")))?;
            (milliseconds / 1000.0).floor()
        }
        _ => return None,
    };
    (0.0..=LATEST_SECONDS).contains(&seconds).then_some(seconds)
}

/// Returns a time as a document records it, which [`read_moment`] parses: in whole seconds.
pub(crate) fn moment_value(seconds: f64) -> Value {
    Value::from(seconds.floor())
}

/// Truncates the seconds of a host runtime's clock to whole seconds.
///
/// # Errors
///
/// If it is not a valid time since the epoch, for example milliseconds.
pub fn moment_of_seconds(seconds: f64) -> Result<f64, MomentError> {
    let whole = seconds.floor();
    if (0.0..=LATEST_SECONDS).contains(&whole) { Ok(whole) } else { Err(MomentError(seconds)) }
}

/// An invalid time in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MomentError(f64);
impl fmt::Display for MomentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Value::number(self.0) {
            Some(seconds) => write!(f, "`{seconds}` is not a time in seconds since 1970")?,
            None => f.write_str("expected a time in seconds since 1970")?,
        }
        if self.0 > LATEST_SECONDS {
            f.write_str("; divide milliseconds by 1000")?;
        }
        Ok(())
    }
}
impl std::error::Error for MomentError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_of_a_clock_are_truncated() {
        assert_eq!(moment_of_seconds(1_795_172_400.9), Ok(1_795_172_400.0));
        assert_eq!(moment_of_seconds(0.0), Ok(0.0));
        for (seconds, message) in [
            (
                1.8e12,
                "`1800000000000` is not a time in seconds since 1970; divide milliseconds by 1000",
            ),
            (-1.0, "`-1` is not a time in seconds since 1970"),
            (f64::NAN, "expected a time in seconds since 1970"),
        ] {
            assert_eq!(moment_of_seconds(seconds).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn moments_are_seconds_or_dates() {
        for (text, seconds) in [
            ("0", Some(0.0)),
            ("1795172400", Some(1_795_172_400.0)),
            ("\"1970-01-02\"", Some(86_400.0)),
            ("\"1970-01-01T00:00:01.5Z\"", Some(1.0)),
            ("\"1970-01-01T02:00:00+02:00\"", Some(0.0)),
            ("1795172400000", None),
            ("-1", None),
            ("1.5", None),
            ("\"tomorrow\"", None),
            ("\"1969-12-31\"", None),
            ("true", None),
            ("null", None),
        ] {
            assert_eq!(read_moment(&Value::parse(text.as_bytes()).unwrap()), seconds, "{text}");
        }
    }
}
