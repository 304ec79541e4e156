//! `isoflag deployed`: records the deployment of an artifact.

use clap::Args;
use isoflag::Value;
use isoflag_tools::{Deployment, Ternary, deployment};

use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::{ArtifactArguments, LifecycleArguments};
use crate::outcome::{Failure, Outcome};
use crate::table::{Cell, Table};

/// Record that an artifact is deployed: list its features, and add those that are done to Beta
///
/// The document is rewritten: a feature that is done and in the artifact gets its
/// `deployedTimestamp`; a feature that is not in it, for example after a return to an older
/// artifact, loses it. An artifact that `isoflag certify --write` has not certified as deployable
/// is rejected; the document records the last fifty of each module, by --artifact-time.
///
/// With --module, only the features that name the module in `lifecycle.modules` are listed. Such a
/// feature is in Beta once an artifact with it is deployed in each of its modules.
#[derive(Args)]
#[command(mut_arg("artifact_time", |time| time.required(true)))]
pub(crate) struct Arguments {
    #[command(flatten)]
    lifecycle: LifecycleArguments,

    #[command(flatten)]
    artifact: ArtifactArguments,

    /// Only list; write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let Arguments { lifecycle: LifecycleArguments { format, .. }, artifact, .. } = arguments;
    let (now, documents) = arguments.lifecycle.now_and_documents(input)?;
    let built = artifact.built(now)?.unwrap_or(now);
    let module = artifact.module.as_deref();
    let mut found = Vec::new();
    for document in documents.iter() {
        match deployment(&document.flags, module, built, now) {
            Ok(deployment) => found.push(deployment),
            Err(error) => return document.refuse(&error, format.json, console),
        }
    }
    artifact.report_unknown(&documents, console);
    if !arguments.dry_run {
        let changes: Vec<_> = found.iter().map(|found| found.changes.clone()).collect();
        documents.write(&changes, None)?;
    }
    if format.json {
        let report = |found: &Deployment| {
            vec![
                ("module", module.map(Value::from).unwrap_or_default()),
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
