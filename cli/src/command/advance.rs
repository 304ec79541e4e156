//! `isoflag advance`: makes the next step of planned rollouts.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{Alarms, Decision, DecisionKind, advance};

use super::{Format, object};
use crate::clock::NowArgument;
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::Edited;
use crate::outcome::{Failure, Outcome};

/// Advance planned rollouts: the next stage, or back if an alarm is on
///
/// A plan is in a flag's `lifecycle.rollout`. Each call makes at most one step of each plan: run it
/// on a schedule, and when an alarm changes. The exit code is 1 if an alarm is on or a plan is
/// invalid.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag document
    file: String,

    /// State of an alarm; a plan waits while the state of one of its alarms is unknown
    #[arg(long = "alarm", value_name = "NAME=ok|alarm")]
    alarms: Vec<String>,

    /// Rewrite the document
    #[arg(long)]
    write: bool,

    #[command(flatten)]
    now: NowArgument,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let alarms = alarms(&arguments.alarms)?;
    let now = arguments.now.seconds()?;
    let document = Edited::read(&arguments.file, input)?;
    let advanced = advance(&document.flags, &alarms, now);
    let decisions = &advanced.decisions;
    if arguments.write {
        document.rewrite(&advanced.flags)?;
    }
    if arguments.format.json {
        console.line(object([
            ("now", Value::from(now)),
            ("decisions", decisions.iter().map(Decision::to_value).collect()),
            ("written", Value::Bool(arguments.write)),
        ]))?;
    } else {
        for decision in decisions {
            let unwritten = decision.changed && !arguments.write;
            let note = if unwritten { " (not written)" } else { "" };
            console.line(format_args!("{decision}{note}"))?;
        }
    }
    let is_finding = |decision: &Decision| {
        matches!(decision.kind, DecisionKind::Alarm | DecisionKind::MalformedPlan)
    };
    Ok(match decisions.iter().any(is_finding) {
        true => Outcome::Findings,
        false => Outcome::Fine,
    })
}

fn alarms(written: &[String]) -> Result<Alarms, Failure> {
    let mut alarms = Alarms::default();
    for each in written {
        let set = each.rsplit_once('=').filter(|(name, _)| !name.is_empty());
        set.and_then(|(name, state)| alarms.set(name, state).ok()).ok_or_else(|| {
            Failure::message(format!("invalid `--alarm {each}`: expected NAME=ok or NAME=alarm"))
        })?;
    }
    Ok(alarms)
}
