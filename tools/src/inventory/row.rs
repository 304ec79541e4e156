//! The rows of an inventory: one flag in one environment, and the reasons to review it.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::{FlagState, Section};
use isoflag::{Diagnostic, Flags, Object, Severity, Step, Value};

use super::InventoryDocument;
use crate::activity::LastEvaluated;
use crate::analysis::{constant, reach};
use crate::lifecycle::{Status, document_changed, lifecycle, owner, read_moment, stakeholder};

/// One percent, of 100000.
const PERCENT: f64 = 1_000.0;

const DAY: f64 = 86_400.0;

/// Whether a flag is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagOn {
    /// Its rules decide.
    On,
    /// It serves its off variation.
    Off,
    /// It cannot be read, and evaluates to errors.
    Malformed,
}

impl FlagOn {
    /// `on`, `off` or `malformed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FlagOn::On => "on",
            FlagOn::Off => "off",
            FlagOn::Malformed => "malformed",
        }
    }
}

/// A value that a flag can serve.
#[derive(Clone, Debug, PartialEq)]
pub struct ServedValue {
    /// The variation's index.
    pub variation: u32,
    /// The value.
    pub value: Value,
    /// The percentage of contexts that get it, of those that no target and no rule matches.
    pub percent: f64,
    /// Whether a target, a rule or a failed prerequisite can serve it too.
    pub otherwise: bool,
}

/// A flag in one environment.
#[derive(Clone, Debug)]
pub struct InventoryRow {
    /// The flag's key.
    pub key: Arc<str>,
    /// The label of its document.
    pub environment: Arc<str>,
    /// `description`.
    pub description: Option<Arc<str>>,
    /// Whether it is on.
    pub state: FlagOn,
    /// The values that it can serve, by variation index.
    pub served: Vec<ServedValue>,
    /// Whether it can serve the caller's default.
    pub serves_default: bool,
    /// Whether an evaluation can fail.
    pub can_fail: bool,
    /// Whether the document proves that every context gets one value.
    pub constant: bool,
    /// The team that owns it.
    pub owner: Option<Arc<str>>,
    /// The stakeholder of the feature.
    pub stakeholder: Option<Arc<str>>,
    /// Whether `lifecycle.kind` says that it is meant to be kept.
    pub long_lived: bool,
    /// The status of the feature.
    pub status: Option<Status>,
    /// When it was created, in seconds since the epoch like all times here.
    pub created: Option<f64>,
    /// Whole days since then.
    pub age_days: Option<i64>,
    /// When its answers can last have changed: the flag's own timestamp, else its document's.
    pub changed: Option<f64>,
    /// When it should be removed.
    pub cleanup: Option<f64>,
    /// When it was last evaluated.
    pub last_evaluated: LastEvaluated,
    /// The flag's `version`.
    pub version: Option<i64>,
    /// The number of errors in its document that concern it.
    pub errors: usize,
    /// The number of warnings.
    pub warnings: usize,
    /// The number of notes.
    pub notes: usize,
    /// The reasons to review it.
    pub attention: Vec<Attention>,
}

impl InventoryRow {
    pub(super) fn of(
        document: &InventoryDocument<'_>,
        key: &str,
        found: &FoundByFlag<'_>,
        now: f64,
    ) -> Option<InventoryRow> {
        let flags = document.flags;
        let slot = flags.handle(key)?.index();
        let flag = flags.model().flag(slot)?;
        let source = flags.source(Section::Flags, key).and_then(Value::as_object);
        let member = |name| source.and_then(|flag| flag.get(name));
        let lifecycle = lifecycle(flags, key)?;
        let reach = reach(flags, key)?;
        let served = reach.served().iter().map(|each| ServedValue {
            variation: each.variation,
            value: flag.variations.get(each.variation as usize).cloned().unwrap_or_default(),
            percent: f64::from(each.share) / PERCENT,
            otherwise: each.otherwise,
        });
        let moment = |name| lifecycle.member(name).and_then(read_moment);
        let created = lifecycle.created.or_else(|| moment("created"));
        let days = |since: f64| ((now - since) / DAY).floor();
        let found = |severity| found.count(key, severity);
        Some(InventoryRow {
            key: Arc::from(key),
            environment: Arc::from(document.label),
            description: member("description").and_then(Value::as_str).map(Arc::from),
            state: match &flag.state {
                FlagState::On(..) => FlagOn::On,
                FlagState::Off(_) => FlagOn::Off,
                FlagState::Malformed => FlagOn::Malformed,
            },
            served: served.collect(),
            serves_default: reach.serves_default(),
            can_fail: reach.can_fail(),
            constant: constant(flags, key).is_some(),
            owner: owner(flags, key),
            stakeholder: stakeholder(flags, key),
            long_lived: lifecycle.is_long_lived(),
            status: lifecycle.status,
            created,
            age_days: created.map(days).filter(|days| *days >= 0.0).map(|days| days as i64),
            changed: lifecycle.last_modified.or_else(|| document_changed(flags)),
            cleanup: lifecycle.cleanup.or_else(|| moment("cleanup")),
            last_evaluated: document
                .activity
                .map_or(LastEvaluated::Unknown, |activity| activity.last_evaluated(key)),
            version: member("version").and_then(Value::as_integer),
            errors: found(Severity::Error),
            warnings: found(Severity::Warning),
            notes: found(Severity::Info),
            attention: Vec::new(),
        })
    }

