//! Checks for authoring mistakes: unreachable rules, clauses that never match, variations that are
//! never served, missing names and owners.
//!
//! These findings are computed on request. The [`diagnostics`](Flags::diagnostics) of loading are
//! about how a document is read, and never change.

mod clauses;
mod governance;
mod misspelt;
mod names;
mod options;
mod rules;
mod variations;

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::{FlagState, Model, Section, Segment};
use isoflag::{Code, Diagnostic, Flags, Object, Path, Severity, Step, Value};

pub use names::{NamePattern, NamePatternError};
pub use options::{CheckOptions, CheckOptionsError};

use crate::lifecycle::on_variation;
use crate::rollout::invalid_plans;
use crate::strategy::{InvalidPart, System, invalid_parts};

/// The findings so far.
#[derive(Default)]
struct Lints(Vec<Diagnostic>);

impl Lints {
    fn add(&mut self, code: Code, path: &Path<'_>, message: impl Into<Arc<str>>) {
        self.0.push(Diagnostic::after(&self.0, code, path, message));
    }

    fn add_as(
        &mut self,
        severity: Severity,
        code: Code,
        path: &Path<'_>,
        message: impl Into<Arc<str>>,
    ) {
        let found = Diagnostic::after(&self.0, code, path, message);
        self.0.push(found.with_severity(severity));
    }
}

/// The path that is being checked, and the facts about it.
#[derive(Clone, Copy)]
struct Scope<'a> {
    path: &'a Path<'a>,
    model: &'a Model,
    unusable: Option<&'a UnusableValues<'a>>,
    on_variation: Option<u32>,
}

/// The number of values of a flag or segment that loading reported as unusable, by the path of their
/// list below it.
type UnusableValues<'a> = BTreeMap<Vec<Step<'a>>, usize>;

/// Those of each flag and segment, by its section and key.
type UnusableByItem<'a> = BTreeMap<[Step<'a>; ITEM], UnusableValues<'a>>;

impl Scope<'_> {
    fn unusable_values(&self, list: &Path<'_>) -> usize {
        let below = || list.steps().split_off(ITEM);
        self.unusable.and_then(|unusable| unusable.get(&below()).copied()).unwrap_or(0)
    }
}

/// The number of steps to a flag or segment.
const ITEM: usize = 2;

/// Returns all findings about the document: its [`diagnostics`](Flags::diagnostics), and
/// probable mistakes of its author.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{CheckOptions, check};
/// let flags = Flags::from_json(br#"{"flags": {"sales.web.1": {"key": "sales.web.1", "on": true,
///     "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 1},
///     "rules": [
///         {"variation": 0, "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}]},
///         {"variation": 1, "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}]}
///     ]}}}"#)?;
/// let found = check(&flags, &CheckOptions::default());
/// assert_eq!(found[0].code(), "unreachable-rule");
/// assert_eq!(found[0].path().to_string(), "flags[\"sales.web.1\"].rules[1]");
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn check(flags: &Flags, options: &CheckOptions) -> Vec<Diagnostic> {
    let mut lints = Lints(flags.diagnostics().to_vec());
    let unusable = unusable_values(flags.diagnostics());
    let options = options.or(governance::own_options(flags, &mut lints));
    misspelt::check(flags, &mut lints);
    check_strategies(flags, &mut lints);
    lints.0.extend(invalid_plans(flags));
    let read = turned_on(flags);
    check_flags(flags, read.model(), &unusable, &options, &mut lints);
    check_segments(read.model(), &unusable, &mut lints);
    governance::check_teams(flags, &options, &mut lints);
    options.without_allowed(lints.0)
}

/// Like [`check`], for several named environments of the same flags: also reports flags that are on
/// before they are on in the environments that they pass first, development and staging, and
/// features whose status differs from that in the first environment.
#[must_use]
pub fn check_environments(
    environments: &[(&str, &Flags)],
    options: &CheckOptions,
) -> Vec<Vec<Diagnostic>> {
    let statuses = governance::first_statuses(environments);
    let check = |(name, flags): &(&str, &Flags)| {
        let options = CheckOptions { environment: Some((*name).to_owned()), ..options.clone() };
        let mut lints = Lints(check(flags, &options));
        governance::check_order(flags, name, environments, &mut lints);
        governance::check_statuses(flags, &statuses, &mut lints);
        options.or(CheckOptions::of(flags).unwrap_or_default()).without_allowed(lints.0)
    };
    environments.iter().map(check).collect()
}

