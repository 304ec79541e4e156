//! Files with labels: `production=flags.json`.

use std::path::Path;

use isoflag::{Flags, Value};

use crate::document::Container;
use crate::finding::Findings;
use crate::input::Input;
use crate::outcome::Failure;

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

/// Loads each document. The label defaults to its `meta.environment`, else to its file name.
pub(crate) fn documents(
    arguments: &[String],
    container: Container,
    input: &mut Input,
) -> Result<Vec<LabelledDocument>, Failure> {
    let mut documents: Vec<LabelledDocument> = Vec::new();
    for argument in arguments {
        let (label, file) = split(argument);
        let source = input.read(file)?;
        let flags = container
            .load(&source)
            .map_err(|error| Failure::Rendered(Findings::new(&source).error(&error)))?;
        let label = label.map(str::to_owned).or_else(|| environment(&flags));
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

/// `meta.environment`.
fn environment(flags: &Flags) -> Option<String> {
    let document = flags.document();
    let meta = document.as_object()?.get("meta")?.as_object()?;
    meta.get("environment").and_then(Value::as_str).map(str::to_owned)
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
