//! Files with labels, such as `production=flags.json`: documents, activity, and dated history.

use std::collections::BTreeSet;
use std::path::Path;

use isoflag::Flags;
use isoflag_tools::{Activity, environment, read_moment};

use crate::arguments::Container;
use crate::clock::{moment, not_in_the_future};
use crate::input::{Input, unreadable};
use crate::outcome::Failure;

/// The longest name of a document that becomes its label, in bytes.
const LONGEST: usize = 256;

/// A document, and the name of its environment or account.
pub(crate) struct LabelledDocument {
    pub(crate) label: String,
    pub(crate) flags: Flags,
}

/// The label before the first `=`, unless a file has the whole name.
pub(crate) fn split(argument: &str) -> (Option<&str>, &str) {
    match argument.split_once('=') {
        Some((label, file)) if !label.is_empty() && !Path::new(argument).exists() => {
            (Some(label), file)
        }
        _ => (None, argument),
    }
}

/// Parses the `NAME=FILE` of an environment's document.
pub(crate) fn environment_file(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), file.to_owned()))
        }
        _ => Err("expected `NAME=FILE`".to_owned()),
    }
}

/// Rejects two documents with the same name of an environment.
pub(crate) fn distinct_names(environments: &[(String, String)]) -> Result<(), Failure> {
    let mut names = BTreeSet::new();
    match environments.iter().find(|(name, _)| !names.insert(name)) {
        Some((name, _)) => Err(Failure::message(format!(
            "`--env`: two documents have the name `{name}`; rename one"
        ))),
        None => Ok(()),
    }
}

/// Loads each document. The label defaults to its `meta.environment`, else to its file name.
pub(crate) fn documents(
    arguments: &[String],
    container: Container,
    input: &mut Input,
) -> Result<Vec<LabelledDocument>, Failure> {
    let mut documents: Vec<LabelledDocument> = Vec::new();
    for argument in arguments {
        let (label, file) = split(argument);
        let flags = container.load_file(input, file)?;
        // Every row has the label.
        let own = || environment(&flags).filter(|name| name.len() <= LONGEST);
        let label = label.map(str::to_owned).or_else(own);
        let label = label.unwrap_or_else(|| {
            let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str());
            stem.unwrap_or(file).to_owned()
        });
        if documents.iter().any(|document| document.label == label) {
            return Err(Failure::message(format!(
                "`{file}`: another document has the label `{label}` too; write `LABEL={file}`"
            )));
        }
        documents.push(LabelledDocument { label, flags });
    }
    Ok(documents)
}

/// Activity by the label of an environment; without a label it applies to all of them.
#[derive(Default)]
pub(crate) struct ActivityFiles {
    everywhere: Option<Activity>,
    labelled: Vec<(String, Activity)>,
}

impl ActivityFiles {
    /// Reads each file; `now` is in seconds since the epoch. Labels must be known.
    pub(crate) fn read(
        arguments: &[String],
        labels: &[&str],
        now: f64,
        input: &mut Input,
    ) -> Result<ActivityFiles, Failure> {
        let mut files = ActivityFiles::default();
        for argument in arguments {
            let (label, file) = split(argument);
            if let Some(label) = label.filter(|label| !labels.contains(label)) {
                return Err(Failure::message(format!(
                    "`{argument}`: no document has the label `{label}`"
                )));
            }
            let activity = read_activity(file, now, input)?;
            match label {
                None => files.everywhere.get_or_insert_default().merge(&activity),
                Some(label) => files.of_label(label).merge(&activity),
            }
        }
        Ok(files)
    }

    fn of_label(&mut self, label: &str) -> &mut Activity {
        let index = self.labelled.iter().position(|(held, _)| held == label);
        let index = index.unwrap_or_else(|| {
            self.labelled.push((label.to_owned(), Activity::default()));
            self.labelled.len() - 1
        });
        match self.labelled.get_mut(index) {
            Some((_, activity)) => activity,
            None => self.everywhere.get_or_insert_default(),
        }
    }

    /// Returns the activity of an environment; `None` if there is no file for it.
    pub(crate) fn of(&self, label: &str) -> Option<Activity> {
        let own = self.labelled.iter().find(|(held, _)| held == label).map(|(_, own)| own);
        match (own, &self.everywhere) {
            (Some(own), Some(everywhere)) => {
                let mut all = own.clone();
                all.merge(everywhere);
                Some(all)
            }
            (own, everywhere) => own.or(everywhere.as_ref()).cloned(),
        }
    }
}

