use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use isoflag::{
    Certification, CertificationVerdict, Flags, StepResult, Strategy, StrategyKind, Tri, Value,
};

use super::{Format, object};
use crate::calendar::date_and_time;
use crate::clock::{NowArgument, moment_argument, not_in_the_future};
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::Edited;
use crate::outcome::{Failure, Outcome};
use crate::replacement::replace;
use crate::system_error::reason;

/// Run all tests under Production State, then under Next Release, and say what may be deployed
///
/// The command finds the name of the strategy in ISOFLAG_STRATEGY and the document under it in the
/// file that ISOFLAG_DOCUMENT names. Where the first run passes the artifact may be deployed; where
/// the second passes too, what is in Staging is done. After a fix in tests alone run this again:
/// with the same --artifact-time it is about the same artifact. The exit code is 0 where both passed.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The flag document
    file: String,

    /// When the artifact was built, in seconds since 1970 or as a date and time; if it is not given
    /// it holds everything that is in Staging now
    #[arg(long, value_name = "TIME", value_parser = moment_argument)]
    artifact_time: Option<f64>,

    /// Write into the document whether the artifact is deployable, and what is done
    #[arg(long)]
    write: bool,

    /// The command that runs all tests, after `--`
    #[arg(required = true, last = true, value_name = "COMMAND")]
    command: Vec<String>,

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
    if cfg!(target_os = "wasi") {
        return Err(Failure::message(
            "`certify` runs a command, which WebAssembly cannot; install the native binary: \
             `pip install 'isoflag[cli]'` or `cargo install isoflag-cli`",
        ));
    }
    let now = arguments.now.seconds()?;
    if let Some(built) = arguments.artifact_time {
        not_in_the_future(built, now, "`--artifact-time`")?;
    }
    if arguments.file == "-" {
        return Err(Failure::message(
            "`certify` needs a file, since the command may read the input",
        ));
    }
    let document = Edited::read(&arguments.file, input)?;
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::message(format!("cannot make a temporary folder: {}", reason(&error)))
    })?;
    let mut step = |kind| {
        if !arguments.format.json {
            console.complain(format_args!("{kind}: {}", arguments.command.join(" ")));
        }
        tested(arguments, &document.flags, kind, folder.path())
    };
    let production_state = step(StrategyKind::ProductionState)?;
    // What it would say of an artifact that may not be deployed changes nothing.
    let next_release = match production_state {
        StepResult::Passed => step(StrategyKind::NextRelease)?,
        StepResult::Failed | StepResult::NotRun => StepResult::NotRun,
    };
    let found =
        document.flags.certification(production_state, next_release, arguments.artifact_time, now);
    if arguments.write {
        document.write(&found.changes, Some(&found.artifact(now)))?;
    }
    if arguments.format.json {
        console.line(object([
            ("productionState", Value::from(production_state.as_str())),
            ("nextRelease", Value::from(next_release.as_str())),
            ("certification", found.to_value()),
            ("written", Value::Bool(arguments.write)),
        ]))?;
    } else {
        print(&found, [production_state, next_release], arguments.write, console)?;
    }
    Ok(match found.verdict {
        CertificationVerdict::Certified => Outcome::Fine,
        _ => Outcome::Findings,
    })
}

/// Runs the command under a strategy.
fn tested(
    arguments: &Arguments,
    flags: &Flags,
    kind: StrategyKind,
    folder: &Path,
) -> Result<StepResult, Failure> {
    let under = flags
        .with_strategy(&Strategy::from(kind))
        .map_err(|error| Failure::message(format!("`{}`: {error}", arguments.file)))?;
    let file = folder.join(kind.as_str().to_lowercase().replace(' ', "-")).with_extension("json");
    replace(&file.to_string_lossy(), under.document().to_canonical_json().as_bytes())?;
    let [program, rest @ ..] = &*arguments.command else {
        return Err(Failure::message("no command; write it after `--`"));
    };
    // Standard output is the report's.
    let status = Command::new(program)
        .args(rest)
        .env("ISOFLAG_STRATEGY", kind.as_str())
        .env("ISOFLAG_DOCUMENT", &file)
        .stdout(Stdio::from(std::io::stderr()))
        .status()
        .map_err(|error| Failure::message(format!("cannot run `{program}`: {}", reason(&error))))?;
    Ok(if status.success() { StepResult::Passed } else { StepResult::Failed })
}

fn print(
    found: &Certification,
    [production_state, next_release]: [StepResult; 2],
    write: bool,
    console: &mut Console,
) -> Result<(), Failure> {
    let built = date_and_time(found.artifact_time);
    let deployable = if found.verdict.deployable() { "may" } else { "may not" };
    console.line(format_args!("Production State: {}", production_state.as_str()))?;
    console.line(format_args!("Next Release: {}", next_release.as_str()))?;
    console.line(format_args!("the artifact of {built} {deployable} be deployed"))?;
    for change in &found.changes {
        let verb = if write { "is" } else { "would be" };
        console.line(format_args!("`{}` {verb} {} now", change.key, change.to))?;
    }
    for feature in &found.left {
        let why = match feature.included {
            Tri::Unknown => "nothing says since when; write `statusTimestamp`",
            Tri::Yes | Tri::No => "the artifact is older",
        };
        console.line(format_args!("`{}` stays in {}: {why}", feature.key, feature.status))?;
    }
    Ok(())
}
