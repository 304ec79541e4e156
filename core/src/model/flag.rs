//! Compiles flags.

use std::cell::OnceCell;
use std::sync::Arc;

use super::clause::Clause;
use super::fields::{Fields, Unreadable};
use super::hash::BucketKey;

use super::metadata::Metadata;
use super::rollout::{Served, VariationCount};
use super::tables::{Tables, intern};
use super::target::Targets;
use super::{Part, Section};
use crate::diagnostic::{Code, Findings};
use crate::json::{Path, Value};

/// A compiled flag. Invalid parts are left out one by one, so that a flag that is off evaluates
/// even if other parts are invalid.
#[derive(Debug)]
pub struct Flag {
    /// The properties that do not affect its answers.
    pub metadata: Metadata,
    /// The values that it can serve.
    pub variations: Arc<[Value]>,
    /// Whether it is on, and what decides then.
    pub state: FlagState,
}

/// Whether a flag is on, and what decides its answers.
#[derive(Debug)]
pub enum FlagState {
    /// No valid part that an answer could come from.
    Malformed,
    /// It is off.
    Off(OffVariation),
    /// It is on.
    On(OffVariation, Targeting),
}

/// The variation served if the flag is off or a prerequisite fails.
#[derive(Clone, Copy, Debug)]
pub enum OffVariation {
    /// Not specified: the caller's default, without an error.
    Default,
    /// This variation.
    Variation(u32),
    /// The flag does not have the specified variation.
    OutOfRange,
}

/// The targeting that decides while the flag is on.
#[derive(Debug)]
pub struct Targeting {
    /// The flags that must be on first.
    pub prerequisites: Box<[Prerequisite]>,
    /// The lists of keys.
    pub targets: Targets,
    /// The rules, in order.
    pub rules: Box<[Rule]>,
    /// Served if nothing else matches.
    pub fallthrough: Served,
}

/// Another flag that must be on and serve one variation.
#[derive(Clone, Copy, Debug)]
pub struct Prerequisite {
    /// The slot of the flag.
    pub flag: u32,
    /// The variation that it must serve.
    pub variation: i64,
}

/// A rule of a flag.
#[derive(Debug)]
pub struct Rule {
    /// Empty if the document specifies none.
    pub id: Arc<str>,
    /// The clauses, which must all match.
    pub clauses: Box<[Clause]>,
    /// Served to contexts that match.
    pub served: Served,
    /// Whether evaluations that match it are tracked as an experiment.
    pub track_events: bool,
}

impl Part for Flag {
    const SECTION: Section = Section::Flags;

    fn read<F: Findings>(
        value: &Value,
        name: &Arc<str>,
        path: &Path<'_>,
        findings: &F,
        tables: &mut Tables,
    ) -> Option<Flag> {
        if value.is_null() {
            return None;
        }
        let Ok(fields) = Fields::of(value, path, findings) else {
            return Some(Flag::malformed(Metadata::default()));
        };
        match fields.boolean("deleted") {
            Ok(true) => return None,
            Ok(false) => {}
            Err(Unreadable) => return Some(Flag::malformed(Metadata::read(&fields))),
        }
        let metadata = Metadata::read(&fields);
        let Ok(variations) = fields.list("variations") else {
            return Some(Flag::malformed(metadata));
        };
        let count = VariationCount(variations.len());
        let on = fields.boolean("on");
        let off = fields.integer("offVariation").map(|index| match index {
            None => OffVariation::Default,
            Some(index) => count
                .check(&fields, "offVariation", index)
                .map_or(OffVariation::OutOfRange, OffVariation::Variation),
        });
        // Compiled in any case, so that mistakes are reported before the flag is turned on.
        let targeting = Targeting::read(&fields, name, count, tables);
        let state = match (on, off, targeting) {
            (Ok(false), Ok(off), _) => FlagState::Off(off),
            (Ok(true), Ok(off), Ok(targeting)) => FlagState::On(off, targeting),
            _ => FlagState::Malformed,
        };
        Some(Flag { metadata, variations, state })
    }
}

