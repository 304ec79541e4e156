//! `isoflag advance`: makes the next step of planned rollouts.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{Advance, Alarms, Decision, DecisionKind, advance};

use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::{LifecycleArguments, WriteArgument};
use crate::outcome::{Failure, Outcome};

/// Advance planned rollouts: the next stage, or back if an alarm is on
///
/// A plan is in a flag's `lifecycle.rollout`. Each call makes at most one step of each plan: run it
/// on a schedule, and when an alarm changes. The exit code is 1 if an alarm is on, or a plan
/// or its flag is invalid.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    lifecycle: LifecycleArguments,

    /// State of an alarm; a plan waits while the state of one of its alarms is unknown
    #[arg(long = "alarm", value_name = "NAME=ok|alarm")]
    alarms: Vec<String>,

    #[command(flatten)]
    write: WriteArgument,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let alarms = alarms(&arguments.alarms)?;
    let (now, documents) = arguments.lifecycle.now_and_documents(input)?;
    let is_written = arguments.write.write;
    let advanced: Vec<_> =
        documents.iter().map(|document| advance(&document.flags, &alarms, now)).collect();
    if is_written {
        let later: Vec<_> = advanced.iter().map(|advanced| advanced.flags.clone()).collect();
        documents.rewrite(&later)?;
    }
    if arguments.lifecycle.format.json {
        let report = |advanced: &Advance| {
            vec![
                ("now", Value::from(now)),
                ("decisions", advanced.decisions.iter().map(Decision::to_value).collect()),
                ("written", Value::Bool(is_written)),
            ]
        };
        documents.print_json(advanced.iter().map(report).collect(), console)?;
    } else {
        for (document, advanced) in documents.iter().zip(&advanced) {
            for decision in &advanced.decisions {
                let unwritten = decision.changed && !is_written;
                let note = if unwritten { " (not written)" } else { "" };
                console.line(format_args!("{}{decision}{note}", document.label()))?;
            }
        }
    }
    let is_finding = |decision: &Decision| {
        !matches!(
            decision.kind,
            DecisionKind::Waits | DecisionKind::NextStage | DecisionKind::Complete
        )
    };
    Ok(match advanced.iter().flat_map(|advanced| &advanced.decisions).any(is_finding) {
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
