//! The smallest change of a context's attributes after which a flag serves a variation.
//!
//! Contexts are searched in the order of the number of changed attributes. Each step changes one
//! attribute: it removes the first obstacle on one route to the variation, such as a clause that
//! does not match. A context is suggested only once the core has evaluated it.

mod draft;
mod route;
mod sample;
mod step;
mod values;

use std::cell::Cell;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, BinaryHeap};
use std::fmt;
use std::sync::Arc;

use isoflag::model::{Clause, Condition, Flag, Model, Section, Segment};
use isoflag::{BigSegments, BoundFlags, Context, Flags, Object, Value, printable};

use crate::analysis::reach;
pub use draft::AttributeChange;
use draft::Draft;
use route::Route;
use step::{AttributeClauses, Steps};

/// The result of searching for a context that gets a variation.
#[derive(Clone, Debug, PartialEq)]
pub enum Suggestion {
    /// With these changes, the context gets the variation. The list is empty if it gets it already.
    Changes {
        /// The changes, sorted by kind and attribute.
        changes: Vec<AttributeChange>,
        /// The context with the changes.
        context: Context,
    },
    /// The document serves the variation to no context.
    Unreachable,
    /// The search found no context; there may be one.
    NotFound,
}

/// A flag or a variation that the document does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestionError(String);

impl fmt::Display for SuggestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SuggestionError {}

/// The contexts that one search evaluates at most, those for buckets included.
const MOST_CONTEXTS: usize = 4_000;

/// The bytes of the contexts that one search makes at most, so that a large context takes no longer.
const MOST_BYTES: usize = 32 << 20;

/// The clauses that one search evaluates at most to find its steps.
const MOST_CLAUSES: usize = 100_000;

/// Returns the smallest change of the context's attributes that the search finds, after which the
/// flag serves the variation.
///
/// ```
/// use isoflag::{Context, Flags};
/// use isoflag_tools::{Suggestion, suggest};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": [false, true],
///     "rules": [{"variation": 1, "clauses": [
///         {"contextKind": "user", "attribute": "orders", "op": "greaterThan", "values": [9]}]}],
///     "fallthrough": {"variation": 0}}}}"#)?;
/// let ada = Context::from_json(br#"{"kind": "user", "key": "ada", "orders": 3}"#)?;
/// let Suggestion::Changes { changes, context } = suggest(&flags, "f", &ada, 1, None)? else {
///     return Err("nothing found".into());
/// };
/// assert_eq!(changes[0].to_string(), "user.orders: 3 to 10");
/// assert!(flags.bool_variation("f", &context, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the document does not have the flag, or the flag not the variation.
pub fn suggest(
    flags: &Flags,
    key: &str,
    context: &Context,
    variation: u32,
    big_segments: Option<&BigSegments>,
) -> Result<Suggestion, SuggestionError> {
    let missing = || SuggestionError(format!("there is no flag `{}`", printable(key)));
    let reach = reach(flags, key).ok_or_else(missing)?;
    let slot = flags.handle(key).ok_or_else(missing)?.index();
    let count = flags.model().flag(slot).map_or(0, |flag| flag.variations.len());
    if variation as usize >= count {
        let key = printable(key);
        let message = format!("flag `{key}` has no variation {variation}: it has {count}");
        return Err(SuggestionError(message));
    }
    let serves = |context: &Context| {
        flags.bind_with(Some(context), big_segments).evaluate(key).variation_index()
            == Some(variation)
    };
    if serves(context) {
        return Ok(Suggestion::Changes { changes: Vec::new(), context: context.clone() });
    }
    if !reach.served().iter().any(|each| each.variation == variation) {
        return Ok(Suggestion::Unreachable);
    }
    let Some(original) = Draft::of(context) else { return Ok(Suggestion::NotFound) };
    let relevant = relevant_part(flags, slot);
    let mut search = Search {
        flags: relevant.as_ref().unwrap_or(flags),
        key,
        wanted: variation,
        big_segments,
        contexts: Cell::new(MOST_CONTEXTS),
        size: context.to_value().to_canonical_json().len(),
        bytes: Cell::new(MOST_BYTES),
        budget: Cell::new(MOST_CLAUSES),
        queue: BinaryHeap::new(),
        seen: BTreeSet::new(),
    };
    let found = search.run(&original).filter(|(_, context)| serves(context));
    Ok(found.map_or(Suggestion::NotFound, |(draft, context)| Suggestion::Changes {
        changes: draft.changes(&original),
        context,
    }))
}

/// A context to evaluate. The greatest is the one with the fewest changes, then with the fewest changed
/// keys, then the earliest.
struct Candidate {
    rank: Reverse<(usize, usize, usize)>,
    route: Route,
    draft: Draft,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Candidate) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

/// A search for one variation of one flag.
struct Search<'a> {
    flags: &'a Flags,
    key: &'a str,
    wanted: u32,
    big_segments: Option<&'a BigSegments>,
    /// The contexts that it may still evaluate.
    contexts: Cell<usize>,
    /// About the length of each context.
    size: usize,
    /// The bytes of the contexts that it may still make.
    bytes: Cell<usize>,
    /// The clauses that it may still evaluate.
    budget: Cell<usize>,
    /// The contexts to evaluate.
    queue: BinaryHeap<Candidate>,
    /// The route and the changes of each context so far.
    seen: BTreeSet<String>,
}

