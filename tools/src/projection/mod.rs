//! Makes the client document: a smaller document that gives the same answers to every context that
//! has some known attributes, and is safe to publish.
//!
//! `frozen`, `known` and `private` prepare what decides; `clauses`, `segment`, `rollout` and `flag`
//! fold each part; `report` lists the strings that are still in the projection.

mod clauses;
mod flag;
mod frozen;
mod known;
mod private;
mod report;
mod rollout;
mod segment;
mod source;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use isoflag::limits::MEMORY;
use isoflag::model::{HashChoice, Model};
use isoflag::{DocumentError, Flags, Object, Value, printable};

pub use report::{ProjectionReport, VisibleString};

use crate::short_name::short_name;
use flag::FoldedFlag;
use frozen::Frozen;
use known::Known;
use private::Private;
use segment::FoldedSegment;

/// The options of [`project`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectionOptions {
    /// The attributes that are known, by kind: `{"user": {"key": "ada", "plan": "pro"}}`. Null is
    /// nothing; an attribute that is null is known to be absent.
    pub known: Value,
    /// The references to attributes whose values must not be in the projection, such as
    /// `user.email`. Keys in target lists and segments are values of `user.key`.
    pub private: Vec<Arc<str>>,
}

/// Invalid options of a projection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProjectionError {
    /// The visibility is unknown.
    Visibility(Arc<str>),
    /// The known attributes do not belong to a valid context.
    Known(String),
    /// A private reference is invalid.
    Private(Arc<str>),
    /// The projection exceeds a limit of documents.
    Document(DocumentError),
}

impl fmt::Display for ProjectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProjectionError::Visibility(text) => {
                write!(f, "unknown visibility `{}`: expected `client`", printable(text))
            }
            ProjectionError::Known(message) => write!(f, "invalid `known`: {message}"),
            ProjectionError::Private(text) => write!(
                f,
                "invalid private reference `{}`: expected a kind, a dot and an attribute, such as `user.email`",
                printable(text)
            ),
            ProjectionError::Document(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ProjectionError {}

/// A projection of a document.
#[derive(Clone, Debug)]
pub struct Projection {
    /// The projected document.
    pub flags: Flags,
    /// The flags that are available to browsers but left out, in RFC 8785 order of their keys.
    pub refused: Vec<RefusedFlag>,
    /// The private references that no part of the document compares, which are probably misspelt.
    pub unused_private: Vec<Arc<str>>,
    /// The number of flags that have one answer left.
    pub decided: usize,
    parent: Flags,
}

/// A flag that a projection leaves out because it would show a private value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFlag {
    /// The key of the flag.
    pub key: Arc<str>,
    /// The private reference.
    pub private: Arc<str>,
    /// The flag or segment that would show the value: itself, or one that it depends on.
    pub place: String,
}

/// The member of `meta` with the digest of the document that a projection is made of.
const PARENT_DIGEST: &str = "parentDigest";

/// Checks the name of a visibility: `client`, the flags that are available to browsers.
///
/// # Errors
///
/// If it is unknown.
pub fn check_visibility(name: &str) -> Result<(), ProjectionError> {
    match name {
        "client" => Ok(()),
        other => Err(ProjectionError::Visibility(Arc::from(other))),
    }
}

/// Returns the document that a client needs: the flags that are available to browsers and what
/// they depend on, folded by the known attributes.
///
/// A flag of the projection gives every context that has the known attributes the same value,
/// variation and reason as the whole document. (An evaluation takes fewer steps, so it may answer
/// where that of the whole document exceeds the limit.) A flag that would show a value of a private
/// reference is refused. The projection of a projection with the same options is the same document.
///
/// ```
/// use isoflag::{Flags, Value};
/// use isoflag_tools::{ProjectionOptions, project};
/// let flags = Flags::from_json(br#"{"flags": {"discount": {"clientSide": true, "on": true,
///     "variations": [0, 10], "rules": [{"id": "pro", "variation": 1, "clauses": [
///         {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro", "team"]}]}],
///     "fallthrough": {"variation": 0}}}}"#)?;
/// let known = Value::parse(br#"{"user": {"plan": "team"}}"#)?;
/// let projection = project(&flags, &ProjectionOptions { known, private: Vec::new() })?;
/// assert!(!projection.flags.document().to_canonical_json().contains("team"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If an option is invalid.
pub fn project(flags: &Flags, options: &ProjectionOptions) -> Result<Projection, ProjectionError> {
    let Folded { document, refused, unused_private, decided } = fold(flags, options)?;
    let projected = Flags::from_value(document).map_err(ProjectionError::Document)?;
    Ok(Projection { flags: projected, refused, unused_private, decided, parent: flags.clone() })
}

