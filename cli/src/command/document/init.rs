//! `isoflag init`: writes a new document.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use isoflag::{Flags, Value};

use crate::clock::{NowArgument, date};
use crate::command::{Format, object};
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::replacement::unwritable;

/// The version of the format of `meta`, raised when a member changes its meaning.
const FORMAT_VERSION: u32 = 1;

/// Write a new document, which uses murmur3 for rollouts
#[derive(Args)]
pub(crate) struct Arguments {
    /// Output file (`-` for stdout). Existing files are not overwritten
    #[arg(default_value = "flags.json")]
    file: String,

    /// Environment of the document
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    environment: Option<String>,

    /// Add a boolean flag that is off; repeatable
    #[arg(long = "flag", value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    flags: Vec<String>,

    #[command(flatten)]
    now: NowArgument,

    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    _input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let mut keys = BTreeSet::new();
    if let Some(key) = arguments.flags.iter().find(|key| !keys.insert(*key)) {
        return Err(Failure::message(format!("`--flag`: `{key}` is given twice; leave one out")));
    }
    let text = document(arguments, arguments.now.seconds()?);
    let digest = match Flags::from_json(text.as_bytes()) {
        Ok(flags) => flags.digest().to_string(),
        Err(error) => return Err(Failure::message(format!("the new document: {error}"))),
    };
    if arguments.file == "-" {
        console.document(&text)?;
        return Ok(Outcome::Fine);
    }
    write_new(&arguments.file, &text)?;
    if arguments.format.json {
        let file = Value::from(arguments.file.as_str());
        console.line(object([("file", file), ("digest", Value::from(digest))]))?;
    } else {
        console.line(format_args!("{}: written", arguments.file))?;
    }
    Ok(Outcome::Fine)
}

fn write_new(file: &str, text: &str) -> Result<(), Failure> {
    let written = OpenOptions::new().write(true).create_new(true).open(file).and_then(|mut new| {
        new.write_all(text.as_bytes()).inspect_err(|_| {
            // Half a document would be in the way of the next attempt.
            let _ = std::fs::remove_file(file);
        })
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::message(format!(
            "`{file}` exists already; choose another file, or remove it first"
        )),
        _ => unwritable(file, &error),
    })
}

fn document(arguments: &Arguments, now: f64) -> String {
    let environment = match &arguments.environment {
        Some(name) => format!(",\n    \"environment\": {}", Value::from(name.as_str())),
        None => String::new(),
    };
    let flags: Vec<String> = arguments.flags.iter().map(|key| flag(key, now)).collect();
    let flags = match flags.is_empty() {
        true => "{}".to_string(),
        false => format!("{{\n{}\n  }}", flags.join(",\n")),
    };
    format!(
        r#"{{
  "meta": {{
    "formatVersion": {FORMAT_VERSION},
    "version": 1,
    "hash": "murmur3"{environment}
  }},
  "flags": {flags},
  "segments": {{}}
}}
"#
    )
}

/// Writes a flag that is off. The key is the salt, so rollouts of different flags are independent.
fn flag(key: &str, now: f64) -> String {
    let (key, today) = (Value::from(key), Value::from(date(now)));
    format!(
        r#"    {key}: {{
      "key": {key},
      "version": 1,
      "on": false,
      "variations": [false, true],
      "offVariation": 0,
      "fallthrough": {{"variation": 1}},
      "salt": {key},
      "lifecycle": {{"createdTimestamp": {today}}}
    }}"#
    )
}
