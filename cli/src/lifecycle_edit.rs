//! Writes changes of lifecycles and rollouts into documents in place: no other byte changes.
//!
//! One feature has a document in each environment. A subcommand computes the changes of all of them
//! before it writes the first.

use std::collections::BTreeSet;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use isoflag::{Flags, Object, Value};
use isoflag_tools::{LifecycleChange, LifecycleError, lifecycle, with_changes};

use crate::arguments::load_editable;
use crate::clock::{NowArgument, moment_argument, not_in_the_future};
use crate::command::Format;
use crate::console::Console;
use crate::input::{Input, Source};
use crate::labelled::{distinct_names, environment_file};
use crate::outcome::{Failure, Outcome};
use crate::replacement::{Change, replace_all};

/// The options of every subcommand that changes lifecycles or rollouts.
#[derive(Args)]
pub(crate) struct LifecycleArguments {
    /// Flag document
    #[arg(required_unless_present = "env")]
    file: Option<String>,

    /// Document of an environment, such as `prod=prod.json`, in place of FILE; repeatable. All of
    /// them are written, or none
    #[arg(long, value_name = "NAME=FILE", value_parser = environment_file)]
    env: Vec<(String, String)>,

    #[command(flatten)]
    pub(crate) now: NowArgument,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// The artifact that a subcommand is about.
#[derive(Args)]
pub(crate) struct ArtifactArguments {
    /// Module that the artifact contains, of a system with several: the features that name it in
    /// `lifecycle.modules` are in it, and no others
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) module: Option<String>,

    /// Build time of the artifact, in seconds since 1970 or as a date and time
    #[arg(long, value_name = "TIME", value_parser = moment_argument)]
    artifact_time: Option<f64>,
}

impl ArtifactArguments {
    /// The build time, which is not in the future.
    pub(crate) fn built(&self, now: f64) -> Result<Option<f64>, Failure> {
        if let Some(built) = self.artifact_time {
            not_in_the_future(built, now, "`--artifact-time`")?;
        }
        Ok(self.artifact_time)
    }

    /// Reports a module that no flag has, which may be misspelt.
    pub(crate) fn report_unknown(&self, documents: &Documents, console: &mut Console) {
        let Some(module) = self.module.as_deref() else { return };
        let has_it = |flags: &Flags| {
            flags.keys().any(|key| {
                lifecycle(flags, key).is_some_and(|lifecycle| lifecycle.is_in(Some(module)))
            })
        };
        if !documents.iter().any(|document| has_it(&document.flags)) {
            console.complain(format_args!(
                "note: no flag has the module `{module}` in its `lifecycle.modules`"
            ));
        }
    }
}

/// The option of subcommands that write on request.
#[derive(Args)]
pub(crate) struct WriteArgument {
    /// Rewrite the documents; no other byte changes
    #[arg(long)]
    pub(crate) write: bool,
}

impl LifecycleArguments {
    /// The current time, in seconds since the epoch, and the documents of a subcommand without other
    /// positional arguments.
    pub(crate) fn now_and_documents(&self, input: &mut Input) -> Result<(f64, Documents), Failure> {
        Ok((self.now.seconds()?, self.read(input)?))
    }

    /// Whether a document is to be read from standard input.
    pub(crate) fn reads_standard_input(&self) -> bool {
        let files = self.env.iter().map(|(_, file)| file).chain(&self.file);
        files.into_iter().any(|file| file == "-")
    }

    fn read(&self, input: &mut Input) -> Result<Documents, Failure> {
        let (documents, others) = self.read_before(&[], input)?;
        match others.first() {
            Some(file) => Err(Failure::message(format!(
                "`{file}`: name a document either as FILE or with `--env NAME={file}`"
            ))),
            None => Ok(documents),
        }
    }

    /// Reads the documents, and returns the other positional arguments: with `--env` the first one
    /// is not a file.
    pub(crate) fn read_before(
        &self,
        others: &[String],
        input: &mut Input,
    ) -> Result<(Documents, Vec<String>), Failure> {
        let Some((first, environments)) = self.env.split_first() else {
            let file = self.file.as_deref().unwrap_or_default();
            let first = Edited::read(file, input)?;
            return Ok((Documents { first, others: Vec::new() }, others.to_vec()));
        };
        distinct_names(&self.env)?;
        let mut files = BTreeSet::new();
        let mut read = |(name, file): &'_ (String, String)| {
            if !files.insert(std::fs::canonicalize(file).unwrap_or_else(|_| file.into())) {
                return Err(Failure::message(format!(
                    "`--env`: `{file}` is given twice; each environment has a document of its own"
                )));
            }
            let document = Edited::read(file, input)?;
            Ok(Edited { environment: Some(name.clone()), ..document })
        };
        let first = read(first)?;
        let documents = Documents {
            first,
            others: environments.iter().map(read).collect::<Result<_, Failure>>()?,
        };
        Ok((documents, self.file.iter().chain(others).cloned().collect()))
    }
}