/// Reads one file; activity from a clock that is ahead of `now` is rejected.
pub(crate) fn read_activity(file: &str, now: f64, input: &mut Input) -> Result<Activity, Failure> {
    let source = input.read(file)?;
    let activity = Activity::from_json(&source.bytes)
        .map_err(|error| Failure::message(format!("`{file}`: {error}")))?;
    if let Some((_, last_ms)) = activity.window_ms() {
        not_in_the_future(last_ms / 1000.0, now, &format!("`{file}`: last evaluation"))?;
    }
    Ok(activity)
}

/// A document, and the time from which it was current, in seconds since the epoch.
pub(crate) struct DatedFile {
    pub(crate) from: f64,
    pub(crate) flags: Flags,
}

/// Reads each `TIME=FILE`, file, or folder of files, and returns those of each label. An argument may
/// begin with the label of its document; if there are several documents, it must.
pub(crate) fn read_histories(
    arguments: &[String],
    labels: &[&str],
    container: Container,
    now: f64,
    input: &mut Input,
) -> Result<Vec<Vec<DatedFile>>, Failure> {
    let mut histories: Vec<Vec<DatedFile>> = labels.iter().map(|_| Vec::new()).collect();
    for argument in arguments {
        let (label, rest) = split(argument);
        // A single document needs no label, so that a time is a time even if it is also its name.
        let is_time = labels.len() == 1 && label.is_some_and(|label| moment(label).is_some());
        let named = label.filter(|_| !is_time);
        let named = named.and_then(|label| labels.iter().position(|known| *known == label));
        let (place, argument) = match (named, labels) {
            (Some(place), _) => (place, rest),
            (None, [_]) => (0, argument.as_str()),
            (None, _) => {
                return Err(Failure::message(format!(
                    "`{argument}`: it is unknown whose history it is; write `LABEL={argument}`"
                )));
            }
        };
        let Some(files) = histories.get_mut(place) else { continue };
        read_history(argument, container, now, input, files)?;
    }
    Ok(histories)
}

fn read_history(
    argument: &str,
    container: Container,
    now: f64,
    input: &mut Input,
    files: &mut Vec<DatedFile>,
) -> Result<(), Failure> {
    let (time, file) = split(argument);
    if time.is_none() && Path::new(file).is_dir() {
        for file in documents_in(file)? {
            files.push(dated(None, &file, container, now, input)?);
        }
    } else {
        files.push(dated(time, file, container, now, input)?);
    }
    Ok(())
}

/// The JSON files of a folder, by name.
pub(crate) fn documents_in(folder: &str) -> Result<Vec<String>, Failure> {
    let unreadable = |error| unreadable(folder, &error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path.to_string_lossy().into_owned());
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::message(format!("`{folder}`: no file there ends in `.json`")));
    }
    Ok(files)
}

/// The time is the given one, else the document's timestamp, else the file name.
fn dated(
    time: Option<&str>,
    file: &str,
    container: Container,
    now: f64,
    input: &mut Input,
) -> Result<DatedFile, Failure> {
    let flags = container.load_file(input, file)?;
    let from = match time {
        Some(time) => moment(time),
        None => stamp(&flags).or_else(|| moment(Path::new(file).file_stem()?.to_str()?)),
    };
    let Some(from) = from else {
        return Err(Failure::message(format!(
            "`{file}`: the time from which it was current is unknown; write `2026-01-31={file}`"
        )));
    };
    not_in_the_future(from, now, &format!("`{file}`: its time"))?;
    Ok(DatedFile { from, flags })
}

/// `meta.lastModifiedTimestamp`.
fn stamp(flags: &Flags) -> Option<f64> {
    let document = flags.document();
    let meta = document.as_object()?.get("meta")?.as_object()?;
    read_moment(meta.get("lastModifiedTimestamp")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_ends_at_the_first_equals_sign() {
        for (argument, expected) in [
            ("prod=a.json", (Some("prod"), "a.json")),
            ("prod=a=b.json", (Some("prod"), "a=b.json")),
            ("a.json", (None, "a.json")),
            ("=a.json", (None, "=a.json")),
            ("prod=-", (Some("prod"), "-")),
        ] {
            assert_eq!(split(argument), expected);
        }
    }
}
