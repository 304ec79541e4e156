use clap::{Args, ValueEnum};
use isoflag::{Diagnostic, DocumentError, Flags, Severity, Value};

use super::{Format, object};
use crate::console::Console;
use crate::document::Container;
use crate::finding::{Findings, LineColumn};
use crate::input::{Input, Source};
use crate::outcome::{Failure, Outcome};

/// Say what is wrong with documents, and where
///
/// The exit code is 1 if a document has an error, and 2 if one cannot be read.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The flag documents, or `-`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,

    #[command(flatten)]
    container: Container,

    /// Take these for errors too
    #[arg(long, value_enum)]
    deny: Option<Deny>,

    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

/// What came of one file.
struct Report {
    source: Source,
    loaded: Result<Flags, DocumentError>,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Fine;
    let mut reports = Vec::new();
    for file in &arguments.files {
        let source = input.read(file)?;
        let report = Report { loaded: arguments.container.load(&source), source };
        outcome = outcome.max(report.outcome(arguments.deny));
        if arguments.format.json {
            reports.push(report.to_value());
        } else {
            report.print(console)?;
        }
    }
    if arguments.format.json {
        console.line(Value::from(reports))?;
    }
    Ok(outcome)
}

impl Report {
    fn outcome(&self, deny: Option<Deny>) -> Outcome {
        let Ok(flags) = &self.loaded else {
            return Outcome::Unreadable;
        };
        let worst = flags.diagnostics().iter().map(Diagnostic::severity).max();
        let denied = if deny.is_some() { Severity::Warning } else { Severity::Error };
        if worst >= Some(denied) { Outcome::Findings } else { Outcome::Fine }
    }

    fn print(&self, console: &mut Console) -> Result<(), Failure> {
        let mut findings = Findings::new(&self.source);
        let flags = match &self.loaded {
            Ok(flags) => flags,
            Err(error) => return console.line(findings.error(error)),
        };
        for diagnostic in flags.diagnostics() {
            console.line(findings.diagnostic(diagnostic))?;
            console.line("")?;
        }
        let count = |wanted| {
            flags.diagnostics().iter().filter(|diagnostic| diagnostic.severity() == wanted).count()
        };
        console.line(format_args!(
            "{}: {}, {}, {}, {}",
            self.source.name,
            counted(flags.len(), "flag"),
            counted(count(Severity::Error), "error"),
            counted(count(Severity::Warning), "warning"),
            counted(count(Severity::Info), "note"),
        ))
    }

    /// `{file, flags, digest, diagnostics}` or `{file, error}`.
    fn to_value(&self) -> Value {
        let mut findings = Findings::new(&self.source);
        let file = ("file", Value::from(self.source.name.as_str()));
        match &self.loaded {
            Ok(flags) => {
                let diagnostics: Vec<Value> = flags
                    .diagnostics()
                    .iter()
                    .map(|found| diagnostic(found, findings.place_of_diagnostic(found)))
                    .collect();
                object([
                    file,
                    ("flags", number(flags.len())),
                    ("digest", Value::from(flags.digest())),
                    ("diagnostics", Value::from(diagnostics)),
                ])
            }
            Err(found) => object([file, ("error", error(found, findings.place_of_error(found)))]),
        }
    }
}

/// `{severity, code, path, message, line, column}`.
fn diagnostic(found: &Diagnostic, place: Option<LineColumn>) -> Value {
    let (line, column) = numbers(place);
    object([
        ("severity", Value::from(found.severity().as_str())),
        ("code", Value::from(found.code())),
        ("path", Value::from(found.path())),
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
