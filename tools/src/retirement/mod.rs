//! Determines which flags can be removed, from documents, evaluation counts, call sites and
//! attestations. Missing evidence is reported as unknown and never counts as yes.

mod history;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::{Flags, Object, Value, sort_by, utf16_order};

pub use history::{DatedDocument, Since};
pub use verdict::{RetirementRule, Verdict};

use crate::activity::{Activity, LastEvaluated};
use crate::analysis::{Constant, constant};
use crate::lifecycle::{Status, lifecycle, owner, read_moment};
use crate::ternary::Ternary;

const WEEK: f64 = 7.0 * 86_400.0;

/// The evidence besides the current document.
#[derive(Clone, Copy, Debug)]
pub struct RetirementInputs<'a> {
    /// The current time, in seconds since the epoch like all times here.
    pub now: f64,
    /// The number of weeks for which a flag must be constant, stable and unused.
    pub weeks: f64,
    /// The earlier documents, in any order.
    pub history: &'a [DatedDocument<'a>],
    /// Counted evaluations; `None` if they were not counted.
    pub activity: Option<&'a Activity>,
    /// The number of call sites of each flag; `None` if the code was not searched.
    pub call_sites: Option<&'a BTreeMap<Arc<str>, usize>>,
}

/// The evidence about one flag, and the verdict.
#[derive(Clone, Debug)]
pub struct Retirement {
    /// The flag's key.
    pub key: Arc<str>,
    /// The team that owns it.
    pub owner: Option<Arc<str>>,
    /// The status of the feature.
    pub status: Option<Status>,
    /// The constant value; `None` if there are several, or it is the caller's default.
    pub value: Option<Value>,
    /// Whether every context gets the caller's default.
    pub serves_default: bool,
    /// Since when every context has got it.
    pub constant_since: Option<Since>,
    /// Since when its answers cannot have changed.
    pub stable_since: Option<Since>,
    /// When it was last evaluated.
    pub last_evaluated: LastEvaluated,
    /// The number of call sites.
    pub call_sites: Option<usize>,
    /// The end of the period in which it must remain a kill switch.
    pub safety_until: Option<f64>,
    /// The result of each rule.
    pub rules: Vec<(RetirementRule, Ternary)>,
    /// The verdict.
    pub verdict: Verdict,
}

/// Returns the evidence and the verdict for each flag, in the order of the keys.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{RetirementInputs, Verdict, retirements};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"on": false, "variations": [1],
///     "offVariation": 0, "lifecycle": {"lastModifiedTimestamp": 0, "feedback": "good",
///     "openIssues": 0, "changePlanned": false, "needed": false}}}}"#)?;
/// let inputs = RetirementInputs {
///     now: 1e7, weeks: 4.0, history: &[], activity: None, call_sites: None };
/// let found = retirements(&flags, &inputs);
/// assert_eq!(found.first().map(|flag| flag.verdict), Some(Verdict::Remove));
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn retirements(flags: &Flags, inputs: &RetirementInputs<'_>) -> Vec<Retirement> {
    let past = history::Past::of(flags, inputs.history, inputs.now);
    let keys: Vec<Arc<str>> = flags.keys().map(Arc::from).collect();
    keys.into_iter().filter_map(|key| Retirement::of(flags, key, inputs, &past)).collect()
}

