//! Team conventions: names, owners, the number and age of flags, and features that are on outside
//! development too early.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::{Flag, FlagState, Section};
use isoflag::{Code, Flags, Path, Severity, Value};

use super::{CheckOptions, Lints, NamePattern, Scope};
use crate::lifecycle::{FlagKind, Lifecycle, Status, lifecycle, owner, read_moment};

const DAY_SECONDS: f64 = 86_400.0;

/// The environments that a feature passes in this order, and other names of each.
const STAGES: [(&str, &[&str]); 3] = [
    ("development", &["dev", "local", "test"]),
    ("staging", &["stage", "preprod", "pre-production"]),
    ("production", &["prod", "live"]),
];

/// The index of the stage that an environment is; `None` if its name is another one.
fn stage(environment: &str) -> Option<usize> {
    let is_it = |name: &str| environment.eq_ignore_ascii_case(name);
    STAGES.iter().position(|(name, others)| is_it(name) || others.iter().any(|name| is_it(name)))
}

fn is_development(environment: &str) -> bool {
    stage(environment) == Some(0)
}

pub(super) fn check_flag(
    flags: &Flags,
    key: &str,
    flag: &Flag,
    scope: &Scope<'_>,
    options: &CheckOptions,
    lints: &mut Lints,
) {
    let lifecycle = lifecycle(flags, key).unwrap_or_default();
    let usual = NamePattern::default();
    let pattern = options.names.as_ref().unwrap_or(&usual);
    if pattern.parse(key).is_none() {
        let severity = if options.names.is_none() { Severity::Info } else { Severity::Error };
        let message = format!("`{key}` is not of the form `{pattern}`");
        lints.add_as(severity, Code::NAME_PATTERN, scope.path, message);
    }
    if owner(flags, key).is_none() && options.owners != Some(false) {
        let severity = if options.owners.is_some() { Severity::Error } else { Severity::Info };
        let message = "the flag has no owner; name the team in `lifecycle.owner`";
        lints.add_as(severity, Code::NO_OWNER, scope.path, message);
    }
    check_lifecycle(&lifecycle, flag, scope, lints);
    check_times(&lifecycle, scope, options, lints);
    let outside = options.environment.as_deref().filter(|name| !is_development(name));
    if let (Some(environment), FlagState::On(..)) = (outside, &flag.state) {
        check_release(&lifecycle, scope, environment, options, lints);
    }
}

/// Checks members of `lifecycle` that cannot be parsed.
fn check_lifecycle(lifecycle: &Lifecycle, flag: &Flag, scope: &Scope<'_>, lints: &mut Lints) {
    let path = scope.path.member("lifecycle");
    if let (Some(value), None) = (lifecycle.member("status"), lifecycle.status) {
        let statuses = Status::ALL.map(|status| format!("`{status}`")).join(", ");
        let message = format!("invalid status {value}: expected one of {statuses}");
        lints.add(Code::UNKNOWN_STATUS, &path.member("status"), message);
    }
    if let Some(value) = lifecycle.member("modules") {
        let count = value.as_array().map(<[Value]>::len);
        if count != Some(lifecycle.modules.len()) {
            let message = format!("invalid modules {value}: expected an array of different names");
            lints.add(Code::INVALID_MODULES, &path.member("modules"), message);
        }
    }
    if let Some(value) = lifecycle.member("onVariation") {
        let count = flag.variations.len();
        if lifecycle.on_variation.is_none_or(|index| index as usize >= count) {
            let message = format!("there is no variation {value}; the flag has {count}");
            lints.add(Code::INVALID_ON_VARIATION, &path.member("onVariation"), message);
        }
    }
    if let (Some(value), None) = (lifecycle.member("kind"), lifecycle.kind) {
        let kinds = FlagKind::ALL.map(|kind| format!("`{}`", kind.as_str())).join(", ");
        let message = format!("invalid kind {value}: expected one of {kinds}");
        lints.add(Code::UNKNOWN_KIND, &path.member("kind"), message);
    }
    for name in Lifecycle::MOMENTS {
        if let Some(value) = lifecycle.member(name).filter(|value| read_moment(value).is_none()) {
            let message = format!(
                "invalid time {value}: expected seconds since 1970, or a date such as `2026-01-31`"
            );
            lints.add(Code::INVALID_MOMENT, &path.member(name), message);
        }
    }
}

fn check_times(
    lifecycle: &Lifecycle,
    scope: &Scope<'_>,
    options: &CheckOptions,
    lints: &mut Lints,
) {
    let Some(now) = options.now else { return };
    let path = scope.path.member("lifecycle");
    let written_as = |name, short| if lifecycle.member(name).is_some() { name } else { short };
    let limit = options.max_age_days.filter(|_| !lifecycle.is_long_lived());
    if let (Some(created), Some(limit)) = (lifecycle.created, limit) {
        let age = ((now - created) / DAY_SECONDS).floor();
        if age > limit {
            let [age, limit] = [age, limit].map(Value::from);
            let message = format!("the flag is {age} days old, the limit is {limit}; retire it");
            lints.add(
                Code::TOO_OLD,
                &path.member(written_as("createdTimestamp", "created")),
                message,
            );
        }
    }
    if lifecycle.cleanup.is_some_and(|cleanup| cleanup <= now) {
        let message = "the flag should have been removed by now";
        let name = written_as("cleanupTimestamp", "cleanup");
        lints.add(Code::CLEANUP_DUE, &path.member(name), message);
    }
}

