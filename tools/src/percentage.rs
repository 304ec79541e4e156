//! Percentages, exact as they are written, and the buckets of a rollout.

use std::fmt;
use std::str::FromStr;

use isoflag::Value;

/// The buckets of a rollout.
pub(crate) const BUCKETS: u32 = 100_000;

/// The whole of which shares are counted: every pair of two buckets.
pub(crate) const WHOLE: u64 = 10_000_000_000;

/// The digits after the decimal point that [`WHOLE`] can hold of a percentage.
const DECIMALS: usize = 8;

/// A percentage from 0% to 100%, of at most eight decimals, such as `0.7%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percentage {
    /// How many of [`WHOLE`].
    parts: u64,
}

/// The error of a text that is not a [`Percentage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PercentageError;

impl fmt::Display for PercentageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected a percentage from 0% to 100% with at most {DECIMALS} decimals, such as `5%`"
        )
    }
}

impl std::error::Error for PercentageError {}

impl FromStr for Percentage {
    type Err = PercentageError;

    fn from_str(text: &str) -> Result<Percentage, PercentageError> {
        let number = text.strip_suffix('%').ok_or(PercentageError)?.trim();
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(decimals) || whole.len() + decimals.len() == 0 {
            return Err(PercentageError);
        }
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > DECIMALS {
            return Err(PercentageError);
        }
        let digits = format!("{whole}{decimals:0<DECIMALS$}");
        let parts = digits.parse().ok().filter(|parts| *parts <= WHOLE).ok_or(PercentageError)?;
        Ok(Percentage { parts })
    }
}

impl Percentage {
    /// The percentage that a number is as it is printed; `None` if it is not one.
    pub(crate) fn of_number(number: f64) -> Option<Percentage> {
        [&Value::from(number).to_canonical_json(), "%"].concat().parse().ok()
    }

    /// The share, from 0 to 1.
    #[must_use]
    pub fn share(self) -> f64 {
        // Both are integers that a double holds.
        self.parts as f64 / WHOLE as f64
    }

    /// The number of buckets, of 100,000; `None` if it is not an integer.
    #[must_use]
    pub fn buckets(self) -> Option<u32> {
        let one = WHOLE / u64::from(BUCKETS);
        (self.parts.is_multiple_of(one)).then(|| u32::try_from(self.parts / one).ok())?
    }

    /// Whether a part of a whole is more than this percentage of it.
    #[must_use]
    pub fn is_exceeded_by(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(WHOLE) > u128::from(self.parts) * u128::from(whole)
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u64.pow(DECIMALS as u32);
        let decimals = format!("{:0>DECIMALS$}", self.parts % one);
        let text = format!("{}.{decimals}", self.parts / one);
        write!(f, "{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact() {
        for (text, printed, buckets) in [
            ("0%", "0%", Some(0)),
            ("5 %", "5%", Some(5_000)),
            ("0.7%", "0.7%", Some(700)),
            ("007.00100000000%", "7.001%", Some(7_001)),
            (".5%", "0.5%", Some(500)),
            ("100%", "100%", Some(100_000)),
            ("0.0005%", "0.0005%", None),
            ("99.99999999%", "99.99999999%", None),
        ] {
            let percentage: Percentage = text.parse().unwrap();
            assert_eq!((&*percentage.to_string(), percentage.buckets()), (printed, buckets));
        }
        for (number, buckets) in [(0.7, Some(700)), (12.345, Some(12_345)), (1e-3, Some(1))] {
            assert_eq!(Percentage::of_number(number).and_then(Percentage::buckets), buckets);
        }
        for wrong in [-1.0, 100.001, 1e300, f64::NAN, 0.1 + 0.2, 1e-9] {
            assert_eq!(Percentage::of_number(wrong), None, "{wrong}");
        }
        for wrong in [
            "5",
            "%",
            ".%",
            "-1%",
            "+1%",
            "1e1%",
            "100.00000001%",
            "101%",
            "1.2.3%",
            "0.000000001%",
        ] {
            assert_eq!(wrong.parse::<Percentage>(), Err(PercentageError), "{wrong}");
        }
    }

    #[test]
    fn a_share_does_not_exceed_itself() {
        for thousandths in 0..=100_000_u64 {
            let text = format!("{}.{:03}%", thousandths / 1000, thousandths % 1000);
            let percentage: Percentage = text.parse().unwrap();
            assert!(!percentage.is_exceeded_by(thousandths, 100_000), "{text}");
            assert!(percentage.is_exceeded_by(thousandths + 1, 100_000), "{text}");
        }
        let most: Percentage = "100%".parse().unwrap();
        assert!(!most.is_exceeded_by(u64::MAX, u64::MAX));
    }
}
