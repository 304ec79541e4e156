//! `isoflag stamp`: sets the last-modified timestamps of a document.

use std::collections::BTreeSet;

use clap::Args;
use isoflag::{Flags, Value};
use isoflag_tools::changed_answers;

use super::Format;
use crate::arguments::load_editable;
use crate::clock;
use crate::console::Console;
use crate::input::{Input, Source};
use crate::json_edit::{Editor, Member};
use crate::outcome::{Failure, Outcome};
use crate::replacement::replace;

/// The member with the time of the last change of a document or a flag.
const STAMP: &str = "lastModifiedTimestamp";

/// Mark a document as changed now: set the time in its `meta` and raise its version
///
/// With the previous document, only the flags whose answers can have changed are marked: `isoflag
/// stamp OLD NEW` rewrites NEW. The others keep the time that they have in OLD. Everything else is
/// unchanged, including the hash and the layout of the text.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag document, which is rewritten; `-` reads stdin and writes stdout. With a second
    /// document, the previous one, which is only read
    file: String,

    /// New document, which is rewritten
    new: Option<String>,

    /// Time of the change, in seconds since 1970 (default: the system clock)
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
    let now = clock::seconds(arguments.now)?;
    let old = match &arguments.new {
        Some(_) => Some(load_editable(&input.read(&arguments.file)?)?),
        None => None,
    };
    let file = arguments.new.as_ref().unwrap_or(&arguments.file);
    let source = input.read(file)?;
    let new = load_editable(&source)?;
    let editor = Editor::new(&source)?;
    let stamps = match old {
        Some(old) => Stamps::of_the_changed(&old, &new, &editor, now)?,
        None => Stamps::of_the_document(&new, now)?,
    };
    let stamped = stamps.written_into(&editor)?;
    let flags = load_editable(&stamped)?;

    let text = stamped.text().unwrap_or_default();
    if file == "-" {
        return console.document(text).map(|()| Outcome::Fine);
    }
    if stamped.bytes != source.bytes {
        replace(file, text.as_bytes())?;
    }
    let version = flags.version().map(Value::from).unwrap_or_default();
    if arguments.format.json {
        let keys = stamps.changed.iter().flatten();
        let mut report = vec![
            ("file", Value::from(file.as_str())),
            ("version", version),
            (STAMP, Value::from(now as f64)),
            ("digest", Value::from(flags.digest())),
        ];
        if arguments.new.is_some() {
            report.push(("flags", keys.map(|key| Value::from(key.as_str())).collect()));
        }
        console.line(Value::Object(report.into_iter().collect()))?;
    } else {
        match &stamps.changed {
            None => console.line(format_args!("{file}: version {version}, stamped {now}"))?,
            Some(keys) if keys.is_empty() => {
                console
                    .line(format_args!("{file}: version {version}, no answer can have changed"))?;
            }
            Some(keys) => {
                let keys = keys.join("`, `");
                console.line(format_args!("{file}: version {version}, stamped {now}: `{keys}`"))?;
            }
        }
    }
    Ok(Outcome::Fine)
}

/// The changes to write. Times are JSON, since an older one is written back unchanged.
#[derive(Default)]
struct Stamps {
    version: Option<i64>,
    meta: Option<Value>,
    /// By key.
    flags: Vec<(String, Value)>,
    /// The flags whose answers can have changed, if the previous document is known.
    changed: Option<Vec<String>>,
}

impl Stamps {
    /// Marks the document as a whole.
    fn of_the_document(flags: &Flags, now: u64) -> Result<Stamps, Failure> {
        let meta = Some(Value::from(now as f64));
        Ok(Stamps { version: Some(raised(flags.version())?), meta, ..Stamps::default() })
    }

    /// Marks the flags of `new` whose answers can differ from `old`.
    fn of_the_changed(
        old: &Flags,
        new: &Flags,
        editor: &Editor<'_>,
        now: u64,
    ) -> Result<Stamps, Failure> {
        let now = Value::from(now as f64);
        let (before, after) = (old.document(), new.document());
        let changed = changed_answers(old, new);
        let has_changed: BTreeSet<&str> = changed.iter().map(|key| &**key).collect();
        let mut stamps = Stamps::default();
        let markable = editor.flags();
        let mut unmarked = false;
        for key in new.keys() {
            let stamp_in = |document| stamp_of(at(at(document, "flags"), key), "lifecycle");
            if has_changed.contains(key) {
                // A flag of `flagValues` has no member for a timestamp.
                unmarked |= !markable.contains_key(key);
                stamps.flags.push((key.to_owned(), now.clone()));
            } else if let Some(stamp) = stamp_in(&before)
                && stamp_in(&after) != Some(stamp)
            {
                stamps.flags.push((key.to_owned(), stamp.clone()));
            }
        }
        let held = stamp_of(&before, "meta").filter(|_| !unmarked);
        let meta = held.cloned().unwrap_or(now);
        stamps.meta = (stamp_of(&after, "meta") != Some(&meta)).then_some(meta);
        if old.digest() != new.digest() && new.version() <= old.version() {
            stamps.version = Some(raised(old.version())?);
        }
        stamps.changed = Some(changed.iter().map(ToString::to_string).collect());
        Ok(stamps)
    }

