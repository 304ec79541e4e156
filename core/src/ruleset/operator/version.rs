//! `semVerEqual`, `semVerLessThan`, `semVerGreaterThan`: both sides strings, by the precedence of
//! SemVer 2.0. Minor and patch may be missing; build metadata does not count.

use std::cmp::Ordering;

use semver::Version;

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
    let core = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, suffix) = text.split_at_checked(core)?;
    match numbers.bytes().filter(|byte| *byte == b'.').count() {
        0 => Version::parse(&format!("{numbers}.0.0{suffix}")),
        1 => Version::parse(&format!("{numbers}.0{suffix}")),
        _ => Version::parse(text),
    }
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_and_patch_may_be_missing() {
        for (text, full) in [
            ("2", "2.0.0"),
            ("2.1", "2.1.0"),
            ("2-rc", "2.0.0-rc"),
            ("2.1-rc.1+b", "2.1.0-rc.1+b"),
            ("2+b-1", "2.0.0+b-1"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), full);
        }
        for text in ["", "v2", "2.", "02", "1.2.3.4", " 2", "2 ", "18446744073709551616", "-1"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
