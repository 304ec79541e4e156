//! The distribution of a flag's answers over contexts, compared with the weights of its rollouts.

mod raise;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isoflag::model::{BucketInput, Rollout, Served, has_value_to_hash};
use isoflag::{
    AttributeReference, Context, FlagHandle, Flags, Object, ReasonKind, Value, printable,
};

pub(crate) use raise::raise_share;
pub use raise::{RaiseError, raised};

use crate::impact::{
    Answers, DecidingPart, Names, ServedAnswer, Style, percent, printed_count, rollout_ranges,
    served_answer,
};
use crate::percentage::BUCKETS;

/// The answers of one flag for many contexts.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The key of the flag.
    pub key: Arc<str>,
    /// The values of its variations.
    pub variations: Arc<[Value]>,
    /// The number of valid contexts.
    pub contexts: u64,
    /// The number of invalid contexts.
    pub invalid: u64,
    /// Each answer, and the number of contexts that got it.
    pub answers: Vec<(ServedAnswer, u64)>,
    /// Each rollout of the flag.
    pub rollouts: Vec<SimulatedRollout>,
}

/// The contexts for which a rollout decided.
#[derive(Clone, Debug)]
pub struct SimulatedRollout {
    /// The rule or fallthrough that has the rollout.
    pub part: DecidingPart,
    /// The kind of the context that is hashed.
    pub kind: Arc<str>,
    /// The attribute that is hashed.
    pub attribute: AttributeReference,
    /// The number of contexts with a value to hash.
    pub contexts: u64,
    /// The number of contexts without one, which are all in bucket 0.
    pub not_hashed: u64,
    /// Each answer of the rollout.
    pub shares: Vec<SimulatedShare>,
}

/// One answer of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulatedShare {
    /// The answer.
    pub answer: ServedAnswer,
    /// The number of buckets that get it, of 100,000.
    pub buckets: u32,
    /// The number of contexts that got it, of those with a value to hash.
    pub count: u64,
}

/// Simulates a flag over a stream of contexts.
#[derive(Debug)]
pub struct SimulationCounter {
    flags: Flags,
    handle: FlagHandle,
    simulation: Simulation,
    answers: BTreeMap<ServedAnswer, u64>,
    /// The index of each rollout of the simulation.
    rollouts: BTreeMap<DecidingPart, RolloutIndex>,
}

#[derive(Debug)]
struct RolloutIndex {
    rollout: usize,
    shares: BTreeMap<ServedAnswer, usize>,
}

/// The distance of a sum of squares from its mean that a random one exceeds with a probability of
/// at most one in a thousand: its natural logarithm, for the bound of Laurent and Massart.
const ONE_IN_A_THOUSAND: f64 = 6.907_755_278_982_137;

/// The smallest expected count for which chi-square is meaningful.
const LEAST_EXPECTED: f64 = 5.0;

impl SimulatedRollout {
    /// Returns the rollout, and the index of each answer.
    fn of(
        part: DecidingPart,
        rollout: &Rollout,
        input: BucketInput<'_>,
    ) -> (SimulatedRollout, BTreeMap<ServedAnswer, usize>) {
        let mut shares: Vec<SimulatedShare> = Vec::new();
        let mut indexes = BTreeMap::new();
        let mut start = 0;
        for (end, variation) in rollout_ranges(rollout) {
            let answer = variation.map_or(ServedAnswer::Error, ServedAnswer::Variation);
            let buckets = end.saturating_sub(start);
            start = end;
            let index = *indexes.entry(answer).or_insert(shares.len());
            match shares.get_mut(index) {
                Some(share) => share.buckets += buckets,
                None => shares.push(SimulatedShare { answer, buckets, count: 0 }),
            }
        }
        let rollout = SimulatedRollout {
            part,
            kind: Arc::clone(input.kind),
            attribute: input.attribute.clone(),
            contexts: 0,
            not_hashed: 0,
            shares,
        };
        (rollout, indexes)
    }

