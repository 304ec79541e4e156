//! Evidence that tests evaluated flags: the file that `ISOFLAG_EVIDENCE` names.
//!
//! `certify` names the file, and each process that evaluates flags appends to it: a line of
//! activity for each flag, document and variation. Several processes may write at once.

use std::fs::OpenOptions;
use std::io::Write;

use isoflag::{Flags, Object, Value};
use isoflag_tools::Activity;

use crate::input::Input;
use crate::outcome::Failure;
use crate::replacement::unwritable;

/// The environment variable that names the file.
pub(crate) const EVIDENCE: &str = "ISOFLAG_EVIDENCE";

/// Appends an evaluation if the environment names a file.
pub(crate) fn record(
    flags: &Flags,
    key: &str,
    variation: Option<u32>,
    now: f64,
) -> Result<(), Failure> {
    let Some(file) = std::env::var_os(EVIDENCE).filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    let object = |name: &str, value: Value| Object::from_iter([(name, value)]);
    let variation = variation.map_or("default".to_owned(), |index| index.to_string());
    let counts = object(flags.digest(), object(&variation, Value::from(1)).into());
    let moment = Value::from((now * 1000.0).floor());
    let flag = [("counts", counts.into()), ("first", moment.clone()), ("last", moment)];
    let flags = object(key, Object::from_iter(flag).into());
    let activity = Object::from_iter([("activity", Value::from(1)), ("flags", flags.into())]);
    let line = format!("{}\n", Value::Object(activity).to_canonical_json());
    let opened = OpenOptions::new().create(true).append(true).open(&file);
    let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|error| unwritable(&file.to_string_lossy(), &error))
}

/// Reads the evaluations. An incomplete line, for example of a killed process, is skipped.
pub(crate) fn read(file: &str, input: &mut Input) -> Result<Activity, Failure> {
    let source = input.read(file)?;
    let mut all = Activity::default();
    for line in source.bytes.split(|byte| *byte == b'\n') {
        if let Ok(activity) = Activity::from_json(line) {
            all.merge(&activity);
        }
    }
    Ok(all)
}
