//! Reads earlier documents, each with the time from which it was current.

use std::path::Path;

use isoflag::Flags;
use isoflag_tools::read_moment;

use crate::clock::{moment, not_in_the_future};
use crate::document::Container;
use crate::finding::Findings;
use crate::input::{Input, unreadable};
use crate::labelled;
use crate::outcome::Failure;

/// A document, and the time from which it was current, in seconds since the epoch.
pub(crate) struct DatedFile {
    pub(crate) from: f64,
    pub(crate) flags: Flags,
}

/// Reads each `TIME=FILE`, file, or folder of files.
pub(crate) fn read(
    arguments: &[String],
    container: Container,
    now: f64,
    input: &mut Input,
) -> Result<Vec<DatedFile>, Failure> {
    let mut files = Vec::new();
    for argument in arguments {
        let (time, file) = labelled::split(argument);
        if time.is_none() && Path::new(file).is_dir() {
            for file in documents_in(file)? {
                files.push(dated(None, &file, container, now, input)?);
            }
        } else {
            files.push(dated(time, file, container, now, input)?);
        }
    }
    Ok(files)
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
    let source = input.read(file)?;
    let flags = container
        .load(&source)
        .map_err(|error| Failure::Rendered(Findings::new(&source).error(&error)))?;
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
