//! Lists everything that a projection still contains.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isoflag::{Object, Path, Value, printable};

use super::{Projection, RefusedFlag};

/// The contents of a projection, and the flags that it leaves out.
#[derive(Clone, Debug)]
pub struct ProjectionReport {
    /// The digest of the projection.
    pub digest: String,
    /// The digest of the whole document.
    pub parent_digest: String,
    /// The length of the projection as canonical JSON, in bytes.
    pub bytes: usize,
    /// The length of the whole document as canonical JSON, in bytes.
    pub parent_bytes: usize,
    /// The number of flags.
    pub flags: usize,
    /// The number of flags of the whole document.
    pub parent_flags: usize,
    /// The number of flags that have one answer left.
    pub decided: usize,
    /// The flags that are refused.
    pub refused: Vec<RefusedFlag>,
    /// The private references that no part of the document compares.
    pub unused_private: Vec<Arc<str>>,
    /// The strings that a reader of the projection sees, by what they are.
    pub strings: Vec<VisibleString>,
}

/// A string in a projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleString {
    /// Its role, such as `flag key` or `clause value`.
    pub what: &'static str,
    /// The string.
    pub text: Arc<str>,
    /// The path of its first occurrence.
    pub path: String,
    /// The number of its occurrences.
    pub count: usize,
}

impl Projection {
    /// Returns the report.
    #[must_use]
    pub fn report(&self) -> ProjectionReport {
        let document = self.flags.document();
        let mut found = Strings::default();
        for (name, value) in document.as_object().into_iter().flat_map(Object::iter) {
            let path = Path::Root.member(name);
            match &**name {
                "flags" => found.items(&path, value, "flag key"),
                "segments" => found.items(&path, value, "segment key"),
                _ => found.all(value, "metadata", &path),
            }
        }
        let string = |((what, text), (path, count))| VisibleString { what, text, path, count };
        let parent = self.flags.parent_digest();
        ProjectionReport {
            digest: self.flags.digest().to_owned(),
            parent_digest: parent.unwrap_or_default().to_owned(),
            bytes: document.canonical_length(),
            parent_bytes: self.parent.document().canonical_length(),
            flags: self.flags.len(),
            parent_flags: self.parent.len(),
            decided: self.decided,
            refused: self.refused.clone(),
            unused_private: self.unused_private.clone(),
            strings: found.0.into_iter().map(string).collect(),
        }
    }
}

