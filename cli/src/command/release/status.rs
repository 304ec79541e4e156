//! `isoflag status`: shows or sets the status of a feature.

use clap::Args;
use isoflag::{Flags, Value};
use isoflag_tools::{LifecycleChange, LifecycleError, Status, lifecycle, status_change};

use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::{LifecycleArguments, WriteArgument};
use crate::outcome::{Failure, Outcome};

/// Show the status of a feature and the statuses that may follow, or set it
///
/// The order is To Do, Doing, Staging, Done, Finished; from Staging and Done a feature may go back
/// to Doing. A flag without a status may get any. `isoflag certify` sets Done and `isoflag finish`
/// sets Finished; setting either directly needs --force. Without --write nothing is written, and
/// the exit code reports whether the status may follow.
///
/// With several documents, the status is set in all of them or in none. Each document must have the
/// flag, and the status must follow the one that it has there.
#[derive(Args)]
#[command(override_usage = "isoflag status [OPTIONS] <FILE> <KEY> [STATUS]\n       \
                            isoflag status [OPTIONS] --env <NAME=FILE>... <KEY> [STATUS]")]
pub(crate) struct Arguments {
    #[command(flatten)]
    lifecycle: LifecycleArguments,

    /// Key of the flag
    key: Option<String>,

    /// Status to set, in any style: `to-do`, `doing`, `staging`, `done` or `finished`
    status: Option<String>,

    #[command(flatten)]
    write: WriteArgument,

    /// Set Done without passed tests, or Finished before everybody has the feature
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let LifecycleArguments { now, format, .. } = &arguments.lifecycle;
    let write = arguments.write.write;
    let now = now.seconds()?;
    let others: Vec<String> = arguments.key.iter().chain(&arguments.status).cloned().collect();
    let (documents, others) = arguments.lifecycle.read_before(&others, input)?;
    let (key, wanted) = match others.as_slice() {
        [key] if write || arguments.force => {
            return Err(Failure::message(format!(
                "`--write` and `--force` need a status after `{key}`"
            )));
        }
        [key] => (key.as_str(), None),
        [key, status] => (key.as_str(), Some(status.as_str())),
        _ => return Err(Failure::message("name the key of a flag, then at most a status")),
    };
    let mut changes = Vec::new();
    for document in documents.iter() {
        match change(&document.flags, key, wanted, arguments.force, now) {
            Ok(change) => changes.push(change),
            Err(error) => return document.refuse(&error, format.json, console),
        }
    }
    let is_written = |change: &Option<LifecycleChange>| write && change.is_some();
    if write {
        let changes: Vec<Vec<_>> =
            changes.iter().map(|change| change.iter().cloned().collect()).collect();
        documents.write(&changes, None)?;
    }
    let statuses: Vec<Option<Status>> = documents
        .iter()
        .zip(&changes)
        .map(|(document, change)| {
            let held = lifecycle(&document.flags, key).and_then(|lifecycle| lifecycle.status);
            change.as_ref().filter(|_| write).map(|change| change.to).or(held)
        })
        .collect();
    let next = |status: &Option<Status>| status.map_or(&Status::ALL[..], Status::next);
    if format.json {
        let report = |(change, status): (&Option<LifecycleChange>, &Option<Status>)| {
            let next = next(status).iter().map(|status| Value::from(status.as_str())).collect();
            vec![
                ("key", Value::from(key)),
                ("status", status.map(|status| status.as_str().into()).unwrap_or_default()),
                ("next", next),
                ("change", change.as_ref().map(LifecycleChange::to_value).unwrap_or_default()),
                ("written", Value::Bool(is_written(change))),
            ]
        };
        documents.print_json(changes.iter().zip(&statuses).map(report).collect(), console)?;
        return Ok(Outcome::Fine);
    }
    for (document, (change, status)) in documents.iter().zip(changes.iter().zip(&statuses)) {
        let label = document.label();
        match (change, status) {
            (Some(change), _) => {
                let verb = if write { "is" } else { "would be" };
                console.line(format_args!("{label}`{key}` {verb} {} now", change.to))?;
            }
            (None, Some(status)) => console.line(format_args!("{label}`{key}` is {status}"))?,
            (None, None) => console.line(format_args!("{label}`{key}` has no status"))?,
        }
        let names: Vec<&str> = next(status).iter().map(|status| status.as_str()).collect();
        if wanted.is_none() {
            let follows = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            console.line(format_args!("{label}next: {follows}"))?;
        }
    }
    Ok(Outcome::Fine)
}

/// The change to a status; `None` if the flag has it, or none is requested.
fn change(
    flags: &Flags,
    key: &str,
    wanted: Option<&str>,
    force: bool,
    now: f64,
) -> Result<Option<LifecycleChange>, LifecycleError> {
    if lifecycle(flags, key).is_none() {
        return Err(LifecycleError::UnknownFlag(key.into()));
    }
    let Some(name) = wanted else { return Ok(None) };
    let Some(to) = Status::named(name) else {
        return Err(LifecycleError::UnknownStatus(name.into()));
    };
    match status_change(flags, key, to, now)? {
        Some(change) if change.to.command().is_some() && !force => {
            Err(LifecycleError::ByHand(key.into(), change.to))
        }
        change => Ok(change),
    }
}