/// Checks a flag that is on outside development.
fn check_release(
    lifecycle: &Lifecycle,
    scope: &Scope<'_>,
    environment: &str,
    options: &CheckOptions,
    lints: &mut Lints,
) {
    let path = scope.path.member("on");
    if let Some(status) = lifecycle.status.filter(|status| *status < Status::Done) {
        let message = format!(
            "on in `{}` while its status is `{status}`; it must be off outside development until \
             it is `{}`",
            isoflag::shortened(environment),
            Status::Done
        );
        lints.add(Code::ON_BEFORE_ITS_TIME, &path, message);
    }
    if let (Some(release), Some(now)) = (lifecycle.release, options.now)
        && release > now
    {
        let environment = isoflag::shortened(environment);
        let message = format!("on in `{environment}` before its `lifecycle.releaseTimestamp`");
        lints.add(Code::ON_BEFORE_ITS_TIME, &path, message);
    }
}

/// Reports teams with too many flags, at the first flag beyond the limit.
pub(super) fn check_teams(flags: &Flags, options: &CheckOptions, lints: &mut Lints) {
    let Some(limit) = options.max_flags_per_team else { return };
    let mut teams: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    for key in flags.keys() {
        let Some(team) = owner(flags, key) else { continue };
        let count = teams.entry(team).or_default();
        *count = count.saturating_add(1);
    }
    let mut seen: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    for key in flags.keys() {
        let Some(team) = owner(flags, key) else { continue };
        let count = seen.entry(Arc::clone(&team)).or_default();
        *count = count.saturating_add(1);
        if *count == limit.saturating_add(1) {
            let all = teams.get(&team).copied().unwrap_or_default();
            let message = format!("`{team}` has {all} flags, the limit is {limit}");
            let section = Path::Root.member("flags");
            lints.add(Code::TOO_MANY_FLAGS, &section.member(key), message);
        }
    }
}

/// Reports flags that are on in an environment but not in those that a feature passes before it.
pub(super) fn check_order(
    flags: &Flags,
    environment: &str,
    environments: &[(&str, &Flags)],
    lints: &mut Lints,
) {
    // An environment with another name comes after development at least.
    let own = stage(environment).unwrap_or(1);
    let environment = isoflag::shortened(environment);
    let earlier = (0..own).filter_map(|before| {
        let (_, flags) = environments.iter().find(|(name, _)| stage(name) == Some(before))?;
        Some((STAGES.get(before)?.0, *flags))
    });
    let earlier: Vec<(&str, &Flags)> = earlier.collect();
    let is_on = |flags: &Flags, key: &str| {
        let source = flags.source(Section::Flags, key).and_then(Value::as_object);
        source.and_then(|flag| flag.get("on")?.as_bool()) == Some(true)
    };
    for key in flags.keys().filter(|key| is_on(flags, key)) {
        let missing = earlier.iter().filter(|(_, before)| !is_on(before, key));
        let missing = missing.map(|(name, before)| {
            let there = if before.contains(key) { "is off" } else { "is not" };
            format!("{there} in {name}")
        });
        let missing: Vec<String> = missing.collect();
        if !missing.is_empty() {
            let missing = missing.join(" and ");
            let message =
                format!("on in `{environment}` while it {missing}; turn a feature on there first");
            let section = Path::Root.member("flags");
            let flag = section.member(key);
            lints.add(Code::ON_BEFORE_ITS_TIME, &flag.member("on"), message);
        }
    }
}

/// The first environment that has a status for each feature, and that status.
pub(super) fn first_statuses<'e>(
    environments: &[(&'e str, &'e Flags)],
) -> BTreeMap<&'e str, (&'e str, Status)> {
    let mut first = BTreeMap::new();
    for (name, flags) in environments {
        for key in flags.keys() {
            if let Some(status) = lifecycle(flags, key).and_then(|lifecycle| lifecycle.status) {
                first.entry(key).or_insert((*name, status));
            }
        }
    }
    first
}

/// Reports features whose status is not that of the first environment. A flag without a status is
/// not reported: a document may leave the statuses to others.
pub(super) fn check_statuses(
    flags: &Flags,
    first: &BTreeMap<&str, (&str, Status)>,
    lints: &mut Lints,
) {
    for key in flags.keys() {
        let own = lifecycle(flags, key).and_then(|lifecycle| lifecycle.status);
        let (Some(own), Some((name, status))) = (own, first.get(key)) else { continue };
        if own != *status {
            let message = format!(
                "the status is `{own}` here and `{status}` in `{}`; set one in all environments by \
                 `isoflag status --env`",
                isoflag::shortened(name)
            );
            let section = Path::Root.member("flags");
            let flag = section.member(key);
            let lifecycle = flag.member("lifecycle");
            lints.add(Code::STATUS_DIFFERS, &lifecycle.member("status"), message);
        }
    }
}

/// Returns the options in the document's own `meta`; invalid options are reported.
pub(super) fn own_options(flags: &Flags, lints: &mut Lints) -> CheckOptions {
    let path = Path::Root.member("meta");
    CheckOptions::of(flags).unwrap_or_else(|error| {
        lints.add(Code::INVALID_CHECK_OPTIONS, &path.member("check"), error.to_string());
        CheckOptions::default()
    })
}