/// The strings found, each with its first path and its number.
#[derive(Default)]
struct Strings(BTreeMap<(&'static str, Arc<str>), (String, usize)>);

impl Strings {
    fn add(&mut self, what: &'static str, text: &Arc<str>, path: &Path<'_>) {
        if text.is_empty() {
            return;
        }
        let entry = self.0.entry((what, Arc::clone(text)));
        entry.or_insert_with(|| (path.to_string(), 0)).1 += 1;
    }

    /// Adds the keys of a section, and the strings of its items.
    fn items(&mut self, section: &Path<'_>, items: &Value, what: &'static str) {
        for (key, item) in items.as_object().into_iter().flat_map(Object::iter) {
            let path = section.key(key);
            self.add(what, key, &path);
            self.members(item, what, Shape::Other, &path);
        }
    }

    /// Adds the strings of an object's members, which are what their names say. `key` is the kind of
    /// key that items of this section have.
    fn members(&mut self, object: &Value, key: &'static str, shape: Shape, path: &Path<'_>) {
        let Some(members) = object.as_object() else { return };
        let operator = members.get("op").and_then(Value::as_str);
        for (name, value) in members.iter() {
            let own = path.member(name);
            let what = match &**name {
                "key" => key,
                "salt" => "salt",
                "id" => "rule id",
                "attribute" | "bucketBy" => "attribute name",
                "op" => "operator",
                "contextKind" | "rolloutContextKind" | "unboundedContextKind" => "context kind",
                "included" | "excluded" => "key in a segment",
                "values" if operator == Some("segmentMatch") => "segment key",
                "values" if operator.is_some() => "clause value",
                "values" if key == "segment key" => "key in a segment",
                "values" => "target key",
                // Indices and weights.
                "variations" if shape == Shape::Rollout => continue,
                "variations" => "variation value",
                "kind" | "hash" => "kind of rollout",
                "rollout" => {
                    self.members(value, key, Shape::Rollout, &own);
                    continue;
                }
                _ => {
                    self.parts(value, key, &own);
                    continue;
                }
            };
            self.all(value, what, &own);
        }
    }

    /// Adds the strings of a list of objects, or of an object.
    fn parts(&mut self, value: &Value, key: &'static str, path: &Path<'_>) {
        match value {
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.members(element, key, Shape::Other, &path.element(index));
                }
            }
            other => self.members(other, key, Shape::Other, path),
        }
    }

    /// Adds all strings of a value, names of members included.
    fn all(&mut self, value: &Value, what: &'static str, path: &Path<'_>) {
        match value {
            Value::String(text) => self.add(what, text, path),
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.all(element, what, &path.element(index));
                }
            }
            Value::Object(members) => {
                for (name, value) in members.iter() {
                    let path = path.member(name);
                    if what != "metadata" {
                        self.add(what, name, &path);
                    }
                    self.all(value, what, &path);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The kind of an object whose members mean something else than elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Rollout,
    Other,
}

impl ProjectionReport {
    /// `{digest, parentDigest, bytes, parentBytes, flags, parentFlags, decided, refused,
    /// unusedPrivate, strings}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let count = |count: usize| Value::from(count as f64);
        let text = |text: &Arc<str>| Value::String(Arc::clone(text));
        let object = |members: &[(&str, Value)]| -> Value {
            members.iter().cloned().collect::<Object>().into()
        };
        let refused = self.refused.iter().map(|each| {
            object(&[
                ("key", text(&each.key)),
                ("private", text(&each.private)),
                ("place", each.place.as_str().into()),
            ])
        });
        let strings = self.strings.iter().map(|each| {
            object(&[
                ("what", each.what.into()),
                ("text", text(&each.text)),
                ("path", each.path.as_str().into()),
                ("count", count(each.count)),
            ])
        });
        object(&[
            ("digest", self.digest.as_str().into()),
            ("parentDigest", self.parent_digest.as_str().into()),
            ("bytes", count(self.bytes)),
            ("parentBytes", count(self.parent_bytes)),
            ("flags", count(self.flags)),
            ("parentFlags", count(self.parent_flags)),
            ("decided", count(self.decided)),
            ("refused", refused.collect()),
            ("unusedPrivate", self.unused_private.iter().map(text).collect()),
            ("strings", strings.collect()),
        ])
    }
}

impl ProjectionReport {
    /// Returns a line for each flag that is refused, and for each private reference that is unused.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|refused| {
            let (key, private) = (printable(&refused.key), printable(&refused.private));
            format!("`{key}` is left out, because {} shows `{private}`", refused.place)
        });
        let unused = self
            .unused_private
            .iter()
            .map(|private| format!("no part of the document compares `{}`", printable(private)));
        refused.chain(unused).collect()
    }
}

impl fmt::Display for ProjectionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.bytes as f64 * 1000.0 / self.parent_bytes.max(1) as f64).round() as u64;
        writeln!(
            f,
            "{} of {} bytes ({}.{}%), {} of {} flags, {} of them with one answer",
            self.bytes,
            self.parent_bytes,
            tenths / 10,
            tenths % 10,
            self.flags,
            self.parent_flags,
            self.decided
        )?;
        for complaint in self.complaints() {
            writeln!(f, "{complaint}")?;
        }
        let mut what = "";
        for string in &self.strings {
            if string.what != what {
                what = string.what;
                write!(f, "\n{what}\n")?;
            }
            let text = printable(&string.text).to_string();
            writeln!(f, "  {text:<40} {}", printable(&string.path))?;
        }
        Ok(())
    }
}
