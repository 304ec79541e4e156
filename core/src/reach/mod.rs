//! What a flag can serve at all, whoever is asked about: decided from the document alone.
//!
//! Every way through an evaluation is walked at once. Where a clause may match and may not, both
//! ways count, so that the result may name an answer that nobody gets and never lacks one that
//! somebody gets. One answer left is a proof.

mod part;
mod walk;

use crate::flags::Flags;
use crate::json::Value;
use walk::Walk;

/// The answers that a flag can give to any valid context, within the limits of an evaluation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    served: Vec<ReachedVariation>,
    default: bool,
    error: bool,
}

/// A variation that a flag can serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReachedVariation {
    /// Which.
    pub variation: u32,
    /// How many of 100000 contexts get it, of those that no target and no rule catches; of a flag
    /// that is off, all.
    pub share: u32,
    /// Whether a target, a rule or a failed prerequisite can serve it too.
    pub otherwise: bool,
}

/// What a flag serves to everybody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant<'a> {
    /// This value.
    Value(&'a Value),
    /// Whatever the code names as its default: the flag is off and has no `offVariation`.
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

    /// Whether some context may be answered by an error.
    #[must_use]
    pub fn can_fail(&self) -> bool {
        self.error
    }
}

impl Flags {
    /// What the flag can serve, to any context; none where the document has no such flag.
    ///
    /// ```
    /// use isoflag::Flags;
    /// let flags = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": ["a", "b", "c"],
    ///     "rules": [{"variation": 2, "clauses": [
    ///         {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro"]}]}],
    ///     "fallthrough": {"rollout": {"variations": [
    ///         {"variation": 0, "weight": 90000}, {"variation": 2, "weight": 10000}]}}}}}"#)?;
    /// let reach = flags.reach("f").ok_or("no such flag")?;
    /// let shares: Vec<_> = reach.served().iter().map(|each| (each.variation, each.share)).collect();
    /// assert_eq!(shares, [(0, 90_000), (2, 10_000)]);
    /// assert_eq!(flags.constant("f"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn reach(&self, key: &str) -> Option<Reach> {
        let slot = self.handle(key)?.index();
        let found = Walk::of(self.ruleset()).root(slot);
        let served = found.variations().into_iter().map(|variation| ReachedVariation {
            variation,
            share: found.share(variation),
            otherwise: found.otherwise(variation),
        });
        Some(Reach { served: served.collect(), default: found.default, error: found.error() })
    }

    /// What the flag serves to every valid context, where the document proves that it is one thing;
    /// none where it may serve several, may fail, or is not there.
    ///
    /// ```
    /// use isoflag::{Constant, Flags, Value};
    /// let flags = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": [false, true],
    ///     "rules": [{"variation": 1, "clauses": [
    ///         {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro"]}]}],
    ///     "fallthrough": {"variation": 1}}}}"#)?;
    /// assert_eq!(flags.constant("f"), Some(Constant::Value(&Value::Bool(true))));
    /// # Ok::<(), isoflag::DocumentError>(())
    /// ```
    #[must_use]
    pub fn constant(&self, key: &str) -> Option<Constant<'_>> {
        let slot = self.handle(key)?.index();
        let reach = self.reach(key)?;
        if reach.error {
            return None;
        }
        let variations = &self.ruleset().flag(slot)?.variations;
        let mut values =
            reach.served.iter().filter_map(|each| variations.get(each.variation as usize));
        match (values.next(), reach.default) {
            (None, true) => Some(Constant::Default),
            (Some(first), false) if values.all(|value| value == first) => {
                Some(Constant::Value(first))
            }
            _ => None,
        }
    }
}
