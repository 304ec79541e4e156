use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use isoflag::{Flags, Value};

use super::{Format, object};
use crate::console::Console;
use crate::finding::Findings;
use crate::input::{Input, Source};
use crate::json_text::{self, Span};
use crate::outcome::{Failure, Outcome};
use crate::place::Places;

/// Later than any stamp in seconds can be: whoever gives more means milliseconds.
const LATEST: u64 = 100_000_000_000;

/// Mark a document as changed now: set the time in its `meta` and raise its version
///
/// Everything else stays as it is, the hash and the layout of the text included.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The flag document, which is rewritten; `-` goes from standard input to standard output
    file: String,

    /// The time of the change, in seconds since 1970; the system's clock if it is not given
    #[arg(long, value_name = "SECONDS")]
    now: Option<u64>,

    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let now = match arguments.now {
        Some(seconds) => seconds,
        None => system_seconds()?,
    };
    if now > LATEST {
        return Err(Failure::message(format!(
            "`--now {now}` is no time in seconds; divide milliseconds by 1000"
        )));
    }
    let source = input.read(&arguments.file)?;
    let flags = load(&source)?;
    let version = match flags.version().unwrap_or(0).checked_add(1) {
        Some(version) => version,
        None => {
            return Err(Failure::message("`meta.version` cannot be raised any further"));
        }
    };
    let stamped = stamped(&source, version, now)?;
    let digest = load(&stamped)?.digest().to_string();

    let text = stamped.text().unwrap_or_default();
    if arguments.file == "-" {
        return console.document(text).map(|()| Outcome::Fine);
    }
    if let Err(error) = std::fs::write(&arguments.file, text) {
        return Err(Failure::message(format!("cannot write `{}`: {error}", arguments.file)));
    }
    if arguments.format.json {
        console.line(object([
            ("file", Value::from(arguments.file.as_str())),
            ("version", Value::from(version)),
            ("lastModifiedTimestamp", Value::from(now as f64)),
            ("digest", Value::from(digest)),
        ]))?;
    } else {
        console.line(format_args!("{}: version {version}, stamped {now}", arguments.file))?;
    }
    Ok(Outcome::Fine)
}

fn load(source: &Source) -> Result<Flags, Failure> {
    Flags::from_json(&source.bytes)
        .map_err(|error| Failure::Rendered(Findings::new(source).error(&error)))
}

fn system_seconds() -> Result<u64, Failure> {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(elapsed) => Ok(elapsed.as_secs()),
        Err(_) => {
            Err(Failure::message("the system's clock is before 1970; give the time by `--now`"))
        }
    }
}

/// The document with its two members changed, in place: no other byte moves.
fn stamped(source: &Source, version: i64, now: u64) -> Result<Source, Failure> {
    let lost = || Failure::message(format!("`{}`: cannot find where `meta` belongs", source.name));
    let mut text = source.text().ok_or_else(lost)?.to_string();
    match meta(&text) {
        Some(span) if text.get(span.clone()) == Some("null") => {
            text = spliced(&text, &span, "{}").ok_or_else(lost)?;
        }
        Some(_) => {}
        None => {
            let outer = container(&text).ok_or_else(lost)?;
            text = with_first_member(&text, &outer, "meta", "{}").ok_or_else(lost)?;
        }
    }
    for (name, value) in
        [("version", version.to_string()), ("lastModifiedTimestamp", now.to_string())]
    {
        let meta = meta(&text).ok_or_else(lost)?;
        if !text.get(meta.clone()).is_some_and(|value| value.starts_with('{')) {
            let (line, column) = Places::new(&text).line_column(meta.start);
            return Err(Failure::message(format!(
                "`{}:{line}:{column}`: `meta` is no object; write `{{}}`",
                source.name
            )));
        }
        text = with_member(&text, &meta, name, &value).ok_or_else(lost)?;
    }
    Ok(Source { name: source.name.clone(), bytes: text.into_bytes() })
}

/// The object that holds `flags`: the outermost, or a stream's `data`.
fn container(text: &str) -> Option<Span> {
    let root = json_text::root(text)?;
    let own = ["flags", "segments", "flagValues"]
        .iter()
        .any(|name| json_text::member(text, &root, name).is_some());
    match json_text::member(text, &root, "data") {
        Some(data) if !own => Some(data.value_span),
        _ => Some(root),
    }
}

fn meta(text: &str) -> Option<Span> {
    let meta = json_text::member(text, &container(text)?, "meta")?;
    Some(meta.value_span)
}

