//! `isoflag finish`: ends the rollout of a feature.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{LifecycleChange, finish};

use super::{Format, object};
use crate::clock::{NowArgument, date};
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::Edited;
use crate::outcome::{Failure, Outcome};

const WEEK: f64 = 7.0 * 86_400.0;

/// Finish the rollout of a feature: set its status, and when its flag should be removed
///
/// The document is rewritten. The flag is kept as a kill switch until the safety period ends; then
/// it should be removed from the code.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag document, which is rewritten
    file: String,

    /// Flags that are done and serve their "on" variation to everybody
    #[arg(required = true)]
    keys: Vec<String>,

    /// Weeks to keep the flag as a kill switch before it may be removed
    #[arg(long, value_name = "WEEKS", default_value_t = 4.0, value_parser = super::retire::weeks)]
    safety_weeks: f64,

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
    let now = arguments.now.seconds()?;
    let document = Edited::read(&arguments.file, input)?;
    let safety_period = (arguments.safety_weeks * WEEK).floor();
    let mut changes: Vec<LifecycleChange> = Vec::new();
    for key in &arguments.keys {
        match finish(&document.flags, key, safety_period, now) {
            Ok(change) => changes.extend(change),
            Err(error) => return document.refuse(&error, arguments.format.json, console),
        }
    }
    document.write(&changes, None)?;
    if arguments.format.json {
        let changes = changes.iter().map(LifecycleChange::to_value).collect();
        console.line(object([("now", Value::from(now)), ("changes", changes)]))?;
        return Ok(Outcome::Fine);
    }
    for key in &arguments.keys {
        if changes.iter().any(|change| *change.key == **key) {
            let until = date(now + safety_period);
            console.line(format_args!("`{key}` is Finished; remove it after {until}"))?;
        } else {
            console.line(format_args!("`{key}` is Finished already"))?;
        }
    }
    Ok(Outcome::Fine)
}
