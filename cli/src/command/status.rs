//! `isoflag status`: shows or sets the status of a feature.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{LifecycleChange, LifecycleError, Status, lifecycle, status_change};

use super::{Format, object};
use crate::clock::NowArgument;
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::Edited;
use crate::outcome::{Failure, Outcome};

/// Show the status of a feature and the statuses that may follow, or set it
///
/// The order is To Do, Doing, Staging, Done, Finished; from Staging and Done a feature may go back
/// to Doing. A flag without a status may get any. `isoflag certify` sets Done and `isoflag finish`
/// sets Finished; setting either directly needs --force. Without --write nothing is written, and
/// the exit code reports whether the status may follow.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag document
    file: String,

    /// Key of the flag
    key: String,

    /// Status to set, in any style: `to-do`, `doing`, `staging`, `done` or `finished`
    status: Option<String>,

    /// Rewrite the document; no other byte changes
    #[arg(long, requires = "status")]
    write: bool,

    /// Set Done without passed tests, or Finished before everybody has the feature
    #[arg(long, requires = "status")]
    force: bool,

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
    let key = arguments.key.as_str();
    let change = match (&arguments.status, lifecycle(&document.flags, key)) {
        (_, None) => Err(LifecycleError::UnknownFlag(key.into())),
        (None, Some(_)) => Ok(None),
        (Some(name), Some(_)) => match Status::named(name) {
            Some(to) => status_change(&document.flags, key, to, now),
            None => Err(LifecycleError::UnknownStatus(name.as_str().into())),
        },
    };
    let change = change.and_then(|change| match change {
        Some(change) if change.to.command().is_some() && !arguments.force => {
            Err(LifecycleError::ByHand(key.into(), change.to))
        }
        change => Ok(change),
    });
    let change = match change {
        Ok(change) => change,
        Err(error) => return document.refuse(&error, arguments.format.json, console),
    };
    let written = arguments.write && change.is_some();
    if written {
        document.write(change.as_slice(), None)?;
    }
    let held = lifecycle(&document.flags, key).and_then(|lifecycle| lifecycle.status);
    let status = change.as_ref().map(|change| change.to).filter(|_| written).or(held);
    let next = status.map_or(&Status::ALL[..], Status::next);
    if arguments.format.json {
        console.line(object([
            ("key", Value::from(key)),
            ("status", status.map(|status| status.as_str().into()).unwrap_or_default()),
            ("next", next.iter().map(|status| Value::from(status.as_str())).collect()),
            ("change", change.as_ref().map(LifecycleChange::to_value).unwrap_or_default()),
            ("written", Value::Bool(written)),
        ]))?;
        return Ok(Outcome::Fine);
    }
    match (&change, status) {
        (Some(change), _) => {
            let verb = if written { "is" } else { "would be" };
            console.line(format_args!("`{key}` {verb} {} now", change.to))?;
        }
        (None, Some(status)) => console.line(format_args!("`{key}` is {status}"))?,
        (None, None) => console.line(format_args!("`{key}` has no status"))?,
    }
    let names: Vec<&str> = next.iter().map(|status| status.as_str()).collect();
    if arguments.status.is_none() {
        let follows = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        console.line(format_args!("next: {follows}"))?;
    }
    Ok(Outcome::Fine)
}
