use clap::{Args, Subcommand};
use isoflag::Activity;

use crate::console::Console;
use crate::finding::Findings;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::replacement::replace;

/// Work with activity: how often each flag served what, as programs recorded it
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Merge(Merge),
}

/// Add up the activity of several processes, as canonical JSON
///
/// Counts are added; the first time is the earliest of all, the last the latest. Where one of the
/// files is no activity, nothing is written.
#[derive(Args)]
struct Merge {
    /// Files that `flush` or `take` of a recorder wrote; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,

    /// The file to write, which may be one of those; standard output if it is not given
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let Command::Merge(merge) = &arguments.command;
    let mut all = Activity::default();
    for file in &merge.files {
        let source = input.read(file)?;
        let activity = Activity::from_json(&source.bytes)
            .map_err(|error| Failure::Rendered(Findings::new(&source).activity_error(&error)))?;
        all.merge(&activity);
    }
    let text = all.to_canonical_json();
    match &merge.out {
        None => console.line(text)?,
        Some(file) => replace(file, (text + "\n").as_bytes())?,
    }
    Ok(Outcome::Fine)
}