impl Search<'_> {
    fn run(&mut self, original: &Draft) -> Option<(Draft, Context)> {
        let slot = self.flags.handle(self.key)?.index();
        let flag = self.flags.model().flag(slot)?;
        let clauses = AttributeClauses::of(self.flags.model());
        for route in Route::all(flag, Some(self.wanted)) {
            self.add(route, original.clone());
        }
        while let Some(Candidate { route, draft, .. }) = self.queue.pop() {
            let (context, bound) = self.bind(&draft)?;
            let answer = bound.evaluate(self.key);
            if answer.variation_index() == Some(self.wanted) {
                return Some((draft, context));
            }
            for next in self.next(flag, route, (&draft, &bound), &clauses) {
                self.add(route, next);
            }
        }
        None
    }

    /// The contexts one step from this one.
    fn next(
        &self,
        flag: &Flag,
        route: Route,
        (draft, bound): (&Draft, &BoundFlags),
        clauses: &AttributeClauses<'_>,
    ) -> Vec<Draft> {
        let bind = |draft: &Draft| self.bind(draft).map(|(_, bound)| bound);
        let mut steps = Steps::new(bound, draft, &bind, clauses, &self.budget);
        steps.toward(flag, route, Some(self.wanted));
        steps.finish().iter().filter_map(|step| draft.after(step)).collect()
    }

    /// Binds a context; `None` if it is invalid or the limit is reached.
    fn bind(&self, draft: &Draft) -> Option<(Context, BoundFlags)> {
        self.contexts.set(self.contexts.get().checked_sub(1)?);
        let context = self.made(draft)?;
        let bound = self.flags.bind_with(Some(&context), self.big_segments);
        Some((context, bound))
    }

    /// Makes a context; `None` if it is invalid or the limit is reached.
    fn made(&self, draft: &Draft) -> Option<Context> {
        self.bytes.set(self.bytes.get().checked_sub(self.size)?);
        draft.context()
    }

    fn add(&mut self, route: Route, draft: Draft) {
        // An invalid context leads nowhere.
        let identity = format!("{route:?}\n{}", draft.identity());
        if self.made(&draft).is_none() || !self.seen.insert(identity) {
            return;
        }
        let (changes, keys) = draft.cost();
        let rank = Reverse((changes, keys, self.seen.len()));
        self.queue.push(Candidate { rank, route, draft });
    }
}

/// Returns a document with the flag and everything that its answers depend on, so that a context
/// is bound in time that does not depend on the other flags; `None` if that is not possible.
fn relevant_part(flags: &Flags, slot: u32) -> Option<Flags> {
    let model = flags.model();
    let mut part = Part::default();
    part.flag(model, slot);
    let source =
        |section, key: &Arc<str>| Some((Arc::clone(key), flags.source(section, key)?.clone()));
    let of_flags =
        part.flags.iter().filter_map(|slot| source(Section::Flags, model.flag_key(*slot)));
    let of_segments =
        part.segments.iter().filter_map(|slot| source(Section::Segments, model.segment_key(*slot)));
    let (of_flags, of_segments) = (of_flags.collect(), of_segments.collect());
    let mut members = vec![
        (Arc::from(Section::Flags.name()), Value::Object(Object::from_members(of_flags))),
        (Arc::from(Section::Segments.name()), Value::Object(Object::from_members(of_segments))),
    ];
    members.extend(flags.meta().map(|meta| (Arc::from("meta"), Value::Object(meta.clone()))));
    Flags::from_value(Value::Object(Object::from_members(members))).ok()
}

/// The flags and segments that one flag depends on, itself included.
#[derive(Default)]
struct Part {
    flags: BTreeSet<u32>,
    segments: BTreeSet<u32>,
}

impl Part {
    fn flag(&mut self, model: &Model, first: u32) {
        let mut left = vec![first];
        while let Some(slot) = left.pop() {
            if !self.flags.insert(slot) {
                continue;
            }
            let Some(targeting) = model.flag(slot).and_then(Flag::targeting) else { continue };
            left.extend(targeting.prerequisites.iter().map(|prerequisite| prerequisite.flag));
            for rule in &targeting.rules {
                self.segments_of(model, &rule.clauses);
            }
        }
    }

    fn segments_of(&mut self, model: &Model, clauses: &[Clause]) {
        let mut left = named_segments(clauses);
        while let Some(slot) = left.pop() {
            if self.segments.insert(slot)
                && let Some(Segment::Readable(body)) = model.segment(slot)
            {
                left.extend(body.rules.iter().flat_map(|rule| named_segments(&rule.clauses)));
            }
        }
    }
}

fn named_segments(clauses: &[Clause]) -> Vec<u32> {
    let segments = clauses.iter().filter_map(|clause| match &clause.condition {
        Condition::Segments(slots) => Some(slots.iter().copied()),
        _ => None,
    });
    segments.flatten().collect()
}

impl Suggestion {
    /// `{status, changes, context}`; `status` is `found`, `unreachable` or `not-found`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let status = match self {
            Suggestion::Changes { .. } => "found",
            Suggestion::Unreachable => "unreachable",
            Suggestion::NotFound => "not-found",
        };
        let mut members = vec![("status", Value::from(status))];
        if let Suggestion::Changes { changes, context } = self {
            members.push(("changes", changes.iter().map(AttributeChange::to_value).collect()));
            members.push(("context", context.to_value()));
        }
        Value::Object(members.into_iter().collect::<Object>())
    }
}
