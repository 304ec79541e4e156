//! `semVerEqual`, `semVerLessThan`, `semVerGreaterThan`: both sides strings, by the precedence of
//! SemVer 2.0. Minor and patch may be missing; build metadata does not count.

use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease, Version};

use super::{ClauseValues, first_match};
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
        let values = values.prepare(Code::InvalidVersion, "a semantic version", |value| {
            value.as_str().and_then(parse)
        });
        Some(VersionTest { wanted, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Some(version) = value.as_str().and_then(parse) else { return Ok(None) };
        first_match(&self.values, steps, |limit| version.cmp_precedence(limit) == self.wanted)
    }
}

/// Reads a version whose minor and patch may be missing: `2`, `2.0`, `2-rc.1+build`.
fn parse(text: &str) -> Option<Version> {
    let (text, build) = split(text, '+');
    let (numbers, pre) = split(text, '-');
    let mut numbers = numbers.split('.').map(number);
    let version = Version {
        major: numbers.next()??,
        minor: numbers.next().unwrap_or(Some(0))?,
        patch: numbers.next().unwrap_or(Some(0))?,
        pre: pre.map_or(Some(Prerelease::EMPTY), |pre| not_empty(pre)?.parse().ok())?,
        build: BuildMetadata::EMPTY,
    };
    // Build metadata does not count, but must be well-formed.
    let build = build.map_or(Some(BuildMetadata::EMPTY), |build| not_empty(build)?.parse().ok());
    (numbers.next().is_none() && build.is_some()).then_some(version)
}

fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn not_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// A number without leading zeros.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| digits && !leading_zero)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            let full = Version::parse(full).unwrap();
            assert!(parse(text).unwrap().cmp_precedence(&full).is_eq(), "{text}");
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
            let theirs = Version::parse(&text).ok();
            prop_assert_eq!(parse(&text).is_some(), theirs.is_some());
            if let (Some(ours), Some(theirs)) = (parse(&text), theirs) {
                prop_assert!(ours.cmp_precedence(&theirs).is_eq());
            }
        }
    }
}