    /// Counts a context that got the answer with this index.
    fn count(&mut self, context: &Context, answer: Option<usize>) {
        if !has_value_to_hash(context, &self.kind, &self.attribute) {
            self.not_hashed += 1;
            return;
        }
        self.contexts += 1;
        if let Some(share) = answer.and_then(|index| self.shares.get_mut(index)) {
            share.count += 1;
        }
    }

    /// Chi-square of the counts against the weights; `None` for a single answer, or if there are
    /// too few contexts for a comparison.
    #[must_use]
    pub fn chi_square(&self) -> Option<f64> {
        let mut sum = 0.0;
        for share in &self.shares {
            let expected = self.contexts as f64 * f64::from(share.buckets) / f64::from(BUCKETS);
            if expected < LEAST_EXPECTED {
                return None;
            }
            let distance = share.count as f64 - expected;
            sum += distance * distance / expected;
        }
        (self.shares.len() > 1).then_some(sum)
    }

    /// The degrees of freedom of chi-square.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.shares.len().saturating_sub(1)
    }

    /// The value that chi-square exceeds for fewer than one of a thousand fair distributions.
    #[must_use]
    pub fn chi_square_bound(&self) -> f64 {
        let degrees = self.degrees_of_freedom() as f64;
        degrees + 2.0 * (ONE_IN_A_THOUSAND * degrees).sqrt() + 2.0 * ONE_IN_A_THOUSAND
    }

    fn to_value(&self, answers: &Answers) -> Value {
        let shares = self.shares.iter().map(|each| {
            let served = answers.get(each.answer);
            let members = [
                ("expected", Value::from(f64::from(each.buckets) / f64::from(BUCKETS))),
                ("count", Value::from(each.count as f64)),
                ("share", Value::from(share(each.count, self.contexts))),
            ];
            members.into_iter().fold(served, with)
        });
        let chi_square = self.chi_square();
        Value::Object(Object::from_iter([
            ("part", Value::from(self.part.to_string())),
            ("kind", Value::String(Arc::clone(&self.kind))),
            ("attribute", Value::from(self.attribute.to_string())),
            ("contexts", Value::from(self.contexts as f64)),
            ("notHashed", Value::from(self.not_hashed as f64)),
            ("chiSquare", chi_square.map(Value::from).unwrap_or_default()),
            ("chiSquareBound", Value::from(self.chi_square_bound())),
            ("degreesOfFreedom", Value::from(self.degrees_of_freedom() as f64)),
            ("shares", shares.collect()),
        ]))
    }
}

fn with(object: Value, (name, value): (&str, Value)) -> Value {
    match object {
        Value::Object(object) => Value::Object(object.with(name, value)),
        other => other,
    }
}

fn share(count: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { count as f64 / whole as f64 }
}

impl SimulationCounter {
    /// Prepares the simulation of a flag; `None` if there is no such flag.
    #[must_use]
    pub fn new(flags: &Flags, key: &str) -> Option<SimulationCounter> {
        let handle = flags.handle(key)?;
        let model = flags.model();
        let flag = model.flag(handle.index())?;
        let mut rollouts = Vec::new();
        let mut indexes = BTreeMap::new();
        if let Some(targeting) = flag.targeting() {
            let rules = targeting.rules.iter().enumerate();
            let rules = rules.map(|(index, rule)| (DecidingPart::Rule(index), &rule.served));
            for (part, served) in rules.chain([(DecidingPart::Fallthrough, &targeting.fallthrough)])
            {
                if let Served::Rollout(rollout) = served
                    && let Some(input) = rollout.bucketing.input(model)
                {
                    let (simulated, shares) = SimulatedRollout::of(part, rollout, input);
                    indexes.insert(part, RolloutIndex { rollout: rollouts.len(), shares });
                    rollouts.push(simulated);
                }
            }
        }
        let simulation = Simulation {
            key: Arc::from(key),
            variations: Arc::clone(&flag.variations),
            contexts: 0,
            invalid: 0,
            answers: Vec::new(),
            rollouts,
        };
        let answers = BTreeMap::new();
        let (flags, rollouts) = (flags.clone(), indexes);
        Some(SimulationCounter { flags, handle, simulation, answers, rollouts })
    }

