//! The answers that a flag can return for any context, derived from the document alone.
//!
//! All paths through an evaluation are followed at once. If a clause may match or not, both paths
//! count, so the result may include an answer that no context gets but never lacks one that some
//! context gets. A single remaining answer is proven.

pub(crate) mod part;
mod walk;

use isoflag::{FlagHandle, Flags, Value};

use walk::Walk;

/// The answers that a flag can return for any valid context, within the limits of an evaluation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    served: Vec<ReachedVariation>,
    default: bool,
    error: bool,
}

/// A variation that a flag can serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReachedVariation {
    /// The variation's index.
    pub variation: u32,
    /// The number of contexts out of 100000 that get it, of those that no target and no rule
    /// matches; for a flag that is off, all.
    pub share: u32,
    /// Whether a target, a rule or a failed prerequisite can serve it too.
    pub otherwise: bool,
}

/// The constant answer of a flag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant<'a> {
    /// This value.
    Value(&'a Value),
    /// The caller's default: the flag is off and has no `offVariation`.
    Default,
}

impl Reach {
    /// The variations that can be served, by index.
    #[must_use]
    pub fn served(&self) -> &[ReachedVariation] {
        &self.served
    }

    /// Whether the caller's default can be served without an error.
    #[must_use]
    pub fn serves_default(&self) -> bool {
        self.default
    }

    /// Whether the evaluation of some context may fail.
    #[must_use]
    pub fn can_fail(&self) -> bool {
        self.error
    }
}

/// Returns the answers of the flag for any context; `None` if there is no such flag.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{constant, reach};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": ["a", "b", "c"],
///     "rules": [{"variation": 2, "clauses": [
///         {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro"]}]}],
///     "fallthrough": {"rollout": {"variations": [
///         {"variation": 0, "weight": 90000}, {"variation": 2, "weight": 10000}]}}}}}"#)?;
/// let reach = reach(&flags, "f").ok_or("no such flag")?;
/// let shares: Vec<_> = reach.served().iter().map(|each| (each.variation, each.share)).collect();
/// assert_eq!(shares, [(0, 90_000), (2, 10_000)]);
/// assert_eq!(constant(&flags, "f"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn reach(flags: &Flags, key: &str) -> Option<Reach> {
    let slot = flags.handle(key)?.index();
    let found = Walk::of(flags.model()).root(slot);
    let served = found.variations().into_iter().map(|variation| ReachedVariation {
        variation,
        share: found.share(variation),
        otherwise: found.otherwise(variation),
    });
    Some(Reach { served: served.collect(), default: found.default, error: found.error() })
}

/// Finds the flags whose evaluation may fail; what flags share is followed once.
pub(crate) struct Failing<'a>(Walk<'a>);

impl<'a> Failing<'a> {
    pub(crate) fn of(flags: &'a Flags) -> Failing<'a> {
        Failing(Walk::of(flags.model()))
    }

    /// Whether the evaluation of some context may fail.
    pub(crate) fn includes(&mut self, flag: FlagHandle) -> bool {
        self.0.flag(flag.index()).error()
    }
}

/// Returns the constant that the flag serves to every valid context, if the document proves it;
/// `None` if the flag may serve several answers, may fail, or is missing.
///
/// ```
/// use isoflag::{Flags, Value};
/// use isoflag_tools::{Constant, constant};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": [false, true],
///     "rules": [{"variation": 1, "clauses": [
///         {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro"]}]}],
///     "fallthrough": {"variation": 1}}}}"#)?;
/// assert_eq!(constant(&flags, "f"), Some(Constant::Value(&Value::Bool(true))));
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn constant<'f>(flags: &'f Flags, key: &str) -> Option<Constant<'f>> {
    let slot = flags.handle(key)?.index();
    let reach = reach(flags, key)?;
    if reach.error {
        return None;
    }
    let variations = &flags.model().flag(slot)?.variations;
    let mut values = reach.served.iter().filter_map(|each| variations.get(each.variation as usize));
    match (values.next(), reach.default) {
        (None, true) => Some(Constant::Default),
        (Some(first), false) if values.all(|value| value == first) => Some(Constant::Value(first)),
        _ => None,
    }
}
