//! Carries flags from the document of one environment into that of the next.
//!
//! [`needs`] finds the flags and segments to carry, [`flag`] and [`rules`] merge a flag, [`segment`]
//! makes a new segment, and [`indices`] follows variations whose order differs.

mod flag;
mod indices;
mod needs;
mod rules;
mod segment;

use std::sync::Arc;

use isoflag::model::{FlagState, Section};
use isoflag::{Flags, Object, Path, Value};

use crate::edit::{EditError, check_form, write};
use crate::lifecycle::with_next_version;
use crate::note::Note;
use needs::Needs;

/// The parts to carry besides the definitions of flags.
#[derive(Clone, Copy, Debug, Default)]
pub struct PromoteOptions<'a> {
    /// The keys of the flags to carry; empty for all flags of the source.
    pub features: &'a [String],
    /// Carry percentages: the fallthrough, the rollouts of rules, and the plan in
    /// `lifecycle.rollout`.
    pub with_rollout: bool,
    /// Carry the individual targets of flags, and those of new segments.
    pub with_targets: bool,
    /// Carry whether a flag is on.
    pub with_on: bool,
}

/// A document with the carried flags, and notes about them.
#[derive(Clone, Debug)]
pub struct Promotion {
    /// The text of the target; no byte differs beside the carried members.
    pub text: String,
    /// In the order of the keys.
    pub notes: Vec<Note>,
}

/// Returns the text of a document after flags of another one, the source, are carried into it.
///
/// A flag that the document lacks is added switched off; one that it has gets the definition of the
/// source: variations, rules, prerequisites, and everything else that is not particular to an
/// environment. Kept are whether it is on, percentages, individual targets, the off variation, the
/// salt and the status of its feature. A kept index of a variation follows its value if the source
/// has another order. A rollout that the document does not have is not carried: the rule serves the
/// same as the fallthrough there, and a new flag its off variation. Flags and segments that a
/// carried flag needs and the document lacks are added too. Versions and timestamps are set as by
/// [`edit`](crate::edit()).
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{PromoteOptions, promote};
/// let dev = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": ["a", "b"]}}}"#)?;
/// let prod = r#"{"flags": {"f": {"on": false, "variations": ["a"]}}}"#;
/// let promoted = promote(&dev, prod, &PromoteOptions::default(), 900.0)?;
/// assert!(promoted.text.contains(r#""f": {"on": false, "variations": ["a", "b"], "version": 1}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the text is not a document, a requested flag is missing or malformed, a value that the
/// document serves has left the variations, neither document has a required flag or segment, or a
/// flag that is on would require one that is off. Nothing is carried then.
pub fn promote(
    from: &Flags,
    text: &str,
    options: &PromoteOptions<'_>,
    now: f64,
) -> Result<Promotion, EditError> {
    let to = Flags::from_json(text.as_bytes())?;
    let mut notes = Vec::new();
    let needs = Needs::of(from, &to, options.features, &mut notes)?;
    let mut flags: Vec<(Arc<str>, Value)> = Vec::new();
    for key in &needs.flags {
        let section = Path::Root.member(Section::Flags.name());
        let source = readable(from, key)?;
        let held = match to.source(Section::Flags, key).filter(|_| to.contains(key)) {
            None => None,
            Some(Value::Object(held)) => Some(held),
            Some(other) => {
                let message =
                    format!("expected an object, found {}; fix the flag first", other.type_name());
                return Err(EditError::refused("malformed-flag", section.member(key), message));
            }
        };
        let carried = flag::carried(key, source, held, options, &mut notes)?;
        let tombstone = to.source(Section::Flags, key);
        if held != Some(&carried) {
            flags.push((Arc::clone(key), with_next_version(carried.into(), tombstone)));
        }
    }
    let segment = |key: &Arc<str>| {
        let source = from.source(Section::Segments, key)?.as_object()?;
        let segment = segment::carried(key, source, options, &mut notes);
        let tombstone = to.source(Section::Segments, key);
        Some((Arc::clone(key), with_next_version(segment.into(), tombstone)))
    };
    let segments: Vec<_> = needs.segments.iter().filter_map(segment).collect();
    let document = with_items(&to, Section::Flags, &flags);
    let document = with_items(&Flags::from_value(document)?, Section::Segments, &segments);
    let after = Flags::from_value(document)?;
    check_form(&after, flags.iter().map(|(key, _)| key))?;
    for (key, _) in &flags {
        needs::check_prerequisites([from, &to, &after], key)?;
    }
    Ok(Promotion { text: write(text, &to, &after, now)?, notes })
}

/// The document with flags or segments added or replaced.
fn with_items(flags: &Flags, section: Section, items: &[(Arc<str>, Value)]) -> Value {
    let document = flags.document();
    if items.is_empty() {
        return document;
    }
    let members = document.as_object().cloned().unwrap_or_default();
    let held = members.get(section.name()).and_then(Value::as_object);
    let held = held.into_iter().flat_map(Object::iter);
    let held = held.map(|(key, item)| (Arc::clone(key), item.clone()));
    // Of duplicate names the last wins.
    let items = Object::from_members(held.chain(items.iter().cloned()).collect());
    members.with(section.name(), items.into()).into()
}

/// Returns a flag of the source; it must not be malformed.
fn readable<'f>(from: &'f Flags, key: &str) -> Result<&'f Object, EditError> {
    let state = from.handle(key).and_then(|handle| from.model().flag(handle.index()));
    let is_malformed = state.is_none_or(|flag| matches!(flag.state, FlagState::Malformed));
    let source = from.source(Section::Flags, key).and_then(Value::as_object);
    source.filter(|_| !is_malformed).ok_or_else(|| {
        let section = Path::Root.member(Section::Flags.name());
        let message = "the flag is malformed in the source; fix it there first";
        EditError::refused("malformed-flag", section.member(key), message)
    })
}

/// The members of an object whose names pass.
fn only(
    object: &Object,
    is_wanted: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (Arc<str>, Value)> {
    let members = object.iter().filter(move |(name, _)| is_wanted(name));
    members.map(|(name, value)| (Arc::clone(name), value.clone()))
}

/// A member that is neither absent nor null.
fn member<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    object.get(name).filter(|value| !value.is_null())
}