/// Returns the canonical text of the document that [`project`] returns. That takes about half the
/// time, since the document is not compiled.
///
/// # Errors
///
/// As [`project`].
pub fn projected_json(
    flags: &Flags,
    options: &ProjectionOptions,
) -> Result<String, ProjectionError> {
    let Folded { document, .. } = fold(flags, options)?;
    let text = document.to_canonical_json();
    if text.len() > ALWAYS_LOADS {
        Flags::from_value(document).map_err(ProjectionError::Document)?;
    }
    Ok(text)
}

/// The length of a text that cannot take more memory than a document may: a clause takes most, 423
/// bytes for the three of `{},`.
const ALWAYS_LOADS: usize = MEMORY / 141;

/// A folded document, before it is compiled.
struct Folded {
    document: Value,
    refused: Vec<RefusedFlag>,
    unused_private: Vec<Arc<str>>,
    decided: usize,
}

fn fold(flags: &Flags, options: &ProjectionOptions) -> Result<Folded, ProjectionError> {
    let known = Known::read(flags, &options.known)?;
    let private = Private::parse(&options.private)?;
    let model = flags.model();
    let available = model.flags().filter(|(_, flag)| flag.metadata.client_side);
    let available: Vec<u32> = available.map(|(slot, _)| slot).collect();
    let mut fold = Fold::of(flags, &known, &private, &available);
    let showing = fold.showing();
    let mut refused = Vec::new();
    let mut kept = Vec::new();
    for slot in available {
        match showing.get(&Part::Flag(slot)) {
            None => kept.push(slot),
            Some((index, part)) => refused.push(RefusedFlag {
                key: Arc::clone(model.flag_key(slot)),
                private: private.text(*index),
                place: part.place(model),
            }),
        }
    }
    if !refused.is_empty() && fold.frozen.is_any() {
        // Parts that only refused flags freeze are folded.
        fold = Fold::of(flags, &known, &private, &kept);
    }
    let reached = fold.reach(&kept);
    let decided = reached.iter().filter(|part| fold.is_decided(**part)).count();
    let document = fold.document(&reached);
    Ok(Folded { document, refused, unused_private: private.unused(model), decided })
}

/// A flag or a segment, by slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Flag(u32),
    Segment(u32),
}

impl Part {
    fn place(self, model: &Model) -> String {
        let (what, key) = match self {
            Part::Flag(slot) => ("flag", model.flag_key(slot)),
            Part::Segment(slot) => ("segment", model.segment_key(slot)),
        };
        format!("{what} `{}`", printable(&short_name(key)))
    }
}

/// The state of one projection.
struct Fold<'a> {
    flags: &'a Flags,
    model: &'a Model,
    known: &'a Known,
    private: &'a Private,
    frozen: Frozen,
    folded: BTreeMap<u32, FoldedFlag>,
    segments: BTreeMap<u32, FoldedSegment>,
}

/// The number of times that parts are frozen because others are.
const FREEZES: usize = 3;

