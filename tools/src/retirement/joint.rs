//! The verdict about a flag that several documents have.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::{Object, Value, sort_by, utf16_order};

use super::{Retirement, Verdict};

/// The evidence about one flag in all documents, and the joint verdict.
#[derive(Clone, Debug)]
pub struct JointRetirement {
    /// The flag's key.
    pub key: Arc<str>,
    /// The team that owns it, by the first document that names one.
    pub owner: Option<Arc<str>>,
    /// The name of each document that has the flag, and the evidence there.
    pub environments: Vec<(Arc<str>, Retirement)>,
    /// Whether the documents serve different constants, so that no code can replace the flag.
    pub values_differ: bool,
    /// The least actionable verdict of all; `Keep` if the flag could be removed from the code in each
    /// alone, but the values differ.
    pub verdict: Verdict,
}

/// Returns the joint verdict for each flag, in the order of the keys.
#[must_use]
pub fn joint_retirements(documents: Vec<(Arc<str>, Vec<Retirement>)>) -> Vec<JointRetirement> {
    let mut by_key = BTreeMap::<Arc<str>, Vec<(Arc<str>, Retirement)>>::new();
    for (label, retirements) in documents {
        for retirement in retirements {
            let own = by_key.entry(Arc::clone(&retirement.key)).or_default();
            own.push((Arc::clone(&label), retirement));
        }
    }
    let joint =
        by_key.into_iter().map(|(key, environments)| JointRetirement::of(key, environments));
    let mut joint: Vec<JointRetirement> = joint.collect();
    sort_by(&mut joint, |one, other| utf16_order(&one.key, &other.key));
    joint
}

impl JointRetirement {
    fn of(key: Arc<str>, environments: Vec<(Arc<str>, Retirement)>) -> JointRetirement {
        let all = || environments.iter().map(|(_, retirement)| retirement);
        let constants = || all().map(|each| (&each.value, each.serves_default));
        let values_differ = constants().zip(constants().skip(1)).any(|(one, other)| one != other);
        let verdict = all().map(|each| each.verdict).max().unwrap_or(Verdict::Keep);
        let verdict = match verdict {
            Verdict::Remove if values_differ => Verdict::Keep,
            verdict => verdict,
        };
        let owner = all().find_map(|each| each.owner.clone());
        JointRetirement { key, owner, environments, values_differ, verdict }
    }

    /// `{key, verdict, owner, valuesDiffer, environments}`: each with its name as `environment`, and
    /// the members of [`Retirement::to_value`].
    #[must_use]
    pub fn to_value(&self) -> Value {
        let environment = |(label, retirement): &(Arc<str>, Retirement)| {
            let members = retirement.to_value().as_object().cloned().unwrap_or_default();
            Value::Object(members.with("environment", Value::String(Arc::clone(label))))
        };
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("verdict", Value::from(self.verdict.as_str())),
            ("owner", self.owner.clone().map(Value::String).unwrap_or_default()),
            ("valuesDiffer", Value::Bool(self.values_differ)),
            ("environments", self.environments.iter().map(environment).collect()),
        ]))
    }
}
