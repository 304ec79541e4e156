//! `isoflag finish`: ends the rollout of a feature.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{LifecycleChange, finish};

use crate::clock::{WEEK, date, weeks};
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::LifecycleArguments;
use crate::outcome::{Failure, Outcome};

/// Finish the rollout of a feature: set its status, and when its flag should be removed
///
/// The document is rewritten. The flag is kept as a kill switch until the safety period ends; then
/// it should be removed from the code. With several documents, the feature must be rolled out in all
/// of them.
#[derive(Args)]
#[command(override_usage = "isoflag finish [OPTIONS] <FILE> <KEYS>...\n       \
                            isoflag finish [OPTIONS] --env <NAME=FILE>... <KEYS>...")]
pub(crate) struct Arguments {
    #[command(flatten)]
    lifecycle: LifecycleArguments,

    /// Flags that are done and serve their "on" variation to everybody
    keys: Vec<String>,

    /// Weeks to keep the flag as a kill switch before it may be removed
    #[arg(long, value_name = "WEEKS", default_value_t = 4.0, value_parser = weeks)]
    safety_weeks: f64,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let LifecycleArguments { now, format, .. } = &arguments.lifecycle;
    let now = now.seconds()?;
    let (documents, keys) = arguments.lifecycle.read_before(&arguments.keys, input)?;
    if keys.is_empty() {
        return Err(Failure::message("name the key of a flag after the document"));
    }
    let safety_period = (arguments.safety_weeks * WEEK).floor();
    let mut changes: Vec<Vec<LifecycleChange>> = Vec::new();
    for document in documents.iter() {
        let mut own = Vec::new();
        for key in &keys {
            match finish(&document.flags, key, safety_period, now) {
                Ok(change) => own.extend(change),
                Err(error) => return document.refuse(&error, format.json, console),
            }
        }
        changes.push(own);
    }
    documents.write(&changes, None)?;
    if format.json {
        let report = |changes: &Vec<LifecycleChange>| {
            let changes = changes.iter().map(LifecycleChange::to_value).collect();
            vec![("now", Value::from(now)), ("changes", changes)]
        };
        documents.print_json(changes.iter().map(report).collect(), console)?;
        return Ok(Outcome::Fine);
    }
    for (document, changes) in documents.iter().zip(&changes) {
        let label = document.label();
        for key in &keys {
            if changes.iter().any(|change| *change.key == **key) {
                let until = date(now + safety_period);
                console
                    .line(format_args!("{label}`{key}` is Finished; remove it after {until}"))?;
            } else {
                console.line(format_args!("{label}`{key}` is Finished already"))?;
            }
        }
    }
    Ok(Outcome::Fine)
}
