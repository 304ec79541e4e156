//! `isoflag certify`: runs an artifact's tests under both strategies.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use clap::Args;
use isoflag::{Flags, Value};
use isoflag_tools::{
    Certification, CertificationVerdict, StepResult, Strategy, StrategyKind, Ternary, TestEvidence,
    certification, certification_by_evidence, followed_changes, with_strategy,
};

use crate::clock::date_and_time;
use crate::command::object;
use crate::console::Console;
use crate::evidence::{self, EVIDENCE};
use crate::input::Input;
use crate::lifecycle_edit::{ArtifactArguments, Edited, LifecycleArguments, WriteArgument};
use crate::outcome::{Failure, Outcome, reason};
use crate::replacement::replace;

/// Run all tests under Production State, then under Next Release, and report what may be deployed
///
/// The command gets the name of the strategy in ISOFLAG_STRATEGY, and the path of the document
/// under that strategy in ISOFLAG_DOCUMENT. If the first run passes, the artifact may be deployed;
/// if the second passes too, the features in Staging are done. After a fix in tests alone run this
/// again with the same --artifact-time to certify the same artifact.
///
/// Tests that evaluate no flag of that document certify nothing. ISOFLAG_EVIDENCE names the file in
/// which evaluations are recorded: by isoflag's pytest plugin and FlagClient, by `underStrategy` of
/// `isoflag/testing`, and by `isoflag eval`. A feature in Staging that the second run does not
/// evaluate remains there. The exit code is 0 if both passed and every feature was evaluated.
///
/// With several documents, the tests run with the first one, and the results are written to all. A
/// feature in Staging must have the same status in each of them.
///
/// Without --artifact-time, the artifact contains everything that is in Staging now. With --module, the
/// artifact contains the features that name the module in `lifecycle.modules`; such a feature is Done
/// once each of its modules is certified.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    lifecycle: LifecycleArguments,

    #[command(flatten)]
    artifact: ArtifactArguments,

    #[command(flatten)]
    write: WriteArgument,

    /// Trust the exit code of the command even if its tests evaluate no flags
    #[arg(long)]
    no_evidence: bool,

    /// Command that runs all tests, after `--`
    #[arg(required = true, last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    if cfg!(target_os = "wasi") {
        return Err(Failure::runs_a_program("`certify` runs a command"));
    }
    let Arguments { lifecycle: LifecycleArguments { format, .. }, artifact, .. } = arguments;
    if arguments.lifecycle.reads_standard_input() {
        return Err(Failure::message(
            "`certify` needs a file, because the command may read standard input",
        ));
    }
    let (now, documents) = arguments.lifecycle.now_and_documents(input)?;
    let built = artifact.built(now)?;
    artifact.report_unknown(&documents, console);
    let document = documents.first();
    // A document that would not take the statuses is reported before the tests run.
    let passed = StepResult::Passed;
    let module = artifact.module.as_deref();
    let hoped = certification(&document.flags, passed, passed, module, built, now);
    for other in documents.iter() {
        if let Err(error) = followed_changes(&hoped.changes, &other.flags, now) {
            return other.refuse(&error, format.json, console);
        }
    }
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::message(format!("cannot make a temporary folder: {}", reason(&error)))
    })?;
    let mut step = |kind| {
        if !format.json {
            console.complain(format_args!("{kind}: {}", arguments.command.join(" ")));
        }
        tested(arguments, document, kind, folder.path())
    };
    let first = step(StrategyKind::ProductionState)?;
    // Its result would change nothing for an artifact that may not be deployed.
    let second = match first.certifies(arguments) {
        true => step(StrategyKind::NextRelease)?,
        false => Step::not_run(),
    };
    let found = certified(arguments, &document.flags, [&first, &second], built, now);
    // Tests that evaluate nothing prove nothing about the artifact.
    let write = arguments.write.write && !first.is_unproved(arguments);
    if write {
        let changes = |other: &Edited| {
            followed_changes(&found.changes, &other.flags, now)
                .map_err(|error| Failure::message(error.to_string()))
        };
        let changes: Result<Vec<_>, _> = documents.iter().map(changes).collect();
        documents.write(&changes?, Some(&found.artifact(now)))?;
    }
    let steps = [("Production State", &first), ("Next Release", &second)];
    if format.json {
        let evaluated =
            |step: &Step| step.evaluated.iter().map(|key| Value::from(&**key)).collect();
        console.line(object([
            ("productionState", Value::from(first.result.as_str())),
            ("nextRelease", Value::from(second.result.as_str())),
            (
                "evaluated",
                object([
                    ("productionState", evaluated(&first)),
                    ("nextRelease", evaluated(&second)),
                ]),
            ),
            ("certification", found.to_value()),
            ("written", Value::Bool(write)),
        ]))?;
    } else {
        print(arguments, &found, steps, console)?;
    }
    for (name, step) in steps {
        if step.is_unproved(arguments) {
            console.complain(format_args!(
                "error: {name}: the tests passed, but evaluated no flag of the document that \
                 ISOFLAG_DOCUMENT names, or got defaults only, so they certify nothing; have them \
                 load it, or pass `--no-evidence` if they evaluate flags in a way that isoflag does \
                 not see"
            ));
        }
    }
    Ok(match found.verdict {
        CertificationVerdict::Certified if found.untested.is_empty() => Outcome::Fine,
        _ => Outcome::Findings,
    })
}

