//! The first difference between a claimed receipt and the one that an evaluation gives.

use isoflag::{Object, Value, sort_by};

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
    /// Returns the first difference; `None` if the values are equal.
    pub(super) fn between(path: &str, claimed: &Value, found: &Value) -> Option<Difference> {
        match (claimed, found) {
            (Value::Object(claimed), Value::Object(found)) => {
                Difference::of_objects(path, claimed, found)
            }
            (Value::Array(claimed), Value::Array(found)) => {
                let count = claimed.len().max(found.len());
                (0..count).find_map(|index| {
                    let path = format!("{path}[{index}]");
                    Difference::of_parts(path, claimed.get(index), found.get(index))
                })
            }
            (claimed, found) => (claimed != found).then(|| Difference {
                path: path.to_owned(),
                claimed: Some(claimed.clone()),
                found: Some(found.clone()),
            }),
        }
    }

    fn of_objects(path: &str, claimed: &Object, found: &Object) -> Option<Difference> {
        let mut names: Vec<&str> =
            claimed.iter().chain(found.iter()).map(|(name, _)| &**name).collect();
        sort_by(&mut names, |one, other| (rank(one), *one).cmp(&(rank(other), *other)));
        names.dedup();
        names.into_iter().find_map(|name| {
            Difference::of_parts(format!("{path}.{name}"), claimed.get(name), found.get(name))
        })
    }

    fn of_parts(
        path: String,
        claimed: Option<&Value>,
        found: Option<&Value>,
    ) -> Option<Difference> {
        match (claimed, found) {
            (Some(claimed), Some(found)) => Difference::between(&path, claimed, found),
            (None, None) => None,
            (claimed, found) => {
                Some(Difference { path, claimed: claimed.cloned(), found: found.cloned() })
            }
        }
    }
}
