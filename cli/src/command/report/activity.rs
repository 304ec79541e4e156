//! `isoflag activity`: works with recorded evaluations.

use clap::{Args, Subcommand};
use isoflag_tools::Activity;

use crate::console::Console;
use crate::finding::Findings;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::replacement::{Change, replace, replace_all};

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

    /// Output file, which may be one of the inputs (default: stdout)
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
    let mut held = None;
    for file in &merge.files {
        let source = input.read(file)?;
        let activity = Activity::from_json(&source.bytes)
            .map_err(|error| Failure::Rendered(Findings::new(&source).activity_error(&error)))?;
        all.merge(&activity);
        if merge.out.as_ref().is_some_and(|out| is_same(file, out)) {
            held = Some(source.bytes);
        }
    }
    let text = all.to_canonical_json();
    match (&merge.out, held) {
        (None, _) => console.line(text)?,
        (Some(file), None) => replace(file, (text + "\n").as_bytes())?,
        // The counts of another run are not lost.
        (Some(file), Some(before)) => {
            replace_all(&[Change { file, before: &before, after: (text + "\n").as_bytes() }])?;
        }
    }
    Ok(Outcome::Fine)
}

fn is_same(one: &str, other: &str) -> bool {
    let target = |file| std::fs::canonicalize(file).ok();
    target(one).is_some_and(|one| target(other) == Some(one))
}
