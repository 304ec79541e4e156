//! `before`, `after`: each side epoch milliseconds or an RFC 3339 date and time. Strict, so that
//! equal instants match neither.

use std::cmp::Ordering;

use super::{ClauseValues, Comparable, first_match, take_reading};
use crate::calendar;
use crate::diagnostic::{Code, Findings};
use crate::json::Value;
use crate::steps::{Malformed, Steps};

#[derive(Debug)]
pub(crate) struct DateTest {
    wanted: Ordering,
    values: Box<[Option<Instant>]>,
}

impl DateTest {
    pub(super) fn prepare<F: Findings>(
        operator: &str,
        values: &ClauseValues<'_, F>,
    ) -> Option<DateTest> {
        let wanted = match operator {
            "before" => Ordering::Less,
            "after" => Ordering::Greater,
            _ => return None,
        };
        let expected = "a date: epoch milliseconds, or `2026-01-31T12:00:00Z`";
        let values = values.prepare(Code::INVALID_DATE, expected, Instant::read);
        Some(DateTest { wanted, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        comparable: &Comparable,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let instant = match comparable {
            Comparable::Instant(instant) => *instant,
            _ => {
                take_reading(value, steps)?;
                Instant::read(value)
            }
        };
        let Some(instant) = instant else { return Ok(None) };
        first_match(&self.values, steps, |limit| instant.order(limit) == self.wanted)
    }
}

/// A moment, exact both for a text of nanoseconds and for every number of milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant {
    /// Whole milliseconds since the epoch, rounded down.
    milliseconds: f64,
    /// The rest, from 0 to 1.
    fraction: f64,
}

impl Instant {
    pub(super) fn read(value: &Value) -> Option<Instant> {
        match value {
            Value::Number(number) => {
                let milliseconds = number.floor();
                Some(Instant { milliseconds, fraction: number - milliseconds })
            }
            Value::String(text) => parse(text),
            _ => None,
        }
    }

    fn order(&self, other: &Instant) -> Ordering {
        self.milliseconds
            .total_cmp(&other.milliseconds)
            .then(self.fraction.total_cmp(&other.fraction))
    }
}

/// Returns the milliseconds since the epoch, rounded down, of a text such as
/// `2026-01-31T12:00:00Z`; `None` for any other text.
#[must_use]
pub fn epoch_milliseconds(text: &str) -> Option<f64> {
    parse(text).map(|instant| instant.milliseconds)
}

/// Parses `2026-01-31T12:00:00.5+02:00`. The offset's colon may be missing, `t` and `z` may be
/// lower-case, and at most nine digits of a fraction count.
fn parse(text: &str) -> Option<Instant> {
    let mut rest = Scanner(text.as_bytes());
    let year = rest.digits(4)?;
    rest.expect(b"-")?;
    let month = rest.digits(2)?;
    rest.expect(b"-")?;
    let day = rest.digits(2)?;
    rest.expect(b"Tt")?;
    let hour = rest.digits(2)?;
    rest.expect(b":")?;
    let minute = rest.digits(2)?;
    rest.expect(b":")?;
    let second = rest.digits(2)?;
    let nanoseconds = if rest.expect(b".").is_some() { rest.fraction()? } else { 0 };
    let offset_minutes = rest.offset()?;
    if !rest.0.is_empty() {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = (calendar::days(year.into(), month.into(), day.into())? * 24 + i64::from(hour))
        * 60
        + i64::from(minute - offset_minutes);
    let seconds = minutes * 60 + i64::from(second);
    let whole = seconds * 1000 + i64::from(nanoseconds / 1_000_000);
    Some(Instant { milliseconds: whole as f64, fraction: f64::from(nanoseconds % 1_000_000) / 1e6 })
}

struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    fn expect(&mut self, one_of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        one_of.iter().any(|one| one == first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digit(&mut self) -> Option<i32> {
        self.expect(b"0123456789").map(|digit| i32::from(digit - b'0'))
    }

    fn digits(&mut self, count: usize) -> Option<i32> {
        (0..count).try_fold(0, |number, _| Some(number * 10 + self.digit()?))
    }

    /// At least one digit; those after the ninth are dropped.
    fn fraction(&mut self) -> Option<u32> {
        let mut nanoseconds = self.digit()?;
        let mut count = 1;
        while let Some(digit) = self.digit() {
            if count < 9 {
                nanoseconds = nanoseconds * 10 + digit;
                count += 1;
            }
        }
        u32::try_from(nanoseconds).ok().map(|digits| digits * 10_u32.pow(9 - count))
    }

    /// Minutes east of UTC.
    fn offset(&mut self) -> Option<i32> {
        let sign = match self.expect(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.digits(2)?;
        let _ = self.expect(b":");
        let minutes = self.digits(2)?;
        (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(text: &str) -> Option<(f64, f64)> {
        parse(text).map(|instant| (instant.milliseconds, instant.fraction))
    }

    #[test]
    fn what_is_a_date() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", (0.0, 0.0)),
            ("1970-01-01T00:00:00.001z", (1.0, 0.0)),
            ("1970-01-01t00:00:00.0005Z", (0.0, 0.5)),
            ("1970-01-01T02:00:00+02:00", (0.0, 0.0)),
            ("1970-01-01T02:00:00+0200", (0.0, 0.0)),
            ("1969-12-31T23:59:59.9999999999Z", (-1.0, 0.999_999)),
            ("0001-01-01T00:00:00Z", (-62_135_596_800_000.0, 0.0)),
        ] {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "1970-01-01",
            "0",
            "1970-01-01T0:00:00Z",
            "1970-01-01 00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:60Z",
            "1970-02-31T00:00:00Z",
            "1970-01-01T00:00:00",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:00Z ",
        ] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }

    #[test]
    fn huge_numbers_of_milliseconds_keep_their_order() {
        let instant = |number: f64| Instant::read(&Value::Number(number)).unwrap();
        assert_eq!(instant(1e300).order(&instant(1e301)), Ordering::Less);
        assert_eq!(instant(0.25).order(&instant(0.5)), Ordering::Less);
        assert_eq!(instant(-0.25).order(&instant(0.0)), Ordering::Less);
    }
}
