//! A context whose attributes are changed one by one.

use std::fmt;
use std::sync::Arc;

use isoflag::{AttributeReference, Context, Object, Value, printable, sort_by};

const KIND: &str = "kind";
const KEY: &str = "key";
const MULTI: &str = "multi";

/// One changed attribute of a context. A kind that is added or removed is a change of its key.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeChange {
    /// The kind of the context that has the attribute.
    pub kind: Arc<str>,
    /// The attribute.
    pub attribute: AttributeReference,
    /// The value before; `None` if the context lacks it.
    pub before: Option<Value>,
    /// The value after; `None` if it is removed.
    pub after: Option<Value>,
}

/// A change of one attribute; `None` removes it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) kind: Arc<str>,
    pub(super) attribute: AttributeReference,
    pub(super) to: Option<Value>,
}

/// The individual contexts by kind, and the attributes that have been changed. Each is changed only
/// once, so that every search ends.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    kinds: Object,
    changed: Vec<(Arc<str>, AttributeReference)>,
    /// The kinds that were added with a key that nothing needed, so that it may still be replaced.
    any_key: Vec<Arc<str>>,
}

impl AttributeChange {
    /// `{kind, attribute, before, after}`, without absent values.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = vec![
            ("kind", Value::String(Arc::clone(&self.kind))),
            ("attribute", Value::from(self.attribute.to_string())),
        ];
        members.extend(self.before.clone().map(|value| ("before", value)));
        members.extend(self.after.clone().map(|value| ("after", value)));
        Value::Object(members.into_iter().collect::<Object>())
    }
}

impl fmt::Display for AttributeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attribute = self.attribute.to_string();
        write!(f, "{}.{}: ", printable(&self.kind), printable(&attribute))?;
        let shown = |value: &Option<Value>| {
            value.as_ref().map_or_else(|| "absent".to_owned(), Value::to_canonical_json)
        };
        write!(f, "{} to {}", shown(&self.before), shown(&self.after))
    }
}

impl Draft {
    /// `None` for a legacy user whose key is empty, which no other form can express.
    pub(super) fn of(context: &Context) -> Option<Draft> {
        let value = context.to_value();
        let object = value.as_object()?;
        let kind = object.get(KIND)?.as_str()?;
        let members = without(object, KIND);
        let kinds = match kind {
            MULTI => members,
            kind => Object::default().with(kind, Value::Object(members)),
        };
        Some(Draft { kinds, changed: Vec::new(), any_key: Vec::new() })
    }

    /// The context; `None` if it is invalid.
    pub(super) fn context(&self) -> Option<Context> {
        let mut kinds = self.kinds.iter();
        let (members, kind) = match (kinds.next(), kinds.next()) {
            (Some((kind, Value::Object(only))), None) => (only, &**kind),
            _ => (&self.kinds, MULTI),
        };
        Context::from_value(Value::Object(members.with(KIND, Value::from(kind)))).ok()
    }

    /// The kinds that the context has.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Arc<str>> {
        self.kinds.iter().map(|(kind, _)| kind)
    }

    /// The value of an attribute.
    pub(super) fn get(&self, kind: &str, attribute: &AttributeReference) -> Option<&Value> {
        let mut names = attribute.names();
        let individual = self.kinds.get(kind)?;
        names.try_fold(individual, |value, name| value.as_object()?.get(name))
    }

    /// Returns the context after a step; `None` if the attribute was changed before or the step has
    /// no effect.
    pub(super) fn after(&self, step: &Step) -> Option<Draft> {
        let Step { kind, attribute, to } = step;
        let known = |(one, changed): &(Arc<str>, AttributeReference)| {
            one == kind && changed.overlaps(attribute)
        };
        let replaces_any = attribute.is(KEY) && to.is_some() && self.any_key.contains(kind);
        let is_changed = self.changed.iter().any(known) && !replaces_any;
        if is_changed || self.get(kind, attribute) == to.as_ref() {
            return None;
        }
        let mut draft = self.clone();
        let key = AttributeReference::literal(&Arc::from(KEY)).ok()?;
        let held = match draft.kinds.get(kind).and_then(Value::as_object) {
            Some(held) => held.clone(),
            None => {
                // A kind that is added has a key.
                if !attribute.is(KEY) {
                    draft.changed.push((Arc::clone(kind), key));
                    draft.any_key.push(Arc::clone(kind));
                }
                Object::default().with(KEY, Value::from(format!("{kind}-1")))
            }
        };
        match (to, attribute.is(KEY)) {
            (None, true) => draft.kinds = without(&draft.kinds, kind),
            _ => {
                let names: Vec<&str> = attribute.names().collect();
                let changed = replaced(&held, &names, to.as_ref())?;
                draft.kinds = draft.kinds.with(kind, Value::Object(changed));
            }
        }
        if replaces_any {
            draft.any_key.retain(|known| known != kind);
        } else {
            draft.changed.push((Arc::clone(kind), attribute.clone()));
        }
        Some(draft)
    }

    /// The changes from the original, sorted by kind and attribute.
    pub(super) fn changes(&self, original: &Draft) -> Vec<AttributeChange> {
        let change = |(kind, attribute): &(Arc<str>, AttributeReference)| AttributeChange {
            kind: Arc::clone(kind),
            attribute: attribute.clone(),
            before: original.get(kind, attribute).cloned(),
            after: self.get(kind, attribute).cloned(),
        };
        let mut changes: Vec<AttributeChange> = self.changed.iter().map(change).collect();
        let name = |each: &AttributeChange| format!("{}\n{}", each.kind, each.attribute);
        sort_by(&mut changes, |one, other| name(one).cmp(&name(other)));
        changes
    }

    /// The number of changes, and that of changed keys.
    pub(super) fn cost(&self) -> (usize, usize) {
        let keys = self.changed.iter().filter(|(_, attribute)| attribute.is(KEY)).count();
        (self.changed.len(), keys)
    }

    /// Equal for equal changes, in whatever order.
    pub(super) fn identity(&self) -> String {
        let identity = |(kind, attribute): &(Arc<str>, AttributeReference)| {
            let value = self.get(kind, attribute).map(Value::to_canonical_json);
            format!("{kind}\n{attribute}\n{}", value.unwrap_or_default())
        };
        let mut all: Vec<String> = self.changed.iter().map(identity).collect();
        sort_by(&mut all, String::cmp);
        all.join("\n")
    }
}

/// Returns an object with the value at a path replaced or removed; `None` if a member on the path
/// is not an object.
fn replaced(object: &Object, names: &[&str], to: Option<&Value>) -> Option<Object> {
    let (name, rest) = names.split_first()?;
    if rest.is_empty() {
        return Some(match to {
            Some(value) => object.with(name, value.clone()),
            None => without(object, name),
        });
    }
    let below = match object.get(name) {
        None | Some(Value::Null) => Object::default(),
        Some(value) => value.as_object()?.clone(),
    };
    Some(object.with(name, Value::Object(replaced(&below, rest, to)?)))
}

fn without(object: &Object, name: &str) -> Object {
    let kept = object.iter().filter(|(known, _)| ***known != *name);
    Object::from_members(kept.map(|(name, value)| (Arc::clone(name), value.clone())).collect())
}
