//! `isoflag deployed`: records the deployment of an artifact.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{Deployment, Ternary, deployment};

use crate::clock::{moment_argument, not_in_the_future};
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::LifecycleArguments;
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
    #[command(flatten)]
    lifecycle: LifecycleArguments,

    /// Build time of the artifact, in seconds since 1970 or as a date and time
    #[arg(long, value_name = "TIME", value_parser = moment_argument)]
    artifact_time: f64,

    /// Only list; write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let LifecycleArguments { now, format, .. } = &arguments.lifecycle;
    let now = now.seconds()?;
    let built = arguments.artifact_time;
    not_in_the_future(built, now, "`--artifact-time`")?;
    let documents = arguments.lifecycle.read(input)?;
    let mut found = Vec::new();
    for document in documents.iter() {
        match deployment(&document.flags, built, now) {
            Ok(deployment) => found.push(deployment),
            Err(error) => return document.refuse(&error, format.json, console),
        }
    }
    if !arguments.dry_run {
        let changes: Vec<_> = found.iter().map(|found| found.changes.clone()).collect();
        documents.write(&changes, None)?;
    }
    if format.json {
        let report = |found: &Deployment| {
            vec![
                ("artifactTimestamp", Value::from(built)),
                ("deployment", found.to_value()),
                ("written", Value::Bool(!arguments.dry_run)),
            ]
        };
        documents.print_json(found.iter().map(report).collect(), console)?;
        return Ok(Outcome::Fine);
    }
    let is_named = documents.iter().any(|document| document.environment.is_some());
    let environment = if is_named { &["ENVIRONMENT"][..] } else { &[] };
    let headings = [environment, &["FLAG", "STATUS", "IN THE ARTIFACT", "BETA"]].concat();
    let mut table = Table::new(&headings);
    for (document, found) in documents.iter().zip(&found) {
        for feature in &found.features {
            let included = match feature.included {
                Ternary::Unknown => "unknown: no `stagedTimestamp`",
                answer => answer.as_str(),
            };
            let environment = document.environment.as_ref().map(Cell::new);
            let cells = [
                Cell::new(&*feature.key),
                Cell::new(feature.status.as_str()),
                Cell::new(included),
                Cell::new(if feature.beta { "yes" } else { "" }),
            ];
            table.row(environment.into_iter().chain(cells).collect());
        }
    }
    console.table(&table)?;
    Ok(Outcome::Fine)
}