/// The document with every flag turned on: compiling a flag that is off drops its rules, and
/// mistakes in them should be reported before it is turned on.
fn turned_on(flags: &Flags) -> Flags {
    let model = flags.model();
    let off: Vec<(Arc<str>, Value)> = model
        .flags()
        .filter(|(_, flag)| matches!(flag.state, FlagState::Off(_)))
        .filter_map(|(slot, _)| {
            let key = model.flag_key(slot);
            let flag = flags.source(Section::Flags, key)?.as_object()?;
            let members = flag.iter().map(|(name, value)| (Arc::clone(name), value.clone()));
            let on: Object = members.chain([(Arc::from("on"), Value::Bool(true))]).collect();
            Some((Arc::clone(key), Value::Object(on)))
        })
        .collect();
    flags.with_flags(&off)
}

fn check_flags(
    flags: &Flags,
    read: &Model,
    unusable: &UnusableByItem<'_>,
    options: &CheckOptions,
    lints: &mut Lints,
) {
    let section = Path::Root.member(Section::Flags.name());
    for (slot, flag) in flags.model().flags() {
        let key = flags.model().flag_key(slot);
        let path = section.key(key);
        let on_variation = on_variation(flags, key);
        let unusable = path.steps().first_chunk().and_then(|item| unusable.get(item));
        let scope = Scope { path: &path, model: read, unusable, on_variation };
        variations::check_types(&scope, &flag.variations, lints);
        if let Some(FlagState::On(off, targeting)) = read.flag(slot).map(|flag| &flag.state) {
            let lives = rules::check_flag(&scope, &targeting.rules, lints);
            variations::check_weights(&scope, targeting, lints);
            variations::check_served(&scope, flag, *off, targeting, &lives, lints);
        }
        governance::check_flag(flags, key, flag, &scope, options, lints);
    }
}

fn check_segments(read: &Model, unusable: &UnusableByItem<'_>, lints: &mut Lints) {
    let section = Path::Root.member(Section::Segments.name());
    for (slot, segment) in read.segments() {
        let Segment::Readable(body) = segment else { continue };
        let path = section.key(read.segment_key(slot));
        let unusable = path.steps().first_chunk().and_then(|item| unusable.get(item));
        let scope = Scope { path: &path, model: read, unusable, on_variation: None };
        rules::check_segment(&scope, &body.rules, lints);
    }
}

/// Counts the values of each clause that can never match.
fn unusable_values(diagnostics: &[Diagnostic]) -> UnusableByItem<'_> {
    const USELESS: [&str; 4] =
        ["unusable-value", "invalid-date", "invalid-version", "invalid-regex"];
    let mut items = UnusableByItem::new();
    let useless = diagnostics.iter().filter(|found| USELESS.contains(&found.code()));
    let useless: Vec<&Diagnostic> = useless.collect();
    // A key may be long: it is looked up once for all neighbors that share it.
    let beginning = |found: &Diagnostic| found.path().beginnings().get(ITEM - 1).copied().cloned();
    let share = |one: &&Diagnostic, other: &&Diagnostic| match (beginning(one), beginning(other)) {
        (Some(one), Some(other)) => one.shares(&other),
        _ => false,
    };
    for found in useless.chunk_by(share) {
        let steps = found.first().map(|found| found.path().steps()).unwrap_or_default();
        let Some(item) = steps.first_chunk().copied() else { continue };
        let lists: &mut UnusableValues<'_> = items.entry(item).or_default();
        for found in found {
            let mut list = found.path().steps().split_off(ITEM);
            if let Some(Step::Element(_)) = list.pop() {
                let count = lists.entry(list).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    items
}

/// Checks `meta.strategies` for invalid strategies and unknown flags.
fn check_strategies(flags: &Flags, lints: &mut Lints) {
    let meta = Path::Root.member("meta");
    let all = meta.member("strategies");
    for system in [System::Development, System::Production] {
        let list = all.member(system.as_str());
        for (part, error) in invalid_parts(flags, system) {
            let entry;
            let path = match part {
                InvalidPart::All if system == System::Development => &all,
                // It has been reported already.
                InvalidPart::All => continue,
                InvalidPart::List => &list,
                InvalidPart::Entry(index) => {
                    entry = list.element(index);
                    &entry
                }
            };
            lints.add(Code::INVALID_STRATEGY, path, error.to_string());
        }
    }
}
