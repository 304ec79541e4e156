//! `isoflag check`: reports mistakes in documents.

use clap::{Args, ValueEnum};
use isoflag::{Code, Diagnostic, DocumentError, Flags, Severity, Value};
use isoflag_tools::{
    CheckOptions, NamePattern, ProjectionOptions, ProjectionReport, check, project,
};

use super::project::PrivateArgument;
use crate::arguments::Container;
use crate::clock::NowArgument;
use crate::command::{Format, object};
use crate::console::Console;
use crate::finding::{Findings, LineColumn};
use crate::input::{Input, Source};
use crate::labelled::{distinct_names, environment_file};
use crate::outcome::{Failure, Outcome};

/// Report mistakes in documents, with their positions
///
/// Unreachable rules, clauses that never match, weights that do not add up, variations that are
/// never served, and everything invalid. docs/diagnostics.md explains every code.
///
/// The exit code is 1 if a document has an error, and 2 if one cannot be read.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag documents (`-` for stdin)
    #[arg(required_unless_present = "env", value_name = "FILE")]
    files: Vec<String>,

    /// Document of an environment, such as `prod=prod.json`; repeatable. A flag that is on there
    /// but off in `dev` is an error, and one that is on in `prod` but off in `staging`. A feature
    /// with another status is a warning
    #[arg(long, value_name = "NAME=FILE", value_parser = environment_file)]
    env: Vec<(String, String)>,

    #[command(flatten)]
    container: Container,

    /// Treat these as errors too
    #[arg(long, value_enum)]
    deny: Option<Deny>,

    /// Do not report findings with this code; repeatable
    #[arg(long, value_name = "CODE", value_parser = code)]
    allow: Vec<Code>,

    /// Require keys to match a pattern such as `team.feature`, or a regular expression such as
    /// `/^[a-z.-]+$/`
    #[arg(
        long,
        value_name = "PATTERN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = NamePattern::USUAL
    )]
    names: Option<String>,

    /// Require each flag to have an owner
    #[arg(long)]
    owners: bool,

    /// Maximum number of flags of a team
    #[arg(long, value_name = "COUNT")]
    max_flags_per_team: Option<u32>,

    /// Maximum age of a flag in days
    #[arg(long, value_name = "DAYS")]
    max_age_days: Option<u32>,

    /// Print also what a browser can see, as `isoflag project --report` does. A flag that shows a
    /// value of `--private` is an error
    #[arg(long)]
    client: bool,

    #[command(flatten)]
    private: PrivateArgument,

    #[command(flatten)]
    now: NowArgument,

    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

fn code(name: &str) -> Result<Code, String> {
    let unknown = || "there is no such finding; docs/diagnostics.md lists the codes".to_owned();
    Code::named(name).ok_or_else(unknown)
}

/// The report on one file.
struct Report {
    source: Source,
    environment: Option<String>,
    loaded: Result<Flags, DocumentError>,
    found: Vec<Diagnostic>,
    client: Option<ProjectionReport>,
}

/// Notes that many flags share: text output has one line for all of them.
const FOLDED: [&str; 2] = ["name-pattern", "no-owner"];

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let options = arguments.options()?;
    distinct_names(&arguments.env)?;
    let plain = arguments.files.iter().map(|file| (None, file));
    let environments = arguments.env.iter().map(|(name, file)| (Some(name.clone()), file));
    let mut reports = Vec::new();
    for (environment, file) in plain.chain(environments) {
        let source = input.read(file)?;
        let loaded = arguments.container.load(&source);
        let found = loaded.as_ref().map(|flags| check(flags, &options)).unwrap_or_default();
        let client = loaded.as_ref().ok().map(|flags| arguments.client(flags)).transpose()?;
        let client = client.flatten();
        reports.push(Report { source, environment, loaded, found, client });
    }
    check_environments(&mut reports, &options);
    let outcomes = reports.iter().map(|report| report.outcome(arguments.deny));
    let outcome = outcomes.max().unwrap_or(Outcome::Fine);
    if arguments.format.json {
        let all: Value = reports.iter().map(Report::to_value).collect();
        console.line(all)?;
    } else {
        reports.iter().try_for_each(|report| report.print(console))?;
    }
    Ok(outcome)
}

/// Checks the documents of environments again, beside each other.
fn check_environments(reports: &mut [Report], options: &CheckOptions) {
    let named: Vec<(String, Flags)> = reports
        .iter()
        .filter_map(|report| Some((report.environment.clone()?, report.loaded.clone().ok()?)))
        .collect();
    let pairs: Vec<(&str, &Flags)> =
        named.iter().map(|(name, flags)| (name.as_str(), flags)).collect();
    let mut found = isoflag_tools::check_environments(&pairs, options).into_iter();
    let readable = |report: &&mut Report| report.environment.is_some() && report.loaded.is_ok();
    for report in reports.iter_mut().filter(readable) {
        report.found = found.next().unwrap_or_default();
    }
}

impl Arguments {
    /// Returns the report on the document of a browser, if it is to be printed.
    fn client(&self, flags: &Flags) -> Result<Option<ProjectionReport>, Failure> {
        if !self.client {
            return Ok(None);
        }
        let options =
            ProjectionOptions { private: self.private.references(), ..Default::default() };
        let projection = project(flags, &options);
        let projection = projection.map_err(|error| Failure::message(error.to_string()))?;
        Ok(Some(projection.report()))
    }

