//! The evidence of a source about two responses: whether it is authoritative, and when the origin
//! made each of them.

use super::http_date;
use crate::json::Value;

/// The largest `Age`, in seconds, to which RFC 9111 clips larger ones.
const LARGEST_AGE: f64 = 2_147_483_648.0;

/// The evidence for [`Flags::supersedes`](crate::Flags::supersedes). The default has none, and the
/// fetched document is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Whether no cache can have answered: a file, the AppConfig Agent, an API with consistent
    /// reads.
    pub authoritative: bool,
    /// The response that carried the offered document.
    pub offered: ResponseTimes,
    /// The response that carried, or last confirmed, the current document.
    pub held: ResponseTimes,
}

/// The times of an HTTP response.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ResponseTimes {
    /// `Last-Modified`, in epoch milliseconds.
    pub last_modified_ms: Option<f64>,
    /// `Date`, in epoch milliseconds.
    pub date_ms: Option<f64>,
    /// `Age`, in seconds.
    pub age_seconds: Option<f64>,
    /// When the response arrived, in epoch milliseconds by the client's clock.
    pub received_ms: Option<f64>,
}

impl ResponseTimes {
    fn from_value(value: Option<&Value>) -> ResponseTimes {
        let member = |name| value.and_then(Value::as_object).and_then(|times| times.get(name));
        let header = |name| member(name).and_then(Value::as_str);
        ResponseTimes {
            last_modified_ms: header("lastModified").and_then(http_date::parse),
            date_ms: header("date").and_then(http_date::parse),
            age_seconds: header("age").and_then(age),
            received_ms: member("receivedMs").and_then(Value::as_number),
        }
    }

    /// When the origin made the response, by the clock of the origin or of its cache.
    fn made_ms(&self) -> Option<f64> {
        let date = self.date_ms?;
        let age = self.age_seconds.unwrap_or(0.0) * 1000.0;
        // Some caches keep the origin's `Date`, others write the current time.
        let is_of_cache = self.received_ms.is_some_and(|received| received - date < age / 2.0);
        Some(if is_of_cache { date - age } else { date })
    }

    /// When the origin made the response, by the client's clock.
    fn made_locally_ms(&self) -> Option<f64> {
        Some(self.received_ms? - self.age_seconds.unwrap_or(0.0) * 1000.0)
    }
}

impl Evidence {
    /// Parses `{"authoritative": true}`, or `{"offered": {"lastModified", "date", "age",
    /// "receivedMs"}, "held": {...}}`: headers as text, and the time of arrival in epoch
    /// milliseconds. A missing or invalid member counts as no evidence, and unknown members are ignored.
    #[must_use]
    pub fn from_value(value: &Value) -> Evidence {
        let member = |name| value.as_object().and_then(|evidence| evidence.get(name));
        Evidence {
            authoritative: member("authoritative").and_then(Value::as_bool).unwrap_or(false),
            offered: ResponseTimes::from_value(member("offered")),
            held: ResponseTimes::from_value(member("held")),
        }
    }

    /// Whether the origin made the offered response before the held one. Times of one kind are
    /// compared: those of the origin's clock with each other, those of the client's likewise.
    pub(super) fn is_older(&self) -> bool {
        let Evidence { offered, held, .. } = self;
        let between = |offered: Option<f64>, held: Option<f64>| Some(offered? - held?);
        between(offered.last_modified_ms, held.last_modified_ms)
            .or_else(|| between(offered.made_ms(), held.made_ms()))
            // A response that was made before the held document was written.
            .or_else(|| between(offered.made_ms(), held.last_modified_ms))
            .or_else(|| {
                offered.age_seconds?;
                between(offered.made_locally_ms(), held.made_locally_ms())
            })
            .is_some_and(|difference| difference < 0.0)
    }
}

/// Parses the seconds of an `Age`: digits only. Of a list, as two caches make it, the first value
/// counts.
fn age(text: &str) -> Option<f64> {
    let first = text.as_bytes().split(|byte| *byte == b',').next()?.trim_ascii();
    let is_number = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
    let add = |seconds: f64, digit: &u8| seconds * 10.0 + f64::from(digit - b'0');
    is_number.then(|| first.iter().fold(0.0, add).min(LARGEST_AGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Evidence {
        Evidence::from_value(&Value::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_member_of_another_type_is_ignored() {
        for text in [
            "[]",
            r#"{"authoritative": 1}"#,
            r#"{"offered": "now"}"#,
            r#"{"held": {"lastModified": 5}}"#,
            r#"{"held": {"age": 5}}"#,
            r#"{"held": {"received_ms": "5"}}"#,
            r#"{"held": {"etag": "5"}, "version": 5}"#,
        ] {
            assert_eq!(read(text), Evidence::default(), "{text}");
        }
    }

    #[test]
    fn null_is_absent() {
        let held =
            read(r#"{"held": {"lastModified": "Thu, 01 Jan 1970 00:00:01 GMT", "age": null}}"#)
                .held;
        assert_eq!((held.last_modified_ms, held.age_seconds), (Some(1000.0), None));
        let absent = r#"{"offered": null, "held": {"lastModified": null, "date": null, "receivedMs": null}}"#;
        assert_eq!(read(absent), Evidence::default());
    }

    #[test]
    fn an_age_is_digits() {
        for (text, seconds) in [
            ("0", Some(0.0)),
            ("600", Some(600.0)),
            (" 600 , 5", Some(600.0)),
            ("2147483648", Some(LARGEST_AGE)),
            ("99999999999999999999999999999999", Some(LARGEST_AGE)),
            ("", None),
            ("-5", None),
            ("+5", None),
            ("1.5", None),
            ("٤", None),
        ] {
            assert_eq!(age(text), seconds, "{text}");
        }
    }
}