impl<'a> Fold<'a> {
    /// Folds flags and everything that they depend on.
    fn of(flags: &'a Flags, known: &'a Known, private: &'a Private, slots: &[u32]) -> Fold<'a> {
        let model = flags.model();
        let mut fold = Fold {
            flags,
            model,
            known,
            private,
            frozen: Frozen::of(model),
            folded: BTreeMap::new(),
            segments: BTreeMap::new(),
        };
        for round in 0.. {
            let reached = fold.reach(slots);
            if !fold.frozen.extend(&reached) {
                break;
            }
            if round == FREEZES {
                fold.frozen.extend_to_all();
            }
            fold.folded.clear();
            fold.segments.clear();
        }
        fold
    }

    /// Folds flags and everything that they depend on, and returns these parts.
    fn reach(&mut self, flags: &[u32]) -> BTreeSet<Part> {
        let mut reached = BTreeSet::new();
        let mut pending: Vec<Part> = flags.iter().map(|slot| Part::Flag(*slot)).collect();
        while let Some(part) = pending.pop() {
            let uses = match part {
                Part::Flag(slot) => self.folded_flag(slot).map(|flag| &flag.uses),
                Part::Segment(slot) => self.folded_segment(slot).map(|segment| &segment.uses),
            };
            let Some(uses) = uses else { continue };
            if reached.insert(part) {
                pending.extend(uses.prerequisites.iter().map(|slot| Part::Flag(*slot)));
                pending.extend(uses.segments.iter().map(|slot| Part::Segment(*slot)));
            }
        }
        reached
    }

    /// Returns the parts that show a private value or depend on one that does, with the reference
    /// and the part that shows it.
    fn showing(&self) -> BTreeMap<Part, (usize, Part)> {
        let flags = self.folded.iter().map(|(slot, flag)| (Part::Flag(*slot), &flag.uses));
        let segments = self.segments.iter();
        let segments = segments.map(|(slot, segment)| (Part::Segment(*slot), &segment.uses));
        let mut dependents: BTreeMap<Part, Vec<Part>> = BTreeMap::new();
        let mut showing = BTreeMap::new();
        let mut pending = Vec::new();
        for (part, uses) in flags.chain(segments) {
            if let Some(private) = uses.private {
                showing.insert(part, (private, part));
                pending.push(part);
            }
            let flags = uses.prerequisites.iter().map(|slot| Part::Flag(*slot));
            let segments = uses.segments.iter().map(|slot| Part::Segment(*slot));
            for dependency in flags.chain(segments) {
                dependents.entry(dependency).or_default().push(part);
            }
        }
        while let Some(part) = pending.pop() {
            let Some(shown) = showing.get(&part).copied() else { continue };
            for dependent in dependents.get(&part).into_iter().flatten() {
                showing.entry(*dependent).or_insert_with(|| {
                    pending.push(*dependent);
                    shown
                });
            }
        }
        showing
    }

    fn is_decided(&self, part: Part) -> bool {
        match part {
            Part::Flag(slot) => {
                self.folded.get(&slot).is_some_and(|flag| flag.answers.is_decided())
            }
            Part::Segment(_) => false,
        }
    }

    fn document(&self, parts: &BTreeSet<Part>) -> Value {
        let (mut flags, mut segments) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Part::Flag(slot) => {
                    let source = self.folded.get(slot).map(|flag| flag.source.clone());
                    flags.extend(source.map(|source| (self.model.flag_key(*slot).clone(), source)));
                }
                Part::Segment(slot) => {
                    let source = self.segments.get(slot).map(|segment| segment.source.clone());
                    let key = self.model.segment_key(*slot).clone();
                    segments.extend(source.map(|source| (key, source)));
                }
            }
        }
        Value::Object(Object::from_iter([
            ("flags", Value::Object(Object::from_members(flags))),
            ("meta", self.meta()),
            ("segments", Value::Object(Object::from_members(segments))),
        ]))
    }

    /// The members of `meta` that decide, or that order documents.
    fn meta(&self) -> Value {
        let parent = self.flags.parent_digest().unwrap_or_else(|| self.flags.digest());
        let mut members = vec![(PARENT_DIGEST, Value::from(parent))];
        members.extend(self.flags.version().map(|version| ("version", (version as f64).into())));
        let latest = self.flags.latest_stamp();
        members.extend(latest.map(|seconds| ("lastModifiedTimestamp", seconds.into())));
        if let HashChoice::Named(hash) = self.model.hash() {
            members.push(("hash", hash.as_str().into()));
        }
        source::object(members)
    }
}