impl Retirement {
    fn of(
        flags: &Flags,
        key: Arc<str>,
        inputs: &RetirementInputs<'_>,
        past: &history::Past<'_>,
    ) -> Option<Retirement> {
        let lifecycle = lifecycle(flags, &key)?;
        let (value, serves_default) = match constant(flags, &key) {
            Some(Constant::Value(value)) => (Some(value.clone()), false),
            Some(Constant::Default) => (None, true),
            None => (None, false),
        };
        let constant = value.is_some() || serves_default;
        let constant_since = past.constant_since(&key);
        let stable_since = past.stable_since(&key);
        let last_evaluated = inputs
            .activity
            .map_or(LastEvaluated::Unknown, |activity| activity.last_evaluated(&key));
        let cutoff = inputs.now - inputs.weeks * WEEK;
        let cleanup = lifecycle.member("cleanup").and_then(read_moment);
        let finished = lifecycle.status == Some(Status::Finished);
        let long_enough = |since: Option<Since>| match since {
            Some(since) if since.moment <= cutoff => Ternary::Yes,
            Some(Since { exact: true, .. }) => Ternary::No,
            _ => Ternary::Unknown,
        };
        let call_sites = inputs.call_sites.map(|sites| sites.get(&key).copied().unwrap_or(0));
        let rules = vec![
            (
                RetirementRule::Constant,
                if constant { long_enough(constant_since) } else { Ternary::No },
            ),
            (RetirementRule::Stable, long_enough(stable_since)),
            (RetirementRule::Feedback, verdict::feedback(&lifecycle)),
            (RetirementRule::Plans, verdict::no_plans(&lifecycle)),
            (RetirementRule::Need, verdict::no_need(&lifecycle)),
            (RetirementRule::Unused, unused(inputs.activity, last_evaluated, cutoff)),
        ];
        let due = lifecycle.cleanup.or(cleanup);
        let safety_until = due.filter(|until| finished && *until > inputs.now);
        let verdict = verdict::of(&rules, safety_until.is_some(), call_sites);
        Some(Retirement {
            owner: owner(flags, &key),
            status: lifecycle.status,
            key,
            value,
            serves_default,
            constant_since,
            stable_since,
            last_evaluated,
            call_sites,
            safety_until,
            rules,
            verdict,
        })
    }

    /// Returns the result of a rule.
    #[must_use]
    pub fn rule(&self, rule: RetirementRule) -> Ternary {
        let found = self.rules.iter().find(|(each, _)| *each == rule);
        found.map_or(Ternary::Unknown, |(_, answer)| *answer)
    }

    /// `{key, verdict, rules, value, constantSince, stableSince, lastEvaluated, callSites,
    /// safetyUntil, owner, status}`; unknown values are null.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let rules =
            self.rules.iter().map(|(rule, answer)| (rule.as_str(), Value::from(answer.as_str())));
        let since = |since: Option<Since>| since.map(Since::to_value).unwrap_or_default();
        let constant = match (&self.value, self.serves_default) {
            (Some(value), _) => Some(("value", value.clone())),
            (None, true) => Some(("default", Value::Bool(true))),
            (None, false) => None,
        };
        let constant = constant.map(|member| Value::Object(Object::from_iter([member])));
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("verdict", Value::from(self.verdict.as_str())),
            ("rules", Value::Object(rules.collect())),
            ("constant", constant.unwrap_or_default()),
            ("constantSince", since(self.constant_since)),
            ("stableSince", since(self.stable_since)),
            ("lastEvaluated", self.last_evaluated.to_value()),
            (
                "callSites",
                self.call_sites.map(|sites| Value::from(sites as f64)).unwrap_or_default(),
            ),
            ("safetyUntil", self.safety_until.map(Value::from).unwrap_or_default()),
            ("owner", self.owner.clone().map(Value::String).unwrap_or_default()),
            ("status", self.status.map(|status| status.as_str().into()).unwrap_or_default()),
        ]))
    }
}

/// Whether the flag was not evaluated since the cutoff, while other flags were evaluated before and
/// after it: a shorter count proves nothing about the time before it.
fn unused(activity: Option<&Activity>, last: LastEvaluated, cutoff: f64) -> Ternary {
    let Some((first_ms, last_ms)) = activity.and_then(Activity::window_ms) else {
        return Ternary::Unknown;
    };
    let covered = first_ms / 1000.0 <= cutoff && last_ms / 1000.0 > cutoff;
    match last {
        LastEvaluated::Seen(seen) if seen.last_ms / 1000.0 > cutoff => Ternary::No,
        _ if covered => Ternary::Yes,
        _ => Ternary::Unknown,
    }
}

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

#[cfg(test)]
mod tests;
