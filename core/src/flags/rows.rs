//! Rows of a table as contexts: one bound context, which each row overwrites.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Flags;
use crate::context::{BUILT_IN, Context};
use crate::evaluate::{
    self, Answer, BoundAttribute, BoundContext, ErrorKind, FlagHandle, NoObserver,
};
use crate::json::Value;
use crate::model::{Attribute, AttributeSlot};
use crate::steps::Steps;

/// A document bound to a context whose keys and attributes can be replaced: for the rows of a
/// table, which are contexts of the same kinds.
///
/// A replaced attribute is converted to the forms in which the document compares it, and a repeated
/// value only once. The answers are those of [`Flags::bind`] for the same context.
///
/// ```
/// use isoflag::{Context, Flags, Value};
/// let flags = Flags::from_json(br#"{"flags": {"pro": {"key": "pro", "on": true,
///     "variations": [false, true], "fallthrough": {"variation": 0}, "rules": [{"variation": 1,
///         "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}]}]}}}"#)?;
/// let pro = flags.handle("pro");
/// let mut row = flags.bind_rows(&Context::builder("any").build()?, &[pro]);
/// let plan = row.attribute("user", "plan").ok_or("no flag reads the plan")?;
/// for (key, value) in [("ada", "pro"), ("bob", "free")] {
///     row.set_key("user", key);
///     row.set(&plan, &plan.value(&Value::from(value)).ok_or("invalid")?);
///     assert_eq!(row.evaluate_handle(pro).variation_index(), Some(u32::from(value == "pro")));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RowBinding {
    flags: Flags,
    bound_context: BoundContext,
    /// The attributes that show a key, by the index of the individual.
    keys: Vec<RowAttribute>,
    /// The attributes that an answer of the flags may depend on, by kind and name.
    read: BTreeMap<Box<str>, BTreeMap<Box<str>, RowAttribute>>,
    /// Whether something was replaced since the last evaluation.
    is_changed: bool,
    is_valid: bool,
}

/// An attribute of the rows, in each form in which the flags read it.
#[derive(Clone, Debug)]
pub struct RowAttribute(Vec<(AttributeSlot, Attribute)>);

/// A value of a [`RowAttribute`], converted to each form.
#[derive(Clone, Debug)]
pub struct RowValue(Box<[BoundAttribute]>);

impl Flags {
    /// Binds a context whose keys and attributes each row of a table replaces. Only these flags may
    /// be evaluated.
    #[must_use]
    pub fn bind_rows(&self, context: &Context, flags: &[Option<FlagHandle>]) -> RowBinding {
        let model = self.model();
        let tables = model.tables();
        let mut slots = BTreeSet::new();
        for flag in flags.iter().flatten() {
            slots.extend(model.dependencies_of(flag.index()).attributes.iter().map(|slot| slot.0));
        }
        let mut read: BTreeMap<Box<str>, BTreeMap<Box<str>, RowAttribute>> = BTreeMap::new();
        for slot in slots.into_iter().map(AttributeSlot) {
            let Some(attribute) = tables.attributes.get(slot) else { continue };
            let of_kind = read.entry(Box::from(&**tables.kinds.key(attribute.kind.0))).or_default();
            let forms = of_kind.entry(Box::from(attribute.reference.name()));
            let forms = forms.or_insert_with(|| RowAttribute(Vec::new()));
            forms.0.push((slot, attribute.clone()));
        }
        // Its key is replaced in place.
        let context = context.unshared();
        let bound_context = BoundContext::bind(tables, Some(&context), None);
        let mut row = RowBinding {
            flags: self.clone(),
            bound_context,
            keys: Vec::new(),
            read,
            is_changed: true,
            is_valid: true,
        };
        let kinds = context.individuals().iter().map(|one| &one.kind);
        row.keys = kinds.map(|kind| row.forms(kind, "key")).collect();
        row
    }
}

impl RowBinding {
    /// Returns an attribute to replace; `None` if no answer of the flags depends on it.
    ///
    /// The kind is that of the context, and its key has [a method](RowBinding::set_key).
    #[must_use]
    pub fn attribute(&self, kind: &str, name: &str) -> Option<RowAttribute> {
        let forms = self.forms(kind, name);
        let is_fixed = BUILT_IN.contains(&name) && !matches!(name, "name" | "anonymous");
        (!is_fixed && !forms.0.is_empty()).then_some(forms)
    }

    fn forms(&self, kind: &str, name: &str) -> RowAttribute {
        let forms = self.read.get(kind).and_then(|names| names.get(name)).cloned();
        forms.unwrap_or_else(|| RowAttribute(Vec::new()))
    }

    /// Replaces the key of a kind; with an empty one the context is invalid.
    pub fn set_key(&mut self, kind: &str, key: &str) {
        let Some(context) = self.bound_context.valid_mut() else { return };
        let Some(index) = context.individuals().iter().position(|one| *one.kind == *kind) else {
            return;
        };
        let key = Arc::from(key);
        context.set_key(index, &key);
        for (slot, attribute) in self.keys.get(index).iter().flat_map(|shown| &shown.0) {
            let value = attribute.reference.is("key").then(|| Value::String(Arc::clone(&key)));
            let shown = BoundAttribute::of(attribute, value.unwrap_or_default());
            context.set_attribute(*slot, &shown);
        }
        self.is_valid = context.individuals().iter().all(|one| !one.key.is_empty());
        self.is_changed = true;
    }

    /// Replaces an attribute of this document.
    pub fn set(&mut self, attribute: &RowAttribute, value: &RowValue) {
        let Some(context) = self.bound_context.valid_mut() else { return };
        for ((slot, _), value) in attribute.0.iter().zip(&value.0) {
            context.set_attribute(*slot, value);
        }
        self.is_changed = true;
    }

    /// Evaluates a flag by its handle for the current keys and attributes; `None` is a missing
    /// flag.
    pub fn evaluate_handle(&mut self, flag: Option<FlagHandle>) -> Answer {
        if std::mem::take(&mut self.is_changed)
            && let Some(context) = self.bound_context.valid_mut()
        {
            context.clear_caches();
        }
        if !self.is_valid {
            return Answer::error(ErrorKind::UserNotSpecified);
        }
        let (model, steps) = (self.flags.model(), &mut Steps::default());
        evaluate::evaluate(model, &self.bound_context, flag, &mut NoObserver, steps)
    }
}

impl RowAttribute {
    /// Converts a value. Null and a value that contains [`Value::NO_JSON_FORM`] are an absent
    /// attribute. `None` if a context with it is invalid, since `name` is text and `anonymous` a
    /// boolean.
    #[must_use]
    pub fn value(&self, value: &Value) -> Option<RowValue> {
        let form = |(_, attribute): &(AttributeSlot, Attribute)| {
            let value = match (attribute.reference.name(), value) {
                ("name", Value::Null | Value::String(_)) | ("anonymous", Value::Bool(_)) => value,
                ("anonymous", Value::Null) => &Value::Bool(false),
                ("name" | "anonymous", _) => return None,
                _ if value.lacks_json_form() => &Value::Null,
                _ => value,
            };
            let shown = attribute.reference.follow(value).cloned().unwrap_or_default();
            Some(BoundAttribute::of(attribute, shown))
        };
        self.0.iter().map(form).collect::<Option<_>>().map(RowValue)
    }
}
