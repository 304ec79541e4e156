//! `semVerEqual`, `semVerLessThan`, `semVerGreaterThan`: both sides strings, by the precedence of
//! SemVer 2.0. Minor and patch may be missing; build metadata does not count.

use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease};

use super::{ClauseValues, Comparable, first_match};
use crate::diagnostic::Code;
use crate::evaluation::{Malformed, Steps};
use crate::json::Value;

#[derive(Debug)]
pub(crate) struct VersionTest {
    wanted: Ordering,
    values: Box<[Option<Version>]>,
}

impl VersionTest {
    pub(super) fn prepare(operator: &str, values: &ClauseValues<'_>) -> Option<VersionTest> {
        let wanted = match operator {
            "semVerEqual" => Ordering::Equal,
            "semVerLessThan" => Ordering::Less,
            "semVerGreaterThan" => Ordering::Greater,
            _ => return None,
        };
        let values = values.prepare(Code::InvalidVersion, "a semantic version", Version::read);
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
                read = Version::read(value);
                &read
            }
        };
        let Some(version) = version else { return Ok(None) };
        first_match(&self.values, steps, |limit| version.cmp(limit) == self.wanted)
    }
}

/// What counts of a version. The order of its fields is that of precedence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    /// Major, minor, patch.
    numbers: [u64; 3],
    pre: Prerelease,
}

impl Version {
    pub(super) fn read(value: &Value) -> Option<Version> {
        value.as_str().and_then(parse)
    }
}

/// Reads a version whose minor and patch may be missing: `2`, `2.0`, `2-rc.1+build`.
fn parse(text: &str) -> Option<Version> {
    let mark = |byte: u8| matches!(byte, b'-' | b'+');
    let core = text.bytes().position(mark).unwrap_or(text.len());
    let (numbers, suffix) = text.split_at_checked(core)?;
    let mut numbers = numbers.as_bytes().split(|byte| *byte == b'.').map(number);
    let major = numbers.next()??;
    let mut next = || numbers.next().unwrap_or(Some(0));
    let version = Version {
        numbers: [major, next()?, next()?],
        pre: if suffix.is_empty() { Prerelease::EMPTY } else { prerelease(suffix)? },
    };
    numbers.next().is_none().then_some(version)
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

/// The pre-release of `-rc.1`, `+build` or `-rc.1+build`, none of them empty. Build metadata does
/// not count, but must be well-formed.
fn prerelease(suffix: &str) -> Option<Prerelease> {
    let (pre, build) = suffix.split_once('+').unwrap_or((suffix, "0"));
    let pre = match pre.strip_prefix('-') {
        Some("") => return None,
        Some(pre) => pre.parse().ok()?,
        None => Prerelease::EMPTY,
    };
    let build: BuildMetadata = build.parse().ok()?;
    (!build.is_empty()).then_some(pre)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the standard's own reader reads it.
    fn standard(text: &str) -> Option<Version> {
        let semver::Version { major, minor, patch, pre, build: _ } = text.parse().ok()?;
        Some(Version { numbers: [major, minor, patch], pre })
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
        fn whole_versions_are_those_of_the_standard(text in "[0-2]{1,2}\\.[0-2]{1,2}\\.[0-2]{1,2}[-+.a0]{0,4}") {
            prop_assert_eq!(parse(&text), standard(&text));
        }

        #[test]
        fn precedence_is_that_of_the_standard(
            a in "[01]\\.[01]\\.[01](-[a1]{1,2}(\\.[a1])?)?",
            b in "[01]\\.[01]\\.[01](-[a1]{1,2}(\\.[a1])?)?",
        ) {
            let theirs = |text: &str| semver::Version::parse(text).unwrap();
            let order = theirs(&a).cmp_precedence(&theirs(&b));
            prop_assert_eq!(parse(&a).cmp(&parse(&b)), order);
        }
    }
}
