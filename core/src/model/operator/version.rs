//! `semVerEqual`, `semVerLessThan`, `semVerGreaterThan`: both sides strings, by the precedence of
//! SemVer 2.0. Minor and patch may be missing; build metadata does not count.

use std::cmp::Ordering;

use super::{ClauseValues, Comparable, first_text_match, take_reading};
use crate::diagnostic::{Code, Findings};
use crate::json::Value;
use crate::steps::{Malformed, Steps};

#[derive(Debug)]
pub(crate) struct VersionTest {
    wanted: Ordering,
    values: Box<[Option<Version>]>,
}

impl VersionTest {
    pub(super) fn prepare<F: Findings>(
        operator: &str,
        values: &ClauseValues<'_, F>,
    ) -> Option<VersionTest> {
        let wanted = match operator {
            "semVerEqual" => Ordering::Equal,
            "semVerLessThan" => Ordering::Less,
            "semVerGreaterThan" => Ordering::Greater,
            _ => return None,
        };
        let values = values.prepare(Code::INVALID_VERSION, "a semantic version", Version::read);
        Some(VersionTest { wanted, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        comparable: &Comparable,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let read;
        let version = match comparable {
            Comparable::Version(version) => version,
            _ => {
                take_reading(value, steps)?;
                read = Version::read(value);
                &read
            }
        };
        let Some(version) = version else { return Ok(None) };
        let bytes = |limit: &Version| version.bytes_compared(limit);
        let matches = |limit: &Version| version.precedence(limit) == self.wanted;
        first_text_match(&self.values, steps, bytes, matches)
    }
}

/// The parts of a version that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// Major, minor, patch.
    numbers: [u64; 3],
    /// The identifiers of a pre-release with their dots, empty for a release.
    pre: Box<str>,
}

impl Version {
    pub(super) fn read(value: &Value) -> Option<Version> {
        value.as_str().and_then(parse)
    }

    /// The bytes that a comparison reads: only pre-releases of the same version are compared.
    fn bytes_compared(&self, other: &Version) -> usize {
        let both = !self.pre.is_empty() && !other.pre.is_empty() && self.numbers == other.numbers;
        if both { self.pre.len().max(other.pre.len()) } else { 0 }
    }

    fn precedence(&self, other: &Version) -> Ordering {
        let order = self.numbers.cmp(&other.numbers);
        if order.is_ne() || self.pre == other.pre {
            return order;
        }
        // A release comes after its pre-releases.
        match (self.pre.is_empty(), other.pre.is_empty()) {
            (false, false) => pre_release_order(self.pre.as_bytes(), other.pre.as_bytes()),
            (release, other_release) => release.cmp(&other_release),
        }
    }
}

/// The order of two pre-releases, by the first identifier in which they differ.
fn pre_release_order(a: &[u8], b: &[u8]) -> Ordering {
    let differs = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
    let (same, _) = a.split_at(differs);
    let start = same.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
    let rest = |pre| identifiers(<[u8]>::get(pre, start..).unwrap_or_default());
    rest(a).cmp(rest(b))
}

/// The identifiers of a pre-release in a form that orders correctly: numbers first, by value, then
/// the others by ASCII.
fn identifiers(pre: &[u8]) -> impl Iterator<Item = (bool, usize, &[u8])> {
    pre.split(|byte| *byte == b'.').map(|identifier| {
        let word = !is_number(identifier);
        // Of two numbers without leading zeros the shorter is less.
        (word, if word { 0 } else { identifier.len() }, identifier)
    })
}

fn is_number(identifier: &[u8]) -> bool {
    identifier.iter().all(u8::is_ascii_digit)
}

/// Whether a text consists of non-empty identifiers separated by dots.
fn are_identifiers(text: &str, leading_zeros: bool) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    text.as_bytes().split(|byte| *byte == b'.').all(|identifier| match identifier {
        [] => false,
        [b'0', _, ..] if !leading_zeros && is_number(identifier) => false,
        _ => identifier.iter().all(allowed),
    })
}

/// Reads a version whose minor and patch may be missing: `2`, `2.0`, `2-rc.1+build`.
fn parse(text: &str) -> Option<Version> {
    let split = |text, sign: char| match str::split_once(text, [sign]) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    };
    let (text, build) = split(text, '+');
    let (numbers, pre) = split(text, '-');
    let mut numbers = numbers.as_bytes().split(|byte| *byte == b'.').map(number);
    let major = numbers.next()??;
    let mut next = || numbers.next().unwrap_or(Some(0));
    let numbers_read = [major, next()?, next()?];
    // Build metadata does not count, but must be well-formed.
    let valid = build.is_none_or(|build| are_identifiers(build, true))
        && pre.is_none_or(|pre| are_identifiers(pre, false))
        && numbers.next().is_none();
    valid.then(|| Version { numbers: numbers_read, pre: Box::from(pre.unwrap_or_default()) })
}

/// A number without leading zeros.
fn number(digits: &[u8]) -> Option<u64> {
    if matches!(digits, [] | [b'0', _, ..]) {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parses it with a reference implementation of the standard.
    fn standard(text: &str) -> Option<Version> {
        let semver::Version { major, minor, patch, pre, build: _ } = text.parse().ok()?;
        Some(Version { numbers: [major, minor, patch], pre: Box::from(pre.as_str()) })
    }

    #[test]
    fn minor_and_patch_may_be_missing() {
        for (text, full) in [
            ("2", "2.0.0"),
            ("2.1", "2.1.0"),
            ("2-rc", "2.0.0-rc"),
            ("2.1-rc.1+b", "2.1.0-rc.1+b"),
            ("2+b-1", "2.0.0+b-1"),
            ("2.1.3-a-b", "2.1.3-a-b"),
        ] {
            let full = standard(full).unwrap();
            assert_eq!(parse(text).unwrap(), full, "{text}");
        }
        for text in [
            "",
            "v2",
            "2.",
            "02",
            "1.2.3.4",
            " 2",
            "2 ",
            "+2",
            "18446744073709551616",
            "-1",
            "2-",
            "2+",
            "2-a+",
            "2-01",
            "2-a..b",
            "2-é",
            "2+é",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_versions_are_those_of_the_standard(text in "[0-2]{1,2}\\.[0-2]{1,2}\\.[0-2]{1,2}[-+.a0é]{0,6}") {
            prop_assert_eq!(parse(&text), standard(&text));
        }

        #[test]
        fn precedence_is_that_of_the_standard(
            a in "[01]\\.1\\.[01](-[a12-]{1,3}(\\.([aA01]|1[02]|a0)){0,3})?",
            b in "[01]\\.1\\.[01](-[a12-]{1,3}(\\.([aA01]|1[02]|a0)){0,3})?",
        ) {
            let theirs = |text: &str| semver::Version::parse(text).unwrap();
            let order = theirs(&a).cmp_precedence(&theirs(&b));
            let ours = |text: &str| parse(text).unwrap();
            prop_assert_eq!(ours(&a).precedence(&ours(&b)), order);
        }
    }
}
