//! Makes the client document: a smaller document that gives the same answers to every context that
//! has some known attributes, and is safe to publish.
//!
//! `frozen`, `known` and `private` prepare what decides; `clauses`, `segment`, `rollout` and `flag`
//! fold each part, in the form of `source`; `report` lists the strings that are still in the projection.

mod clauses;
mod flag;
mod frozen;
mod known;
mod private;
mod report;
mod rollout;
mod segment;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use isoflag::limits::MEMORY;
use isoflag::model::{HashChoice, Model};
use isoflag::{DocumentError, Flags, Object, Value, printable};

pub use report::{ProjectionReport, VisibleString};

use flag::FoldedFlag;
use frozen::Frozen;
use known::Known;
use private::Private;
use segment::FoldedSegment;
use source::Source;

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
    let (known, private) = read(flags, options)?;
    let Folded { document, refused, unused_private, decided } = fold(flags, &known, &private);
    let projected = Flags::from_value(document.into_value()).map_err(ProjectionError::Document)?;
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
    let (known, private) = read(flags, options)?;
    let Folded { document, .. } = fold(flags, &known, &private);
    let text = document.to_json();
    if text.len() > ALWAYS_LOADS {
        Flags::from_value(document.into_value()).map_err(ProjectionError::Document)?;
    }
    Ok(text)
}

/// The length of a text that cannot take more memory than a document may: a clause takes most, 423
/// bytes for the three of `{},`.
const ALWAYS_LOADS: usize = MEMORY / 141;

fn read(flags: &Flags, options: &ProjectionOptions) -> Result<(Known, Private), ProjectionError> {
    Ok((Known::read(flags, &options.known)?, Private::parse(&options.private)?))
}

/// A folded document, before it is compiled.
struct Folded<'a> {
    document: Document<'a>,
    refused: Vec<RefusedFlag>,
    unused_private: Vec<Arc<str>>,
    decided: usize,
}

/// The source of a projection. Items are in RFC 8785 order of their keys.
struct Document<'a> {
    flags: Vec<(&'a Arc<str>, Source<'a>)>,
    meta: Source<'a>,
    segments: Vec<(&'a Arc<str>, Source<'a>)>,
}

impl<'a> Document<'a> {
    /// Returns the canonical text.
    fn to_json(&self) -> String {
        let mut text = String::new();
        let section = |name: &str, items: &[(&Arc<str>, Source)], text: &mut String| {
            text.push_str(name);
            for (index, (key, item)) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                Value::String(Arc::clone(key)).write_canonical_json(text);
                text.push(':');
                item.write(text);
            }
        };
        section("{\"flags\":{", &self.flags, &mut text);
        text.push_str("},\"meta\":");
        self.meta.write(&mut text);
        section(",\"segments\":{", &self.segments, &mut text);
        text.push_str("}}");
        text
    }

    fn into_value(self) -> Value {
        let section = |items: Vec<(&'a Arc<str>, Source<'a>)>| {
            let items = items.into_iter().map(|(key, item)| (Arc::clone(key), item.into_value()));
            Value::Object(items.collect())
        };
        Value::Object(Object::from_iter([
            ("flags", section(self.flags)),
            ("meta", self.meta.into_value()),
            ("segments", section(self.segments)),
        ]))
    }
}

fn fold<'a>(flags: &'a Flags, known: &'a Known, private: &'a Private) -> Folded<'a> {
    let model = flags.model();
    let available = model.flags().filter(|(_, flag)| flag.metadata.client_side);
    let available: Vec<u32> = available.map(|(slot, _)| slot).collect();
    let (mut fold, mut reached) = Fold::of(flags, known, private, &available);
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
    if !refused.is_empty() {
        if fold.frozen.is_any() {
            // Parts that only refused flags freeze are folded.
            (fold, reached) = Fold::of(flags, known, private, &kept);
        } else {
            reached = fold.reach(&kept);
        }
    }
    let decided = reached.iter().filter(|part| fold.is_decided(**part)).count();
    let document = fold.document(&reached);
    Folded { document, refused, unused_private: private.unused(model), decided }
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
        format!("{what} `{}`", printable(&isoflag::shortened(key)))
    }
}

