//! Folds what a rule or the fallthrough serves.

use isoflag::Value;
use isoflag::model::{Rollout, Served};

use super::Fold;
use super::flag::Answers;
use super::source::{Members, Source, element, member, object, pick};
use crate::impact::entry_buckets;

/// A rollout that makes a flag malformed if it is evaluated: its reference is invalid.
fn invalid<'a>() -> Source<'a> {
    let entry = object(vec![("variation", 0.into())]);
    object(vec![
        ("bucketBy", "/".into()),
        ("contextKind", "user".into()),
        ("variations", Source::List(vec![entry])),
    ])
}

impl<'a> Fold<'a> {
    /// Returns the members that serve the same, and adds the answers. `salted` is set if the bucket
    /// depends on the flag's key and salt.
    pub(super) fn served(
        &self,
        served: &Served,
        source: &'a Value,
        answers: &mut Answers,
        salted: &mut bool,
    ) -> Members<'a> {
        let rollout = match served {
            Served::Nothing => {
                answers.serve(None);
                return Vec::new();
            }
            Served::Variation(index) => {
                answers.serve(Some(*index));
                return vec![("variation", (*index).into())];
            }
            Served::Rollout(rollout) => rollout,
        };
        let Some(input) = rollout.bucketing.input(self.model) else {
            answers.can_fail = true;
            return vec![("rollout", invalid())];
        };
        let entry = match self.known.knows_bucket(&rollout.bucketing) {
            true => self.known.bound.chosen_entry(rollout),
            false => None,
        };
        let Some((entry, in_experiment)) = entry else {
            let buckets = entry_buckets(rollout).into_iter().zip(&rollout.entries);
            for (_, entry) in buckets.filter(|(buckets, _)| *buckets > 0) {
                answers.serve(entry.variation);
            }
            let source = member(source, "rollout").unwrap_or(&Value::Null);
            *salted |= member(source, "seed").is_none();
            return vec![("rollout", rollout_source(rollout, source))];
        };
        answers.serve(entry.variation);
        let Some(index) = entry.variation else { return Vec::new() };
        if !in_experiment {
            return vec![("variation", index.into())];
        }
        // An experiment with the decided entry alone, so that the reason is still an experiment's.
        // Without the kind, a context takes part only beyond the last share.
        let has_kind = self.known.kinds().any(|kind| kind == input.kind);
        let weight = if has_kind { 100_000 } else { 0 };
        let entry = object(vec![("variation", index.into()), ("weight", weight.into())]);
        let entries = Source::List(vec![entry]);
        let mut members = vec![("kind", "experiment".into()), ("variations", entries)];
        if &**input.kind != "user" {
            members.push(("contextKind", input.kind.clone().into()));
        }
        vec![("rollout", object(members))]
    }
}

fn rollout_source<'a>(rollout: &Rollout, source: &'a Value) -> Source<'a> {
    let entry = |index: usize| {
        let members = &["untracked", "variation", "weight"];
        object(pick(element(source, "variations", index), members).collect())
    };
    let entries: Source<'a> = (0..rollout.entries.len()).map(entry).collect();
    let mut members: Members<'a> = pick(source, &["contextKind", "hash", "seed"]).collect();
    members.push(("variations", entries));
    if rollout.experiment {
        members.push(("kind", "experiment".into()));
    } else {
        members.extend(pick(source, &["bucketBy"]));
    }
    object(members)
}
