//! Reads parts of a document's source, and writes those of a projection.

use std::sync::{Arc, LazyLock};

use isoflag::{Object, Value, sort_by};

/// A part of a projection's source. A projection is written once, mostly from parts of the whole
/// document, so that no [`Value`] is made of it unless it is compiled.
pub(super) enum Source<'a> {
    /// A part of the whole document.
    Same(&'a Value),
    New(Value),
    List(Vec<Source<'a>>),
    /// Members in RFC 8785 order.
    Object(Members<'a>),
}

/// The members of an object.
pub(super) type Members<'a> = Vec<(&'static str, Source<'a>)>;

/// Returns an object with these members, each with another name. Most are in order already.
pub(super) fn object(mut members: Members<'_>) -> Source<'_> {
    // The names are ASCII.
    if !members.is_sorted_by_key(|(name, _)| *name) {
        sort_by(&mut members, |(one, _), (other, _)| one.cmp(other));
    }
    Source::Object(members)
}

impl<'a> Source<'a> {
    /// Appends the canonical text.
    pub(super) fn write(&self, text: &mut String) {
        match self {
            Source::Same(value) => value.write_canonical_json(text),
            Source::New(value) => value.write_canonical_json(text),
            Source::List(elements) => {
                text.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    element.write(text);
                }
                text.push(']');
            }
            Source::Object(members) => {
                let mut before = "{\"";
                for (name, member) in members {
                    text.push_str(before);
                    text.push_str(name);
                    text.push_str("\":");
                    member.write(text);
                    before = ",\"";
                }
                text.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Source::Same(value) => value.clone(),
            Source::New(value) => value,
            Source::List(elements) => elements.into_iter().map(Source::into_value).collect(),
            Source::Object(members) => {
                let shared = |(name, member): (_, Source)| (shared(name), member.into_value());
                Value::Object(Object::from_members(members.into_iter().map(shared).collect()))
            }
        }
    }
}

impl<'a, T: Into<Value>> From<T> for Source<'a> {
    fn from(value: T) -> Source<'a> {
        Source::New(value.into())
    }
}

impl<'a> FromIterator<Source<'a>> for Source<'a> {
    fn from_iter<I: IntoIterator<Item = Source<'a>>>(elements: I) -> Source<'a> {
        Source::List(elements.into_iter().collect())
    }
}

/// The names of members, by length: a projection has each of them in every flag.
const NAMES: [&str; 43] = [
    "id",
    "on",
    "op",
    "key",
    "hash",
    "kind",
    "meta",
    "salt",
    "seed",
    "flags",
    "rules",
    "negate",
    "values",
    "weight",
    "clauses",
    "rollout",
    "targets",
    "version",
    "bucketBy",
    "excluded",
    "included",
    "segments",
    "attribute",
    "unbounded",
    "untracked",
    "variation",
    "clientSide",
    "generation",
    "variations",
    "contextKind",
    "fallthrough",
    "trackEvents",
    "offVariation",
    "parentDigest",
    "prerequisites",
    "contextTargets",
    "excludedContexts",
    "includedContexts",
    "rolloutContextKind",
    "debugEventsUntilDate",
    "unboundedContextKind",
    "lastModifiedTimestamp",
    "trackEventsFallthrough",
];

/// Returns a name, which is allocated once.
fn shared(name: &str) -> Arc<str> {
    static SHARED: LazyLock<[Arc<str>; NAMES.len()]> = LazyLock::new(|| NAMES.map(Arc::from));
    let first = SHARED.partition_point(|known| known.len() < name.len());
    let same_length = SHARED.iter().skip(first).take_while(|known| known.len() == name.len());
    same_length.into_iter().find(|known| ***known == *name).map_or_else(|| name.into(), Arc::clone)
}

/// The member with this name; null counts as absent.
pub(super) fn member<'v>(source: &'v Value, name: &str) -> Option<&'v Value> {
    source.as_object()?.get(name).filter(|value| !value.is_null())
}

/// The element of a list that a member contains; null if the list is shorter.
pub(super) fn element<'v>(source: &'v Value, name: &str, index: usize) -> &'v Value {
    let list = member(source, name).and_then(Value::as_array);
    list.and_then(|list| list.get(index)).unwrap_or(&Value::Null)
}

/// The members with these names, without null ones.
pub(super) fn pick<'v>(
    source: &'v Value,
    names: &[&'static str],
) -> impl Iterator<Item = (&'static str, Source<'v>)> {
    names.iter().filter_map(|name| Some((*name, Source::Same(member(source, name)?))))
}

/// The member with this name, if it is a string.
pub(super) fn pick_text<'v>(
    source: &'v Value,
    name: &'static str,
) -> Option<(&'static str, Source<'v>)> {
    let text = member(source, name).filter(|value| value.as_str().is_some())?;
    Some((name, Source::Same(text)))
}