    /// Returns the document with its members changed in place: no other byte changes.
    fn written_into(&self, editor: &Editor<'_>) -> Result<Source, Failure> {
        let flags = editor.flags();
        let mut splices = Vec::new();
        for (key, stamp) in &self.flags {
            // A flag of `flagValues` has no member for a timestamp.
            let Some(flag) = flags.get(key.as_str()) else { continue };
            let lifecycle = Member::Object(vec![(STAMP, Member::of(stamp))]);
            splices.extend(editor.set(flag, &[("lifecycle", lifecycle)])?);
        }
        let version = self.version.map(|version| ("version", Member::of(&Value::from(version))));
        let time = self.meta.as_ref().map(|time| (STAMP, Member::of(time)));
        let meta: Vec<_> = version.into_iter().chain(time).collect();
        if !meta.is_empty() {
            splices.extend(editor.set_meta(meta)?);
        }
        editor.finish(splices)
    }
}

/// The version after this one.
fn raised(version: Option<i64>) -> Result<i64, Failure> {
    let raised = version.unwrap_or(0).checked_add(1);
    raised.ok_or_else(|| Failure::message("`meta.version` cannot be raised any further"))
}

static NOTHING: Value = Value::Null;

fn at<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.as_object().and_then(|object| object.get(name)).unwrap_or(&NOTHING)
}

/// The time in a flag's `lifecycle` or a document's `meta`.
fn stamp_of<'v>(holder: &'v Value, member: &str) -> Option<&'v Value> {
    Some(at(at(holder, member), STAMP)).filter(|stamp| !stamp.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let source = Source { name: "it".into(), bytes: text.into() };
        let stamps = Stamps { version: Some(8), meta: Some(Value::from(99)), ..Stamps::default() };
        stamps.written_into(&Editor::new(&source).unwrap()).unwrap().text().unwrap().to_string()
    }

    #[test]
    fn members_are_replaced_in_place() {
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
    fn meta_that_is_not_an_object_is_not_changed() {
        let source = Source { name: "it".into(), bytes: "{\"flags\":{},\n \"meta\": 3}".into() };
        let stamps = Stamps { version: Some(8), ..Stamps::default() };
        let Err(failure) = stamps.written_into(&Editor::new(&source).unwrap()) else {
            panic!("stamped")
        };
        assert_eq!(
            failure.to_string(),
            "error: `it:2:10`: `meta` is `3`, not an object; write `{}`"
        );
    }

    fn with_flag(text: &str) -> Result<String, Failure> {
        let source = Source { name: "it".into(), bytes: text.into() };
        let flags = vec![("f".to_owned(), Value::from(99))];
        let stamps = Stamps { flags, ..Stamps::default() };
        let stamped = stamps.written_into(&Editor::new(&source)?)?;
        Ok(stamped.text().unwrap().to_string())
    }

    #[test]
    fn a_flag_has_its_time_in_its_lifecycle() {
        for (before, after) in [
            (r#"{"f":{}}"#, r#"{"f":{"lifecycle": {"lastModifiedTimestamp": 99}}}"#),
            (
                r#"{"f":{"on":true}}"#,
                r#"{"f":{"on":true,"lifecycle":{"lastModifiedTimestamp": 99}}}"#,
            ),
            (
                r#"{"f": {"lifecycle": {"owner": "a"}}}"#,
                r#"{"f": {"lifecycle": {"owner": "a", "lastModifiedTimestamp": 99}}}"#,
            ),
            (
                r#"{"f":{"lifecycle":null},"f":{"lifecycle":null}}"#,
                r#"{"f":{"lifecycle":null},"f":{"lifecycle":{"lastModifiedTimestamp": 99}}}"#,
            ),
            (r#"{"f":7,"g":{}}"#, r#"{"f":7,"g":{}}"#),
        ] {
            let document = |flags: &str| format!("{{\"flags\": {flags}}}");
            assert_eq!(with_flag(&document(before)).unwrap(), document(after));
        }
        let Err(failure) = with_flag("{\"flags\":\n {\"f\": {\"lifecycle\": []}}}") else {
            panic!("stamped")
        };
        assert_eq!(
            failure.to_string(),
            "error: `it:2:22`: `lifecycle` is `[]`, not an object; write `{}`"
        );
    }
}
