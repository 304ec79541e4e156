//! `isoflag simulate`: the distribution of a flag's answers.

use clap::Args;
use isoflag::{Context, Flags, Value};
use isoflag_tools::{ImpactCounter, Percentage, ServedAnswer, SimulationCounter, raised};

use crate::arguments::DocumentArgument;
use crate::command::{Format, object};
use crate::console::Console;
use crate::contexts::ContextsArgument;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Show how the answers of a flag are distributed, compared with the weights of its rollouts
///
/// Without --contexts, keys are generated: `user-0`, `user-1` and so on, of the kind that the
/// rollout hashes.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,

    /// Key of the flag
    flag: String,

    #[command(flatten)]
    contexts: ContextsArgument,

    /// Number of generated keys
    #[arg(long, value_name = "N", default_value_t = 100_000, conflicts_with = "contexts",
        value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    count: u32,

    /// Show also who keeps an answer if the fallthrough's share of a variation is raised, such as
    /// `1=20%`
    #[arg(long, value_name = "VARIATION=SHARE", value_parser = raise)]
    raise: Option<(u32, Percentage)>,

    #[command(flatten)]
    format: Format,
}

fn raise(text: &str) -> Result<(u32, Percentage), String> {
    let parsed = text
        .split_once('=')
        .and_then(|(variation, share)| Some((variation.parse().ok()?, share.parse().ok()?)));
    parsed.ok_or_else(|| {
        "expected the index of a variation and a percentage, such as `1=20%`".to_owned()
    })
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    let key = arguments.flag.as_str();
    let Some(mut counter) = SimulationCounter::new(&flags, key) else {
        return Err(Failure::message(format!("there is no flag `{key}`")));
    };
    let mut after = match arguments.raise {
        Some((variation, share)) => {
            let Some(buckets) = share.buckets() else {
                return Err(Failure::message(format!(
                    "`--raise`: expected a share in thousandths of a percent, found {share}"
                )));
            };
            let raised = raised(&flags, key, variation, buckets);
            let raised = raised.map_err(|error| Failure::message(format!("`--raise`: {error}")))?;
            Some((variation, share, ImpactCounter::new(&flags, &raised, &[])))
        }
        None => None,
    };
    let mut add = |context: Option<&Context>| {
        counter.add(context);
        if let Some((_, _, impact)) = &mut after {
            impact.add(context);
        }
    };
    if !arguments.contexts.read(input, console, &mut add)? {
        generate(&flags, key, arguments.count, &mut add)?;
    }
    let simulation = counter.finish();
    let raised = after.map(|(variation, share, impact)| Raised::of(key, variation, share, &impact));
    if arguments.format.json {
        let raised = raised.as_ref().map(Raised::to_value).unwrap_or_default();
        let value = simulation.to_value();
        let members = value.as_object().map(|members| members.with("raised", raised));
        console.line(Value::Object(members.unwrap_or_default()).to_canonical_json())?;
        return Ok(Outcome::Fine);
    }
    console.lines(&simulation)?;
    if let Some(raised) = raised {
        console.line("")?;
        console.line(raised.words())?;
    }
    Ok(Outcome::Fine)
}

/// Evaluates generated keys of the kind that the flag's last rollout hashes.
fn generate(
    flags: &Flags,
    key: &str,
    count: u32,
    add: &mut impl FnMut(Option<&Context>),
) -> Result<(), Failure> {
    let probe = SimulationCounter::new(flags, key).map(|counter| counter.finish());
    let rollout = probe.as_ref().and_then(|probe| probe.rollouts.last());
    let kind = rollout.map_or("user", |rollout| &rollout.kind);
    for number in 0..count {
        let context = Context::builder(&format!("user-{number}")).kind(kind).build();
        let context = context.map_err(|error| Failure::message(error.to_string()))?;
        add(Some(&context));
    }
    Ok(())
}

/// The contexts that keep or change their answer if a share is raised.
struct Raised {
    variation: u32,
    share: Percentage,
    keep: u64,
    gain: u64,
    /// Contexts that get another variation than the raised one, now or before.
    others_keep: u64,
    others_change: u64,
}

impl Raised {
    fn of(key: &str, variation: u32, share: Percentage, counter: &ImpactCounter) -> Raised {
        let mut raised =
            Raised { variation, share, keep: 0, gain: 0, others_keep: 0, others_change: 0 };
        let impact = counter.finish();
        let mut counted = 0;
        // Flags of which it is a prerequisite may change too.
        let flag = impact.flags.iter().filter(|flag| *flag.key == *key);
        for each in flag.flat_map(|flag| &flag.moves) {
            let raises = |answer| answer == ServedAnswer::Variation(variation);
            let part = match (raises(each.from), raises(each.to)) {
                (true, true) => &mut raised.keep,
                (false, true) => &mut raised.gain,
                _ if each.from == each.to => &mut raised.others_keep,
                _ => &mut raised.others_change,
            };
            *part += each.count;
            counted += each.count;
        }
        raised.others_keep += impact.contexts.saturating_sub(counted);
        raised
    }

    fn words(&self) -> String {
        let Raised { variation, share, keep, gain, others_keep, others_change } = self;
        format!(
            "variation {variation} raised to {share}: {keep} contexts keep it, {gain} get it; of the others {others_keep} keep theirs, {others_change} get another"
        )
    }

    fn to_value(&self) -> Value {
        let count = |count: u64| Value::from(count as f64);
        object([
            ("variation", Value::from(self.variation)),
            ("share", Value::from(self.share.share())),
            ("keep", count(self.keep)),
            ("gain", count(self.gain)),
            ("othersKeep", count(self.others_keep)),
            ("othersChange", count(self.others_change)),
        ])
    }
}