    /// Evaluates the flag for one more context; `None` is an invalid one.
    pub fn add(&mut self, context: Option<&Context>) {
        let Some(context) = context else {
            self.simulation.invalid += 1;
            return;
        };
        self.simulation.contexts += 1;
        let answer = self.flags.bind(context).evaluate_handle(Some(self.handle));
        let served = served_answer(&self.flags, Some(self.handle), &answer);
        *self.answers.entry(served).or_default() += 1;
        let part = match self.flags.reason_of(&answer).kind() {
            ReasonKind::RuleMatch { rule_index, .. } => DecidingPart::Rule(rule_index as usize),
            ReasonKind::Fallthrough { .. } => DecidingPart::Fallthrough,
            _ => return,
        };
        let Some(index) = self.rollouts.get(&part) else { return };
        if let Some(rollout) = self.simulation.rollouts.get_mut(index.rollout) {
            rollout.count(context, index.shares.get(&served).copied());
        }
    }

    /// Returns the simulation over the contexts so far.
    #[must_use]
    pub fn finish(&self) -> Simulation {
        let answers = self.answers.iter().map(|(answer, count)| (*answer, *count)).collect();
        Simulation { answers, ..self.simulation.clone() }
    }
}

impl Simulation {
    /// `{key, contexts, invalid, answers, rollouts}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let named = Answers::of(&self.variations);
        let answers = self.answers.iter().map(|(answer, count)| {
            let members = [
                ("count", Value::from(*count as f64)),
                ("share", Value::from(share(*count, self.contexts))),
            ];
            members.into_iter().fold(named.get(*answer), with)
        });
        let rollouts = self.rollouts.iter().map(|rollout| rollout.to_value(&named));
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("contexts", Value::from(self.contexts as f64)),
            ("invalid", Value::from(self.invalid as f64)),
            ("answers", answers.collect()),
            ("rollouts", rollouts.collect()),
        ]))
    }
}

impl fmt::Display for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contexts = printed_count(self.contexts);
        let noun = if self.contexts == 1 { "context" } else { "contexts" };
        write!(f, "flag `{}`: {contexts} {noun}", printable(&self.key))?;
        if self.invalid > 0 {
            write!(f, "; {} invalid", printed_count(self.invalid))?;
        }
        writeln!(f)?;
        let names = Names::of(&self.variations, Style::Text);
        for (answer, count) in &self.answers {
            let (answer, share) = (names.get(*answer), share(*count, self.contexts));
            writeln!(f, "  {answer}: {} ({})", printed_count(*count), percent(share))?;
        }
        for rollout in &self.rollouts {
            let attribute = rollout.attribute.to_string();
            let (attribute, kind) = (printable(&attribute), printable(&rollout.kind));
            let contexts = printed_count(rollout.contexts);
            write!(
                f,
                "\n{}: by `{attribute}` of kind `{kind}`, {contexts} contexts",
                rollout.part
            )?;
            if rollout.not_hashed > 0 {
                let contexts = printed_count(rollout.not_hashed);
                write!(f, "; {contexts} without a value to hash, in bucket 0")?;
            }
            writeln!(f)?;
            for each in &rollout.shares {
                let expected = percent(f64::from(each.buckets) / f64::from(BUCKETS));
                let count = printed_count(each.count);
                let share = percent(share(each.count, rollout.contexts));
                let answer = names.get(each.answer);
                writeln!(f, "  {answer}: weight {expected}, {count} contexts ({share})")?;
            }
            let (degrees, bound) = (rollout.degrees_of_freedom(), rollout.chi_square_bound());
            match rollout.chi_square() {
                None if degrees == 0 => {}
                None => writeln!(f, "  too few contexts to compare them with the weights")?,
                Some(value) => {
                    let (verdict, sign) = if value > bound {
                        ("does not fit the weights", ">")
                    } else {
                        ("fits the weights", "≤")
                    };
                    write!(f, "  {verdict}: chi-square {value:.2} {sign} {bound:.2}, ")?;
                    writeln!(f, "degrees of freedom: {degrees}")?;
                }
            }
        }
        Ok(())
    }
}
