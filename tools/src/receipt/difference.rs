//! The first difference between a claimed receipt and the one that an evaluation gives.

use isoflag::{Value, sort_by};

/// The members of a trace in the order of an evaluation. Other members are compared in the order of
/// the text, before the results of a step.
const FIRST: [&str; 9] =
    ["flag", "on", "index", "segment", "contextKind", "attribute", "negate", "op", "id"];
const LAST: [&str; 17] = [
    "prerequisites",
    "targets",
    "clauses",
    "segments",
    "rules",
    "trace",
    "rollout",
    "entries",
    "chosen",
    "malformed",
    "match",
    "decidedBy",
    "member",
    "value",
    "variationIndex",
    "reason",
    "holds",
];

fn rank(name: &str) -> usize {
    let position = |names: &[&str]| names.iter().position(|known| *known == name);
    match (position(&FIRST), position(&LAST)) {
        (Some(position), _) => position,
        (None, Some(position)) => FIRST.len() + 1 + position,
        (None, None) => FIRST.len(),
    }
}

/// The first path at which a claim differs from the result.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Difference {
    pub(super) path: String,
    /// `None` if the member is missing.
    pub(super) claimed: Option<Value>,
    pub(super) found: Option<Value>,
}

impl Difference {
    /// Compares the members of this name, in the order of an evaluation.
    pub(super) fn between(name: &str, claimed: &Value, found: &Value) -> Option<Difference> {
        let mut steps = Vec::new();
        let (claimed, found) = differing(Some(claimed), Some(found), &mut steps)?;
        let path = steps.into_iter().rev().fold(name.to_owned(), |path, step| path + &step);
        Some(Difference { path, claimed: claimed.cloned(), found: found.cloned() })
    }
}

type Parts<'v> = (Option<&'v Value>, Option<&'v Value>);

/// Returns the first parts that differ, and appends the steps that lead to them, the last step first:
/// equal parts cost no path, which can contain long names.
fn differing<'v>(
    claimed: Option<&'v Value>,
    found: Option<&'v Value>,
    steps: &mut Vec<String>,
) -> Option<Parts<'v>> {
    match (claimed, found) {
        (Some(Value::Object(claimed)), Some(Value::Object(found))) => {
            let mut names: Vec<&str> =
                claimed.iter().chain(found.iter()).map(|(name, _)| &**name).collect();
            sort_by(&mut names, |one, other| (rank(one), *one).cmp(&(rank(other), *other)));
            names.dedup();
            names.into_iter().find_map(|name| {
                let parts = differing(claimed.get(name), found.get(name), steps)?;
                steps.push(format!(".{name}"));
                Some(parts)
            })
        }
        (Some(Value::Array(claimed)), Some(Value::Array(found))) => {
            (0..claimed.len().max(found.len())).find_map(|index| {
                let parts = differing(claimed.get(index), found.get(index), steps)?;
                steps.push(format!("[{index}]"));
                Some(parts)
            })
        }
        (claimed, found) => (claimed != found).then_some((claimed, found)),
    }
}
