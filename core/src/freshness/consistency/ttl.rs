//! Parses a time to live.

use std::fmt;

/// Parses a time to live such as the AppConfig extension's
/// `AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS`, into seconds: `45`, `45s`, `5m` or `1h`.
///
/// ```
/// assert_eq!(isoflag::parse_ttl("5m"), Ok(300));
/// assert!(isoflag::parse_ttl("soon").is_err());
/// ```
///
/// If the text has another form, is empty or means zero.
pub fn parse_ttl(text: &str) -> Result<u32, TtlError> {
    let digits = text.trim_end_matches(|last: char| !last.is_ascii_digit());
    let unit = match text.strip_prefix(digits) {
        Some("" | "s") => 1,
        Some("m") => 60,
        Some("h") => 3600,
        _ => 0,
    };
    // `parse` would accept a sign.
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u32>().ok().filter(|_| whole);
    let seconds = number.and_then(|number| number.checked_mul(unit));
    seconds.filter(|seconds| *seconds > 0).ok_or_else(|| TtlError { text: text.to_owned() })
}

/// An invalid time to live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TtlError {
    text: String,
}

impl fmt::Display for TtlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid TTL `{}`: expected seconds, or a number with s, m or h", self.text)
    }
}

impl std::error::Error for TtlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_extension_takes() {
        for (text, seconds) in [
            ("45", 45),
            ("45s", 45),
            ("5m", 300),
            ("1h", 3600),
            ("1", 1),
            ("007", 7),
            ("4294967295", u32::MAX),
        ] {
            assert_eq!(parse_ttl(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "abc",
            "-1",
            "+1",
            "0",
            "0h",
            "1.5",
            "1d",
            "45 s",
            " 45",
            "45\n",
            "s",
            "5M",
            "1hs",
            "٤٥",
            "4294967296",
            "4294967295m",
        ] {
            assert!(parse_ttl(text).is_err(), "{text}");
        }
    }
}