/// The test results under one strategy.
struct Step {
    result: StepResult,
    /// The flags of the document that they evaluated; under Next Release those that served a
    /// variation.
    evaluated: BTreeSet<Arc<str>>,
}

impl Step {
    fn not_run() -> Step {
        Step { result: StepResult::NotRun, evaluated: BTreeSet::new() }
    }

    /// Whether the tests passed without evaluating a flag, and evidence is required.
    fn is_unproved(&self, arguments: &Arguments) -> bool {
        let passed = self.result == StepResult::Passed;
        passed && self.evaluated.is_empty() && !arguments.no_evidence
    }

    fn certifies(&self, arguments: &Arguments) -> bool {
        self.result == StepResult::Passed && !self.is_unproved(arguments)
    }
}

fn certified(
    arguments: &Arguments,
    flags: &Flags,
    [first, second]: [&Step; 2],
    built: Option<f64>,
    now: f64,
) -> Certification {
    let module = arguments.artifact.module.as_deref();
    let (one, other) = (first.result, second.result);
    if arguments.no_evidence {
        return certification(flags, one, other, module, built, now);
    }
    let evidence = TestEvidence {
        production_state: first.evaluated.clone(),
        next_release: second.evaluated.clone(),
    };
    certification_by_evidence(flags, one, other, module, built, now, &evidence)
}

/// Runs the command under a strategy.
fn tested(
    arguments: &Arguments,
    document: &Edited,
    kind: StrategyKind,
    folder: &Path,
) -> Result<Step, Failure> {
    let flags = &document.flags;
    let under = with_strategy(flags, &Strategy::from(kind))
        .map_err(|error| Failure::message(format!("`{}`: {error}", document.source.name)))?;
    let file = folder.join(kind.as_str().to_lowercase().replace(' ', "-")).with_extension("json");
    replace(&file.to_string_lossy(), under.document().to_canonical_json().as_bytes())?;
    let evidence = file.with_extension("evidence").to_string_lossy().into_owned();
    replace(&evidence, b"")?;
    let [program, rest @ ..] = &*arguments.command else {
        return Err(Failure::message("no command; write it after `--`"));
    };
    // Standard output is reserved for the report.
    let status = Command::new(program)
        .args(rest)
        .env("ISOFLAG_STRATEGY", kind.as_str())
        .env("ISOFLAG_DOCUMENT", &file)
        .env(EVIDENCE, &evidence)
        .stdout(Stdio::from(std::io::stderr()))
        .status()
        .map_err(|error| Failure::message(format!("cannot run `{program}`: {}", reason(&error))))?;
    let activity = evidence::read(&evidence, &mut Input::default())?;
    let digest = under.digest();
    let mut evaluated = match kind {
        StrategyKind::NextRelease => TestEvidence::served_keys(&activity, digest),
        _ => TestEvidence::keys(&activity, digest),
    };
    evaluated.retain(|key| flags.contains(key));
    let result = if status.success() { StepResult::Passed } else { StepResult::Failed };
    Ok(Step { result, evaluated })
}

fn print(
    arguments: &Arguments,
    found: &Certification,
    steps: [(&str, &Step); 2],
    console: &mut Console,
) -> Result<(), Failure> {
    for (name, step) in steps {
        let result = step.result.as_str();
        match step.is_unproved(arguments) {
            false => console.line(format_args!("{name}: {result}"))?,
            true => console.line(format_args!("{name}: {result}, but no flag was evaluated"))?,
        }
    }
    let [(_, first), _] = steps;
    if first.is_unproved(arguments) {
        return Ok(());
    }
    let built = date_and_time(found.artifact_time);
    let deployable = if found.verdict.deployable() { "may" } else { "may not" };
    let module = found.module.as_ref().map(|module| format!(" `{module}`")).unwrap_or_default();
    console.line(format_args!("the artifact{module} of {built} {deployable} be deployed"))?;
    for change in &found.changes {
        let verb = if arguments.write.write { "is" } else { "would be" };
        if change.from == Some(change.to) {
            console.line(format_args!("`{}` {verb} certified in{module} now", change.key))?;
        } else {
            console.line(format_args!("`{}` {verb} {} now", change.key, change.to))?;
        }
    }
    for (key, modules) in &found.waiting {
        let modules = modules.join("`, `");
        console.line(format_args!("`{key}` remains in Staging until `{modules}` is certified"))?;
    }
    for key in &found.untested {
        let why = "the tests under Next Release did not evaluate it, or got the default";
        console.line(format_args!("`{key}` remains in Staging: {why}"))?;
    }
    for feature in &found.left {
        let why = match feature.included {
            Ternary::Unknown => "since when is unknown; write `statusTimestamp`",
            Ternary::Yes | Ternary::No => "the artifact is older",
        };
        console.line(format_args!("`{}` remains in {}: {why}", feature.key, feature.status))?;
    }
    Ok(())
}