/// The text with that member of the object replaced, or added as its last.
fn with_member(text: &str, object: &Span, name: &str, value: &str) -> Option<String> {
    if let Some(member) = json_text::member(text, object, name) {
        return spliced(text, &member.value_span, value);
    }
    let members = json_text::members(text, object);
    let Some(last) = members.last() else {
        return spliced(text, object, &format!("{{\"{name}\": {value}}}"));
    };
    let colon = text.get(last.name_span.end..last.value_span.start)?;
    let gap = match members.len() {
        1 if !indentation(text, &last.name_span).contains('\n') => {
            if colon.contains(' ') {
                " "
            } else {
                ""
            }
        }
        _ => indentation(text, &last.name_span),
    };
    let end = last.value_span.end;
    spliced(text, &(end..end), &format!(",{gap}\"{name}\"{colon}{value}"))
}

/// The text with a member added as the first of the object.
fn with_first_member(text: &str, object: &Span, name: &str, value: &str) -> Option<String> {
    let Some(first) = json_text::members(text, object).into_iter().next() else {
        return spliced(text, object, &format!("{{\"{name}\": {value}}}"));
    };
    let colon = text.get(first.name_span.end..first.value_span.start)?;
    let indentation = indentation(text, &first.name_span);
    let gap = if indentation.is_empty() && colon.contains(' ') { " " } else { indentation };
    let start = first.name_span.start;
    spliced(text, &(start..start), &format!("\"{name}\"{colon}{value},{gap}"))
}

/// The white space before a place.
fn indentation<'t>(text: &'t str, span: &Span) -> &'t str {
    let before = text.get(..span.start).unwrap_or_default();
    before.get(before.trim_end().len()..).unwrap_or_default()
}

fn spliced(text: &str, span: &Span, replacement: &str) -> Option<String> {
    Some([text.get(..span.start)?, replacement, text.get(span.end..)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let source = Source { name: "it".into(), bytes: text.into() };
        let stamped = stamped(&source, 8, 99).unwrap();
        stamped.text().unwrap().to_string()
    }

    #[test]
    fn members_are_replaced_where_they_stand() {
        assert_eq!(
            of(
                "{\"meta\": {\"lastModifiedTimestamp\":1, \"version\" : 7,\n\"hash\":\"murmur3\"},\n\"flags\":{ } }"
            ),
            "{\"meta\": {\"lastModifiedTimestamp\":99, \"version\" : 8,\n\"hash\":\"murmur3\"},\n\"flags\":{ } }"
        );
    }

    #[test]
    fn members_are_added_in_the_layout_of_their_neighbours() {
        assert_eq!(
            of("{\n  \"flags\": {},\n  \"meta\": {\n    \"hash\": \"murmur3\"\n  }\n}\n"),
            "{\n  \"flags\": {},\n  \"meta\": {\n    \"hash\": \"murmur3\",\n    \"version\": 8,\n    \"lastModifiedTimestamp\": 99\n  }\n}\n"
        );
        assert_eq!(
            of("{\"meta\":{\"hash\":\"sha1\"},\"flags\":{}}"),
            "{\"meta\":{\"hash\":\"sha1\",\"version\":8,\"lastModifiedTimestamp\":99},\"flags\":{}}"
        );
        assert_eq!(
            of("{\"meta\": {\"hash\": \"sha1\"}, \"flags\": {}}"),
            "{\"meta\": {\"hash\": \"sha1\", \"version\": 8, \"lastModifiedTimestamp\": 99}, \"flags\": {}}"
        );
    }

    #[test]
    fn a_document_without_meta_gets_one() {
        assert_eq!(
            of("{\n  \"flags\": {}\n}"),
            "{\n  \"meta\": {\"version\": 8, \"lastModifiedTimestamp\": 99},\n  \"flags\": {}\n}"
        );
        assert_eq!(
            of("{\"path\":\"/\",\"data\":{\"flags\":{}}}"),
            "{\"path\":\"/\",\"data\":{\"meta\":{\"version\": 8, \"lastModifiedTimestamp\": 99},\"flags\":{}}}"
        );
        assert_eq!(
            of("{\"meta\": null, \"flags\": {}}"),
            "{\"meta\": {\"version\": 8, \"lastModifiedTimestamp\": 99}, \"flags\": {}}"
        );
    }

    #[test]
    fn of_duplicates_the_one_that_counts_is_changed() {
        assert_eq!(
            of("{\"flags\":{},\"meta\":{},\"meta\":{\"version\":1,\"version\":2}}"),
            "{\"flags\":{},\"meta\":{},\"meta\":{\"version\":1,\"version\":8,\"lastModifiedTimestamp\":99}}"
        );
    }

    #[test]
    fn meta_that_is_no_object_is_left_alone() {
        let source = Source { name: "it".into(), bytes: "{\"flags\":{},\n \"meta\": 3}".into() };
        let Err(failure) = stamped(&source, 8, 99) else { panic!("stamped") };
        assert_eq!(failure.to_string(), "error: `it:2:10`: `meta` is no object; write `{}`");
    }
}
