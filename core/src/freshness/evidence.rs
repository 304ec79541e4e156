//! What a source knows about two responses: whether it is authoritative, and when the origin made
//! each of them.

use std::fmt;

use super::http_date;
use crate::json::{Object, Value};

/// The largest `Age`, in seconds, to which RFC 9111 clips larger ones.
const LARGEST_AGE: f64 = 2_147_483_648.0;

/// What [`Flags::supersedes`](crate::Flags::supersedes) decides by. The default shows nothing, and
/// what was fetched is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Whether no cache can have answered: a file, the AppConfig Agent, an API that reads
    /// consistently.
    pub authoritative: bool,
    /// The response that carried the offered document.
    pub offered: ResponseTimes,
    /// The response that carried, or confirmed last, the held document.
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
    /// When the origin made the response, by the clock of the origin or of its cache.
    fn made_ms(&self) -> Option<f64> {
        let date = self.date_ms?;
        let age = self.age_seconds.unwrap_or(0.0) * 1000.0;
        // Some caches keep the origin's `Date`, others write the present one.
        let is_of_cache = self.received_ms.is_some_and(|received| received - date < age / 2.0);
        Some(if is_of_cache { date - age } else { date })
    }

    /// When the origin made the response, by the client's clock.
    fn made_locally_ms(&self) -> Option<f64> {
        Some(self.received_ms? - self.age_seconds.unwrap_or(0.0) * 1000.0)
    }
}

impl Evidence {
    /// Reads `{"authoritative": true}`, or `{"offered": {"lastModified", "date", "age",
    /// "receivedMs"}, "held": {...}}`: headers as text, each of which may be absent or null, and the
    /// moment of arrival in epoch milliseconds. A malformed header counts as absent. Names may be
    /// written in snake case.
    ///
    /// # Errors
    /// If a member is unknown or has another type.
    pub fn from_value(value: &Value) -> Result<Evidence, EvidenceError> {
        let mut evidence = Evidence::default();
        for (name, value) in object(value, "evidence")?.iter() {
            let path = ["evidence.", name].concat();
            match (&**name, value) {
                ("authoritative", Value::Bool(authoritative)) => {
                    evidence.authoritative = *authoritative;
                }
                ("authoritative", _) => return Err(error(path, "expected true or false")),
                ("offered", _) => evidence.offered = response(value, &path)?,
                ("held", _) => evidence.held = response(value, &path)?,
                _ => return Err(error(path, "unknown member")),
            }
        }
        Ok(evidence)
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

fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Object, EvidenceError> {
    value.as_object().ok_or_else(|| error(path.to_owned(), "expected an object"))
}

const MEMBERS: [[&str; 2]; 4] = [
    ["lastModified", "last_modified"],
    ["date", "date"],
    ["age", "age"],
    ["receivedMs", "received_ms"],
];

fn response(value: &Value, path: &str) -> Result<ResponseTimes, EvidenceError> {
    let mut times = ResponseTimes::default();
    if value.is_null() {
        return Ok(times);
    }
    for (name, value) in object(value, path)?.iter() {
        let member = MEMBERS.iter().position(|names| names.contains(&&**name));
        match (member, value) {
            (Some(_), Value::Null) => {}
            (Some(0), Value::String(text)) => times.last_modified_ms = http_date::parse(text),
            (Some(1), Value::String(text)) => times.date_ms = http_date::parse(text),
            (Some(2), Value::String(text)) => times.age_seconds = age(text),
            (Some(3), Value::Number(_)) => times.received_ms = value.as_number(),
            (member, _) => {
                let message = match member {
                    Some(3) => "expected milliseconds since 1970",
                    Some(_) => "expected the header's text",
                    None => "unknown member; use `lastModified`, `date`, `age` and `receivedMs`",
                };
                return Err(error([path, ".", name].concat(), message));
            }
        }
    }
    Ok(times)
}

fn error(path: String, message: &'static str) -> EvidenceError {
    EvidenceError { path, message }
}

/// The seconds of an `Age`: digits only. Of a list, as two caches make it, the first counts.
fn age(text: &str) -> Option<f64> {
    let first = text.as_bytes().split(|byte| *byte == b',').next()?.trim_ascii();
    let is_number = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
    let add = |seconds: f64, digit: &u8| seconds * 10.0 + f64::from(digit - b'0');
    is_number.then(|| first.iter().fold(0.0, add).min(LARGEST_AGE))
}

/// A value that is not evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceError {
    path: String,
    message: &'static str,
}

impl EvidenceError {
    /// The path of the member, such as `evidence.offered.age`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole error, as it is displayed.
    #[must_use]
    pub fn text(&self) -> String {
        ["invalid `", &self.path, "`: ", self.message].concat()
    }
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for EvidenceError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Evidence, EvidenceError> {
        Evidence::from_value(&Value::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_member_of_another_type_is_named() {
        for (text, message) in [
            ("[]", "invalid `evidence`: expected an object"),
            (r#"{"authoritative": 1}"#, "invalid `evidence.authoritative`: expected true or false"),
            (r#"{"offered": "now"}"#, "invalid `evidence.offered`: expected an object"),
            (
                r#"{"held": {"lastModified": 5}}"#,
                "invalid `evidence.held.lastModified`: expected the header's text",
            ),
            (r#"{"held": {"age": 5}}"#, "invalid `evidence.held.age`: expected the header's text"),
            (
                r#"{"held": {"received_ms": "5"}}"#,
                "invalid `evidence.held.received_ms`: expected milliseconds since 1970",
            ),
            (
                r#"{"held": {"etag": "5"}}"#,
                "invalid `evidence.held.etag`: unknown member; use `lastModified`, `date`, `age` and `receivedMs`",
            ),
            (r#"{"version": 5}"#, "invalid `evidence.version`: unknown member"),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn both_spellings_are_read_and_null_is_absent() {
        let date = "Thu, 01 Jan 1970 00:00:01 GMT";
        let camel = read(&format!(r#"{{"held": {{"lastModified": "{date}", "receivedMs": 5}}}}"#));
        let snake =
            read(&format!(r#"{{"held": {{"last_modified": "{date}", "received_ms": 5}}}}"#));
        assert_eq!(camel, snake);
        assert_eq!(camel.unwrap().held.last_modified_ms, Some(1000.0));
        let absent = r#"{"offered": null, "held": {"lastModified": null, "date": null, "age": null, "receivedMs": null}}"#;
        assert_eq!(read(absent), Ok(Evidence::default()));
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