/// The state of one projection.
struct Fold<'a> {
    flags: &'a Flags,
    model: &'a Model,
    known: &'a Known,
    private: &'a Private,
    frozen: Frozen,
    folded: Slots<FoldedFlag<'a>>,
    segments: Slots<FoldedSegment<'a>>,
}

/// The number of times that parts are frozen because others are.
const FREEZES: usize = 3;

impl<'a> Fold<'a> {
    /// Folds flags and everything that they depend on, and returns these parts.
    fn of(
        flags: &'a Flags,
        known: &'a Known,
        private: &'a Private,
        slots: &[u32],
    ) -> (Fold<'a>, BTreeSet<Part>) {
        let model = flags.model();
        let mut fold = Fold {
            flags,
            model,
            known,
            private,
            frozen: Frozen::of(model),
            folded: Slots::default(),
            segments: Slots::default(),
        };
        let mut round = 0;
        loop {
            let reached = fold.reach(slots);
            if !fold.frozen.extend(&reached) {
                return (fold, reached);
            }
            if round == FREEZES {
                fold.frozen.extend_to_all();
            }
            round += 1;
            fold.folded.clear();
            fold.segments.clear();
        }
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
        if self.private.is_empty() {
            return BTreeMap::new();
        }
        let flags = self.folded.iter().map(|(slot, flag)| (Part::Flag(slot), &flag.uses));
        let segments = self.segments.iter();
        let segments = segments.map(|(slot, segment)| (Part::Segment(slot), &segment.uses));
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
            Part::Flag(slot) => self.folded.get(slot).is_some_and(|flag| flag.answers.is_decided()),
            Part::Segment(_) => false,
        }
    }

    fn document(mut self, parts: &BTreeSet<Part>) -> Document<'a> {
        let model = self.model;
        let flags = model.flags().filter(|(slot, _)| parts.contains(&Part::Flag(*slot)));
        let flags = flags
            .filter_map(|(slot, _)| Some((model.flag_key(slot), self.folded.take(slot)?.source)));
        let flags = flags.collect();
        let segments = model.segments().filter(|(slot, _)| parts.contains(&Part::Segment(*slot)));
        let segments = segments.filter_map(|(slot, _)| {
            Some((model.segment_key(slot), self.segments.take(slot)?.source))
        });
        let segments = segments.collect();
        Document { flags, meta: self.meta(), segments }
    }

    /// The members of `meta` that decide, or that order documents.
    fn meta(&self) -> Source<'a> {
        let parent = self.flags.parent_digest().unwrap_or_else(|| self.flags.digest());
        let mut members = vec![(PARENT_DIGEST, parent.into())];
        members.extend(self.flags.version().map(|version| ("version", (version as f64).into())));
        let latest = self.flags.latest_stamp();
        members.extend(latest.map(|seconds| ("lastModifiedTimestamp", seconds.into())));
        if let HashChoice::Named(hash) = self.model.hash() {
            members.push(("hash", hash.as_str().into()));
        }
        source::object(members)
    }
}

/// One item for each flag or segment, by slot.
struct Slots<T>(Vec<Option<T>>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots(Vec::new())
    }
}

impl<T> Slots<T> {
    fn get(&self, slot: u32) -> Option<&T> {
        self.0.get(slot as usize)?.as_ref()
    }

    fn put(&mut self, slot: u32, item: T) {
        let index = slot as usize;
        if self.0.len() <= index {
            self.0.resize_with(index + 1, || None);
        }
        if let Some(held) = self.0.get_mut(index) {
            *held = Some(item);
        }
    }

    fn take(&mut self, slot: u32) -> Option<T> {
        self.0.get_mut(slot as usize)?.take()
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.0).filter_map(|(slot, item)| Some((slot, item.as_ref()?)))
    }
}
