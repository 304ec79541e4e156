//! `isoflag activity`: works with recorded evaluations.

use std::path::Path;

use clap::{Args, Subcommand};
use isoflag_tools::Activity;

use crate::console::Console;
use crate::finding::Findings;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::replacement::{Change, OutArgument, replace, replace_all, target};

/// Work with recorded evaluations of flags (activity)
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Merge(Merge),
}

/// Merge the activity of several processes into canonical JSON
///
/// Counts are added; the time ranges are combined. If one of the files is not valid activity,
/// nothing is written.
#[derive(Args)]
struct Merge {
    /// Files written by a recorder's `flush` or `take` (`-` for stdin)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,

    #[command(flatten)]
    out: OutArgument,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let Command::Merge(merge) = &arguments.command;
    let mut all = Activity::default();
    let (out, mut held) = (merge.out.file(), None);
    for file in &merge.files {
        let source = input.read(file)?;
        let activity = Activity::from_json(&source.bytes)
            .map_err(|error| Failure::Rendered(Findings::new(&source).activity_error(&error)))?;
        all.merge(&activity);
        if file != "-" && out.is_some_and(|out| target(Path::new(file)) == target(Path::new(out))) {
            held = Some(source.bytes);
        }
    }
    let text = all.to_canonical_json();
    match (out, held) {
        (None, _) => console.line(text)?,
        (Some(file), None) => replace(file, (text + "\n").as_bytes())?,
        // The counts of another run are not lost.
        (Some(file), Some(before)) => {
            replace_all(&[Change { file, before: &before, after: (text + "\n").as_bytes() }])?;
        }
    }
    Ok(Outcome::Fine)
}