/// The documents of a run: one, or one for each environment.
pub(crate) struct Documents {
    first: Edited,
    others: Vec<Edited>,
}

impl Documents {
    pub(crate) fn first(&self) -> &Edited {
        &self.first
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Edited> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Writes the changes of each document, and the record of an artifact, if any, with the versions
    /// that the core gives the changed items.
    pub(crate) fn write(
        &self,
        changes: &[Vec<LifecycleChange>],
        artifact: Option<&Value>,
    ) -> Result<(), Failure> {
        let later = |(document, changes): (&Edited, &Vec<LifecycleChange>)| {
            with_changes(&document.flags, changes, artifact)
                .map_err(|error| Failure::message(format!("`{}`: {error}", document.file)))
        };
        let later: Result<Vec<Flags>, Failure> = self.iter().zip(changes).map(later).collect();
        self.rewrite(&later?)
    }

    /// Writes later documents, where they differ. A document that was changed in the meantime is not
    /// overwritten. If one cannot be written, none is.
    pub(crate) fn rewrite(&self, later: &[Flags]) -> Result<(), Failure> {
        let mut texts = Vec::new();
        for (document, later) in self.iter().zip(later) {
            if later.digest() != document.flags.digest() {
                let text = document.source.with_changes(&document.flags, later)?;
                texts.push((document, text));
            }
        }
        let mut changes = Vec::new();
        for (document, text) in &texts {
            let (file, before) = (&document.file, &document.source.bytes);
            changes.push(Change { file, before, after: text.as_bytes() });
        }
        replace_all(&changes)
    }

    /// Prints the members of each document: alone, or as `{environments}` with their names.
    pub(crate) fn print_json(
        &self,
        reports: Vec<Vec<(&'static str, Value)>>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let report = |(document, members): (&Edited, Vec<(&'static str, Value)>)| {
            let environment = document.environment.as_deref().map(Value::from);
            let environment = environment.map(|name| ("environment", name));
            Value::Object(environment.into_iter().chain(members).collect())
        };
        let mut reports: Vec<Value> = self.iter().zip(reports).map(report).collect();
        let is_named = self.iter().any(|document| document.environment.is_some());
        match reports.pop() {
            Some(only) if !is_named => console.line(only),
            last => {
                let all: Value = reports.into_iter().chain(last).collect();
                console.line(Value::Object(Object::from_iter([("environments", all)])))
            }
        }
    }
}

/// A document that is edited.
pub(crate) struct Edited {
    file: String,
    /// Its name with `--env`.
    pub(crate) environment: Option<String>,
    pub(crate) source: Source,
    pub(crate) flags: Flags,
}

impl Edited {
    pub(crate) fn read(file: &str, input: &mut Input) -> Result<Edited, Failure> {
        let source = input.read(file)?;
        let flags = load_editable(&source)?;
        Ok(Edited { file: file.to_owned(), environment: None, source, flags })
    }

    /// The beginning of a line about the document: `prod: `, or nothing if it is the only one.
    pub(crate) fn label(&self) -> String {
        self.environment.as_ref().map(|name| format!("{name}: ")).unwrap_or_default()
    }

    /// Replaces the file, unless it was changed in the meantime.
    pub(crate) fn replace(&self, text: &str) -> Result<(), Failure> {
        let (file, before) = (&self.file, &self.source.bytes);
        replace_all(&[Change { file, before, after: text.as_bytes() }])
    }

    /// Reports why the core rejects a change; with `--json`, as `{error: {code, message, legal}}`.
    pub(crate) fn refuse(
        &self,
        error: &LifecycleError,
        json: bool,
        console: &mut Console,
    ) -> Result<Outcome, Failure> {
        if json {
            let legal = error.legal().iter().map(|status| Value::from(status.as_str())).collect();
            let members = [
                ("code", Value::from(error.code())),
                ("message", Value::from(error.to_string())),
                ("legal", legal),
            ];
            let environment = self.environment.as_deref().map(Value::from);
            let environment = environment.map(|name| ("environment", name));
            let error = Value::Object(members.into_iter().chain(environment).collect());
            console.line(Value::Object(Object::from_iter([("error", error)])))?;
        } else {
            console.complain(format_args!("error: `{}`: {error}", self.file));
        }
        Ok(Outcome::Findings)
    }
}
