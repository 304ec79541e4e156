use crate::json::Value;
use crate::ruleset::epoch_milliseconds;

/// Later seconds are milliseconds by mistake.
const LATEST_SECONDS: f64 = 1e11;

/// A moment in seconds since the epoch, from an integer of seconds, `2026-01-31` (its first second
/// in UTC) or `2026-01-31T12:00:00Z`. None for anything else, milliseconds among it.
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

#[cfg(test)]
mod tests {
    use super::*;

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
