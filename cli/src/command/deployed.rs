//! `isoflag deployed`: records the deployment of an artifact.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{Ternary, deployment};

use super::{Format, object};
use crate::clock::{NowArgument, moment_argument, not_in_the_future};
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::Edited;
use crate::outcome::{Failure, Outcome};
use crate::table::{Cell, Table};

/// Record that an artifact is deployed: list its features, and add those that are done to Beta
///
/// The document is rewritten: a feature that is done and in the artifact gets its
/// `deployedTimestamp`; a feature that is not in it, for example after a return to an older
/// artifact, loses it. An artifact that `isoflag certify --write` has not certified as deployable
/// is rejected; the document records the last fifty, by --artifact-time.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag document, which is rewritten
    file: String,

    /// Build time of the artifact, in seconds since 1970 or as a date and time
    #[arg(long, value_name = "TIME", value_parser = moment_argument)]
    artifact_time: f64,

    /// Only list; write nothing
    #[arg(long)]
    dry_run: bool,

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
    let built = arguments.artifact_time;
    not_in_the_future(built, now, "`--artifact-time`")?;
    let document = Edited::read(&arguments.file, input)?;
    let found = match deployment(&document.flags, built, now) {
        Ok(found) => found,
        Err(error) => return document.refuse(&error, arguments.format.json, console),
    };
    if !arguments.dry_run {
        document.write(&found.changes, None)?;
    }
    if arguments.format.json {
        console.line(object([
            ("artifactTimestamp", Value::from(built)),
            ("deployment", found.to_value()),
            ("written", Value::Bool(!arguments.dry_run)),
        ]))?;
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new(&["FLAG", "STATUS", "IN THE ARTIFACT", "BETA"]);
    for feature in &found.features {
        let included = match feature.included {
            Ternary::Unknown => "unknown: no `stagedTimestamp`",
            answer => answer.as_str(),
        };
        table.row(vec![
            Cell::new(&*feature.key),
            Cell::new(feature.status.as_str()),
            Cell::new(included),
            Cell::new(if feature.beta { "yes" } else { "" }),
        ]);
    }
    console.table(&table)?;
    Ok(Outcome::Fine)
}