    fn options(&self) -> Result<CheckOptions, Failure> {
        let names = self.names.as_deref().map(NamePattern::read).transpose();
        Ok(CheckOptions {
            names: names.map_err(|error| Failure::message(format!("`--names`: {error}")))?,
            owners: self.owners.then_some(true),
            environment: None,
            now: Some(self.now.seconds()?),
            max_flags_per_team: self.max_flags_per_team,
            max_age_days: self.max_age_days.map(f64::from),
            allow: self.allow.clone(),
        })
    }
}

impl Report {
    fn outcome(&self, deny: Option<Deny>) -> Outcome {
        if self.loaded.is_err() {
            return Outcome::Unreadable;
        }
        if self.client.as_ref().is_some_and(|report| !report.refused.is_empty()) {
            return Outcome::Findings;
        }
        let worst = self.found.iter().map(Diagnostic::severity).max();
        let denied = if deny.is_some() { Severity::Warning } else { Severity::Error };
        if worst >= Some(denied) { Outcome::Findings } else { Outcome::Fine }
    }

    fn print(&self, console: &mut Console) -> Result<(), Failure> {
        let findings = Findings::new(&self.source);
        let flags = match &self.loaded {
            Ok(flags) => flags,
            Err(error) => return console.finding(&findings.error(error)),
        };
        let is_folded = |found: &&Diagnostic| {
            found.severity() == Severity::Info && FOLDED.contains(&found.code())
        };
        let mut shown: Vec<&Diagnostic> =
            self.found.iter().filter(|found| !is_folded(found)).collect();
        shown.sort_by_cached_key(|found| findings.place_of_diagnostic(found));
        for diagnostic in shown {
            console.finding(&findings.diagnostic(diagnostic))?;
            console.line("")?;
        }
        let count = |wanted| self.found.iter().filter(|found| found.severity() == wanted).count();
        console.line(format_args!(
            "{}: {}, {}, {}, {}",
            self.name(),
            counted(flags.len(), "flag"),
            counted(count(Severity::Error), "error"),
            counted(count(Severity::Warning), "warning"),
            counted(count(Severity::Info), "note"),
        ))?;
        for code in FOLDED {
            let alike = || self.found.iter().filter(is_folded).filter(|found| found.code() == code);
            if let Some(first) = alike().next() {
                let more = alike().count() - 1;
                let others = match more {
                    0 => String::new(),
                    _ => format!(" (and {} like it)", counted(more, "flag")),
                };
                console.line(format_args!("  note[{code}]: {}{others}", described(first)))?;
            }
        }
        if let Some(report) = &self.client {
            console.line("")?;
            console.lines(report)?;
        }
        Ok(())
    }

    fn name(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{environment} ({})", self.source.name),
            None => self.source.name.clone(),
        }
    }

    /// `{file, flags, digest, diagnostics}` or `{file, error}`, and `environment` and `client` if it
    /// has them.
    fn to_value(&self) -> Value {
        let findings = Findings::new(&self.source);
        let file = ("file", Value::from(self.source.name.as_str()));
        let environment = self.environment.as_deref().map(Value::from);
        let environment = environment.map(|name| ("environment", name));
        let members = match &self.loaded {
            Ok(flags) => {
                let found = self.found.iter();
                let diagnostics =
                    found.map(|found| diagnostic(found, findings.place_of_diagnostic(found)));
                let diagnostics = diagnostics.collect();
                vec![
                    file,
                    ("flags", number(flags.len())),
                    ("digest", Value::from(flags.digest())),
                    ("diagnostics", diagnostics),
                ]
            }
            Err(found) => vec![file, ("error", error(found, findings.place_of_error(found)))],
        };
        let client = self.client.as_ref().map(|report| ("client", report.to_value()));
        Value::Object(members.into_iter().chain(environment).chain(client).collect())
    }
}

/// A note without an excerpt: its message, which names the flag or follows its path.
fn described(found: &Diagnostic) -> String {
    if found.message().starts_with('`') {
        found.message().to_owned()
    } else {
        format!("`{}`: {}", found.path(), found.message())
    }
}

/// `{severity, code, path, message, line, column}`.
fn diagnostic(found: &Diagnostic, place: Option<LineColumn>) -> Value {
    let (line, column) = numbers(place);
    object([
        ("severity", Value::from(found.severity().as_str())),
        ("code", Value::from(found.code())),
        ("path", Value::from(found.path().to_string())),
        ("message", Value::from(found.message())),
        ("line", line),
        ("column", column),
    ])
}

/// `{code, path, message, line, column}`.
fn error(found: &DocumentError, place: Option<LineColumn>) -> Value {
    let (line, column) = numbers(place);
    object([
        ("code", Value::from(found.code())),
        ("path", Value::from(found.path())),
        ("message", Value::from(found.message())),
        ("line", line),
        ("column", column),
    ])
}

fn numbers(place: Option<LineColumn>) -> (Value, Value) {
    match place {
        Some((line, column)) => (number(line), number(column)),
        None => (Value::Null, Value::Null),
    }
}

fn number(count: usize) -> Value {
    Value::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