impl Flag {
    fn malformed(metadata: Metadata) -> Flag {
        Flag { metadata, variations: Arc::default(), state: FlagState::Malformed }
    }

    /// Returns the targeting of a flag that is on; `None` if it is off or malformed.
    #[must_use]
    pub fn targeting(&self) -> Option<&Targeting> {
        match &self.state {
            FlagState::On(_, targeting) => Some(targeting),
            FlagState::Off(_) | FlagState::Malformed => None,
        }
    }
}

impl Targeting {
    fn read<F: Findings>(
        fields: &Fields<'_, F>,
        name: &Arc<str>,
        count: VariationCount,
        tables: &mut Tables,
    ) -> Result<Targeting, Unreadable> {
        let bucket_key = BucketKey::read(fields, name);
        let prerequisites = fields.each("prerequisites", |each| Prerequisite::read(&each, tables));
        let targets = Targets::read(fields, count, tables);
        let bucket_key = bucket_key?;
        let rules = fields.each("rules", |rule| Rule::read(&rule, count, &bucket_key, tables));
        let fallthrough = fields.object("fallthrough").and_then(|value| match value {
            None => {
                let message = "no fallthrough; a context that nothing else matches gets an error";
                fields.report(Code::NO_VARIATION_OR_ROLLOUT, "fallthrough", message);
                Ok(Served::Nothing)
            }
            Some(value) => {
                let path = fields.path.member("fallthrough");
                let fields = Fields::of(value, &path, fields.findings)?;
                Served::read(&fields, count, &bucket_key, tables)
            }
        });
        Ok(Targeting {
            prerequisites: prerequisites?,
            targets: targets?,
            rules: rules?,
            fallthrough: fallthrough?,
        })
    }
}

impl Prerequisite {
    fn read<F: Findings>(
        fields: &Fields<'_, F>,
        tables: &mut Tables,
    ) -> Result<Prerequisite, Unreadable> {
        let nameless: Arc<str> = Arc::from("");
        let key = fields.text("key")?.unwrap_or(&nameless);
        let variation = fields.integer("variation")?.unwrap_or_else(|| {
            fields.report(Code::MISSING_VARIATION, "variation", "no variation; read as 0");
            0
        });
        Ok(Prerequisite { flag: intern(&mut tables.flags, key), variation })
    }
}

impl Rule {
    fn read<F: Findings>(
        fields: &Fields<'_, F>,
        count: VariationCount,
        bucket_key: &BucketKey,
        tables: &mut Tables,
    ) -> Result<Rule, Unreadable> {
        let id = fields.text("id");
        let clauses = Clause::read_all(fields, tables);
        let served = Served::read(fields, count, bucket_key, tables);
        Ok(Rule {
            id: id?.map_or_else(|| Arc::from(""), Arc::clone),
            clauses: clauses?,
            served: served?,
            track_events: fields
                .lenient("trackEvents", "a boolean", Value::as_bool)
                .unwrap_or(false),
        })
    }
}

impl BucketKey {
    /// Reads `key` and `salt` of the flag or segment with the member name `name`; they decide if
    /// something is hashed.
    pub(super) fn read<F: Findings>(
        fields: &Fields<'_, F>,
        name: &Arc<str>,
    ) -> Result<BucketKey, Unreadable> {
        let key = match fields.deferred_text("key")? {
            Some(key) => {
                if key != name {
                    let message = format_args!("filed under `{name}`, but its key is `{key}`");
                    fields.report(Code::KEY_MISMATCH, "key", message);
                }
                Arc::clone(key)
            }
            None => {
                let message = format_args!("no key; read as `{name}`");
                fields.report(Code::MISSING_KEY, "key", message);
                Arc::clone(name)
            }
        };
        let salt = fields.deferred_text("salt")?.map_or_else(|| Arc::from(""), Arc::clone);
        Ok(BucketKey { key, salt, prefix: OnceCell::new() })
    }
}