    /// Returns the row with all times in seconds since the epoch; unknown values are null.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let text = |text: &Option<Arc<str>>| text.clone().map(Value::String).unwrap_or_default();
        let number = |number: Option<f64>| number.map(Value::from).unwrap_or_default();
        let count = |count: usize| Value::from(count as f64);
        let served = self.served.iter().map(|each| {
            Value::Object(Object::from_iter([
                ("variation", Value::from(each.variation)),
                ("value", each.value.clone()),
                ("percent", Value::from(each.percent)),
                ("otherwise", Value::Bool(each.otherwise)),
            ]))
        });
        let findings = Object::from_iter([
            ("error", count(self.errors)),
            ("warning", count(self.warnings)),
            ("info", count(self.notes)),
        ]);
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("environment", Value::String(Arc::clone(&self.environment))),
            ("description", text(&self.description)),
            ("state", Value::from(self.state.as_str())),
            ("served", served.collect()),
            ("servesDefault", Value::Bool(self.serves_default)),
            ("canFail", Value::Bool(self.can_fail)),
            ("constant", Value::Bool(self.constant)),
            ("owner", text(&self.owner)),
            ("stakeholder", text(&self.stakeholder)),
            ("status", self.status.map(|status| status.as_str().into()).unwrap_or_default()),
            ("created", number(self.created)),
            ("ageDays", self.age_days.map(Value::from).unwrap_or_default()),
            ("changed", number(self.changed)),
            ("cleanup", number(self.cleanup)),
            ("lastEvaluated", self.last_evaluated.to_value()),
            ("version", self.version.map(Value::from).unwrap_or_default()),
            ("findings", Value::Object(findings)),
            ("attention", self.attention.iter().map(|each| Value::from(each.as_str())).collect()),
        ]))
    }
}

/// The numbers of findings of a document, by flag and severity.
#[derive(Default)]
pub(super) struct FoundByFlag<'a>(BTreeMap<&'a str, BTreeMap<Severity, usize>>);

impl<'a> FoundByFlag<'a> {
    pub(super) fn of(flags: &'a Flags) -> FoundByFlag<'a> {
        // A key may be long: it is looked up once for all neighbors that share it.
        let share = |one: &Diagnostic, other: &Diagnostic| {
            let (one, other) = (one.path().beginnings(), other.path().beginnings());
            matches!((&*one, &*other), ([_, one, ..], [_, other, ..]) if one.shares(other))
        };
        let mut counts = FoundByFlag::default();
        for found in flags.diagnostics().chunk_by(share) {
            let steps = found.first().map(|found| found.path().steps()).unwrap_or_default();
            let [Step::Member("flags"), Step::Member(key), ..] = *steps else { continue };
            let of_flag = counts.0.entry(key).or_default();
            for each in found {
                let count: &mut usize = of_flag.entry(each.severity()).or_default();
                *count = count.saturating_add(1);
            }
        }
        counts
    }

    /// The number of findings of this severity about a flag.
    fn count(&self, key: &str, severity: Severity) -> usize {
        let of_flag = self.0.get(key);
        of_flag.and_then(|counts| counts.get(&severity)).copied().unwrap_or(0)
    }
}

/// Why a row needs a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// It is malformed, or its document has an error or a warning there.
    Findings,
    /// It has no owner.
    NoOwner,
    /// It should have been removed by now.
    Overdue,
    /// It serves one value to every context, and is not of a kind that is kept.
    OneValue,
    /// It was evaluated in another environment but not in this one.
    NotEvaluated,
}

impl Attention {
    /// All reasons, the most severe first.
    pub const ALL: [Attention; 5] = [
        Attention::Findings,
        Attention::NoOwner,
        Attention::Overdue,
        Attention::OneValue,
        Attention::NotEvaluated,
    ];

    /// The stable name: `findings`, `no-owner`, `overdue`, `one-value` or `not-evaluated`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Attention::Findings => "findings",
            Attention::NoOwner => "no-owner",
            Attention::Overdue => "overdue",
            Attention::OneValue => "one-value",
            Attention::NotEvaluated => "not-evaluated",
        }
    }
}

/// Adds to each row the reasons to review it.
pub(super) fn mark(rows: &mut [InventoryRow], now: f64) {
    for row in rows {
        let applies = |attention: &Attention| match attention {
            Attention::Findings => {
                row.errors > 0 || row.warnings > 0 || row.state == FlagOn::Malformed
            }
            Attention::NoOwner => row.owner.is_none(),
            Attention::Overdue => row.cleanup.is_some_and(|cleanup| cleanup < now),
            Attention::OneValue => row.constant && !row.long_lived,
            Attention::NotEvaluated => {
                matches!(row.last_evaluated, LastEvaluated::NotBetween(..))
            }
        };
        row.attention = Attention::ALL.into_iter().filter(applies).collect();
    }
}
