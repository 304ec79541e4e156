//! Loaded flag documents: loading, patching, binding and evaluating.

mod bound_flags;
mod openfeature;
mod parts;
mod rows;
mod source;
mod state;

pub use bound_flags::{BoundFlags, PartialBinding};
pub use openfeature::{OPENFEATURE_ERRORS, OPENFEATURE_REASONS};
pub use rows::{RowAttribute, RowBinding, RowValue};
pub use state::{AllFlagsOptions, FlagState, PrerequisiteKeys, StateMember};

use std::sync::{Arc, OnceLock};

use crate::context::{BUILT_IN, Context};
use crate::diagnostic::Diagnostic;
use crate::digest;
use crate::document::{self, Document, DocumentError, Patch, Section};
use crate::evaluate::{
    Answer, BigSegments, BoundContext, ErrorKind, EvaluationDetail, FlagHandle, Reason, ValueType,
};
use crate::explain::Explanation;
use crate::json::{Object, Value};
use crate::model::{Dependencies, Membership, Model, Segment};

/// A loaded flag document: immutable, cheap to clone, safe to share between threads.
///
/// ```
/// use isoflag::{Context, Flags, Value};
/// let flags = Flags::from_json(br#"{"flags": {"new-checkout": {
///     "key": "new-checkout", "version": 1, "on": true, "variations": [true, false],
///     "targets": [{"variation": 0, "values": ["ada"]}],
///     "fallthrough": {"variation": 1}, "offVariation": 1
/// }}}"#)?;
/// let ada = Context::builder("ada").build()?;
/// let detail = flags.variation_detail("new-checkout", &ada, Value::Bool(false));
/// assert_eq!(detail.value, Value::Bool(true));
/// assert_eq!(detail.reason.to_string(), r#"{"kind":"TARGET_MATCH"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Flags(Arc<Loaded>);

#[derive(Debug)]
struct Loaded {
    model: Model,
    digest: OnceLock<String>,
    diagnostics: OnceLock<Vec<Diagnostic>>,
}

impl Flags {
    /// Loads `{flags, segments}`, a stream's `{path: "/", data}` or a file source with
    /// `flagValues`.
    ///
    /// # Errors
    ///
    /// If the input is not JSON, is not a flag document or exceeds a limit. A malformed flag is not
    /// an error; see [`diagnostics`](Flags::diagnostics).
    pub fn from_json(text: &[u8]) -> Result<Flags, DocumentError> {
        Document::read::<true>(text).map(Flags::compile).map_err(|error| error.explained(text))
    }

    /// Like [`Flags::from_json`], but keeps no notes on the text: the diagnostics then lack
    /// duplicate members and flags, and rounded numbers. For a module that has no diagnostics.
    ///
    /// # Errors
    /// As [`Flags::from_json`].
    pub fn from_json_without_notes(text: &[u8]) -> Result<Flags, DocumentError> {
        Document::read::<false>(text).map(Flags::compile)
    }

    /// Loads a document that has already been parsed.
    ///
    /// # Errors
    /// As [`Flags::from_json`].
    pub fn from_value(value: Value) -> Result<Flags, DocumentError> {
        Document::of_value(value).map(Flags::compile)
    }

    /// Loads a bare map of flags, without `flags` around it.
    ///
    /// # Errors
    /// As [`Flags::from_json`].
    pub fn from_flag_map_json(text: &[u8]) -> Result<Flags, DocumentError> {
        let read = Document::read_flag_map::<true>(text).map(Flags::compile);
        read.map_err(|error| error.explained(text))
    }

    /// Like [`Flags::from_flag_map_json`], without notes; see [`Flags::from_json_without_notes`].
    ///
    /// # Errors
    /// As [`Flags::from_json`].
    pub fn from_flag_map_json_without_notes(text: &[u8]) -> Result<Flags, DocumentError> {
        Document::read_flag_map::<false>(text).map(Flags::compile)
    }

    /// Loads a bare map of flags that has already been parsed.
    ///
    /// # Errors
    /// As [`Flags::from_json`].
    pub fn from_flag_map_value(value: Value) -> Result<Flags, DocumentError> {
        Document::of_flag_map(value).map(Flags::compile)
    }

    /// Loads a feature-flag profile of AWS AppConfig, as retrieved or as defined.
    ///
    /// Each of its flags becomes two: `<key>` is true if it is enabled, and `<key>.attributes`
    /// serves the object of its attributes, or no value if it is not enabled. The attribute
    /// `lastModifiedTimestamp`, seconds since the epoch as a number or a string, is the time of the
    /// last change for [`Flags::consistency`].
    ///
    /// As [`Flags::from_json`]; and if the text is Amazon Ion, the format of AppConfig profiles
    /// with variants.
    pub fn from_appconfig_json(text: &[u8]) -> Result<Flags, DocumentError> {
        Document::read_appconfig(text).map(Flags::compile).map_err(|error| error.explained(text))
    }

    /// Loads a feature-flag profile of AWS AppConfig that has already been parsed.
    ///
    /// # Errors
    /// As [`Flags::from_json`].
    pub fn from_appconfig_value(value: Value) -> Result<Flags, DocumentError> {
        Document::of_appconfig(value).map(Flags::compile)
    }

    /// Loads the content of a configuration profile of AWS AppConfig of either type: a feature-flag
    /// profile like [`Flags::from_appconfig_json`], anything else like [`Flags::from_json`].
    ///
    /// # Errors
    /// As these two.
    pub fn from_configuration_json(text: &[u8]) -> Result<Flags, DocumentError> {
        let read = Document::read_appconfig_or_document(text).map(Flags::compile);
        read.map_err(|error| error.explained(text))
    }

    /// Returns the document after a patch: `{"flags": {...}, "segments": {...}, "meta": {...}}`. A
    /// flag or segment is taken only if its `version` is higher than the current one; `{"key",
    /// "version", "deleted": true}` is a tombstone. `meta` replaces the old one as a whole, except
    /// for an existing `hash`.
    ///
    /// Parts that the patch does not change are shared with this document.
    ///
    /// If the text is not JSON, is not a patch or exceeds a limit.
    pub fn apply(&self, patch: &[u8]) -> Result<Flags, DocumentError> {
        Patch::read::<true>(patch).map(|patch| self.patched::<true>(&patch))
    }

    /// Returns the document after a patch that has already been parsed.
    ///
    /// # Errors
    /// As [`Flags::apply`].
    pub fn apply_value(&self, patch: Value) -> Result<Flags, DocumentError> {
        Patch::of_value(patch).map(|patch| self.patched::<true>(&patch))
    }

    /// Like [`Flags::apply`], without notes; see [`Flags::from_json_without_notes`].
    ///
    /// # Errors
    /// As [`Flags::apply`].
    pub fn apply_without_notes(&self, patch: &[u8]) -> Result<Flags, DocumentError> {
        Patch::read::<false>(patch).map(|patch| self.patched::<false>(&patch))
    }

    fn compile(document: Document) -> Flags {
        Flags::of(Model::compile(document))
    }

    fn patched<const NOTES: bool>(&self, patch: &Patch) -> Flags {
        let held = &self.0.model;
        let newer = |section: Section| {
            move |(key, item): &(&Arc<str>, &Value)| {
                let held = held.source(section, key).filter(|held| !held.is_null());
                !item.is_null()
                    && held.is_none_or(|held| document::version(item) > document::version(held))
            }
        };
        let model = held.clone().with::<NOTES>(
            patch.flags.iter().filter(newer(Section::Flags)),
            patch.segments.iter().filter(newer(Section::Segments)),
            &patch.notes,
        );
        Flags::of(match &patch.meta {
            Some(meta) => {
                let rest = document::with_meta(model.rest(), meta);
                model.with_rest::<NOTES>(rest)
            }
            None => model,
        })
    }

    pub(crate) fn of(model: Model) -> Flags {
        Flags(Arc::new(Loaded { model, digest: OnceLock::new(), diagnostics: OnceLock::new() }))
    }

    /// The keys of the flags in RFC 8785 order, tombstones left out.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.model.flags().map(|(slot, _)| &**self.0.model.flag_key(slot))
    }

    /// The number of flags, tombstones left out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.model.flags().count()
    }

    /// Whether there are no flags.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.model.flags().next().is_none()
    }

    /// Whether there is a flag with this key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.handle(key).is_some()
    }

    /// Returns the digest of the normalised document: `sha256:` and 64 hex digits over its RFC 8785
    /// text. It is computed on first use.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.0.digest.get_or_init(|| digest::digest(&self.document()))
    }

    /// Returns the dependencies of a flag: the parts of a context that its answer depends on,
    /// including through prerequisites and their segments. A missing flag has none.
    #[must_use]
    pub fn dependencies_of(&self, flag: Option<FlagHandle>) -> Dependencies {
        let dependencies = |flag: FlagHandle| self.0.model.dependencies_of(flag.index());
        flag.map(dependencies).unwrap_or_default()
    }

    /// Returns `meta.version`, or `None` if it is not an integer.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.0.model.rest().get("meta")?.as_object()?.get("version")?.as_integer()
    }

    /// Returns everything that is wrong with the document, in its order. It is computed on first
    /// use.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.0.diagnostics.get_or_init(|| self.0.model.diagnostics())
    }

    /// Returns the normalised document: `flags`, `segments`, and every other member unchanged.
    #[must_use]
    pub fn document(&self) -> Value {
        self.0.model.document()
    }

    /// Looks up the attributes that the document reads, once for all evaluations.
    #[must_use]
    pub fn bind(&self, context: &Context) -> BoundFlags {
        self.bind_with(Some(context), None)
    }

    /// Like [`Flags::bind`], with memberships of big segments; without a context every answer is
    /// `USER_NOT_SPECIFIED`.
    #[must_use]
    pub fn bind_with(
        &self,
        context: Option<&Context>,
        big_segments: Option<&BigSegments>,
    ) -> BoundFlags {
        let bound_context = BoundContext::bind(self.0.model.tables(), context, big_segments);
        BoundFlags::new(self.clone(), bound_context)
    }

    /// Like [`Flags::bind`], but only for flags whose answers need no more than these dependencies;
    /// the context may lack all other attributes. Without a context every answer is
    /// `USER_NOT_SPECIFIED`.
    #[must_use]
    pub fn bind_part(
        &self,
        dependencies: &Dependencies,
        context: Option<&Context>,
    ) -> PartialBinding {
        let bound_context = BoundContext::bind_part(self.0.model.tables(), context, dependencies);
        PartialBinding::new(self.clone(), bound_context)
    }

    /// Evaluates many flags for many contexts: for each context, in order, a row with one answer
    /// for each key, in order. Each context is bound once and each key is looked up once.
    ///
    /// Rows are independent: a host runtime with threads can give each thread a part of the
    /// contexts and concatenate the rows.
    ///
    /// ```
    /// # use isoflag::{Context, Flags};
    /// # let flags = Flags::from_json(br#"{"flags": {}}"#)?;
    /// let contexts = [Context::builder("ada").build()?, Context::builder("bob").build()?];
    /// let rows = flags.evaluate_many(&["dark-mode", "new-checkout", "beta"], &contexts);
    /// assert_eq!((rows.len(), rows[0].len()), (2, 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn evaluate_many<'c>(
        &self,
        keys: &[impl AsRef<str>],
        contexts: impl IntoIterator<Item = &'c Context>,
    ) -> Vec<Vec<Answer>> {
        let handles: Vec<_> = keys.iter().map(|key| self.handle(key.as_ref())).collect();
        self.evaluate_handles(&handles, contexts.into_iter().map(Some), None)
    }

    /// Like [`Flags::evaluate_many`] for handles, with memberships of big segments. A missing
    /// handle is a missing flag; if there is no context, every answer of the row is
    /// `USER_NOT_SPECIFIED`.
    #[must_use]
    pub fn evaluate_handles<'c>(
        &self,
        handles: &[Option<FlagHandle>],
        contexts: impl IntoIterator<Item = Option<&'c Context>>,
        big_segments: Option<&BigSegments>,
    ) -> Vec<Vec<Answer>> {
        let row = |context| {
            let bound = self.bind_with(context, big_segments);
            handles.iter().map(|handle| bound.evaluate_handle(*handle)).collect()
        };
        contexts.into_iter().map(row).collect()
    }

    /// Returns the name of a context's attribute if an answer may depend on it, sharing the
    /// document's string: a binding need not convert other attributes. A legacy user has other
    /// names; whether the context is too large depends on all attributes.
    #[must_use]
    pub fn attribute_name(&self, name: &str) -> Option<Arc<str>> {
        let known = self.0.model.tables().attributes.name(name).map(Arc::clone);
        known.or_else(|| BUILT_IN.contains(&name).then(|| Arc::from(name)))
    }

    /// Returns the context keys that an evaluation may need memberships of big segments for, in RFC
    /// 8785 order.
    #[must_use]
    pub fn big_segment_keys(&self, context: &Context) -> Vec<Arc<str>> {
        let mut keys: Vec<(Arc<str>, Value)> = Vec::new();
        for kind in self.big_segment_kinds() {
            if let Some(one) = context.individual(kind) {
                keys.push((Arc::clone(&one.key), Value::Null));
            }
        }
        // An object sorts its members and keeps each name once.
        Object::from_members(keys).iter().map(|(key, _)| Arc::clone(key)).collect()
    }

    /// Returns whether an evaluation may need memberships of big segments.
    #[must_use]
    pub fn has_big_segments(&self) -> bool {
        self.big_segment_kinds().next().is_some()
    }

    /// The context kind of each big segment.
    fn big_segment_kinds(&self) -> impl Iterator<Item = &Arc<str>> {
        let kinds = &self.0.model.tables().kinds;
        self.0.model.segments().filter_map(|(_, segment)| match segment {
            Segment::Readable(body) => match &body.membership {
                Membership::Big { kind, reference: Some(_) } => Some(kinds.key(kind.0)),
                _ => None,
            },
            _ => None,
        })
    }

    /// Returns the handle of a flag, which saves later look-ups of its key.
    #[must_use]
    pub fn handle(&self, key: &str) -> Option<FlagHandle> {
        let slot = self.0.model.tables().flags.slot(key)?;
        self.0.model.flag(slot).map(|_| FlagHandle::from_index(slot))
    }

    /// Returns the value that an answer serves; `None` if it is the caller's default.
    #[must_use]
    pub fn value_of(&self, answer: &Answer) -> Option<&Value> {
        answer.value(&self.0.model)
    }

    /// The reason of an answer.
    #[must_use]
    pub fn reason_of(&self, answer: &Answer) -> Reason<'_> {
        answer.reason(&self.0.model)
    }
}

impl Answer {
    /// The answer for a caller that expects one type: if the flag serves another type, the default,
    /// with an error as the reason.
    #[must_use]
    pub fn expecting(self, flags: &Flags, wanted: ValueType) -> Answer {
        if matches!(wanted, ValueType::Any | ValueType::Json) {
            return self;
        }
        let fits = matches!(
            (wanted, flags.value_of(&self)),
            (_, None)
                | (ValueType::Bool, Some(Value::Bool(_)))
                | (ValueType::Number, Some(Value::Number(_)))
                | (ValueType::String, Some(Value::String(_)))
        );
        let is_constant = self.is_constant;
        if fits { self } else { Answer { is_constant, ..Answer::error(ErrorKind::WrongType) } }
    }
}

/// Single evaluations, without keeping a [`BoundFlags`].
impl Flags {
    /// Returns the flag's value for the context, or the default.
    #[must_use]
    pub fn variation(&self, key: &str, context: &Context, default: Value) -> Value {
        self.bind(context).variation(key, default)
    }

    /// Returns the flag's value with its variation and the reason.
    #[must_use]
    pub fn variation_detail(
        &self,
        key: &str,
        context: &Context,
        default: Value,
    ) -> EvaluationDetail {
        self.bind(context).variation_detail(key, default)
    }

    /// Returns a boolean flag's value; the default also if the flag serves another type.
    #[must_use]
    pub fn bool_variation(&self, key: &str, context: &Context, default: bool) -> bool {
        self.bind(context).bool_variation(key, default)
    }

    /// Returns a number's integral part; the default also if the flag serves another type.
    #[must_use]
    pub fn int_variation(&self, key: &str, context: &Context, default: i64) -> i64 {
        self.bind(context).int_variation(key, default)
    }

    /// Returns a number; the default also if the flag serves another type.
    #[must_use]
    pub fn float_variation(&self, key: &str, context: &Context, default: f64) -> f64 {
        self.bind(context).float_variation(key, default)
    }

    /// Returns a string; the default also if the flag serves another type.
    #[must_use]
    pub fn string_variation(&self, key: &str, context: &Context, default: &str) -> Arc<str> {
        self.bind(context).string_variation(key, default)
    }

    /// Any JSON value.
    #[must_use]
    pub fn json_variation(&self, key: &str, context: &Context, default: Value) -> Value {
        self.bind(context).json_variation(key, default)
    }

    /// Returns the values of all flags in LaunchDarkly's bootstrap format.
    #[must_use]
    pub fn all_flags_state(&self, context: &Context, options: &AllFlagsOptions) -> Value {
        self.bind(context).all_flags_state(options)
    }

    /// Explains why the flag serves the context its value.
    #[must_use]
    pub fn explain(&self, key: &str, context: &Context) -> Explanation {
        self.bind(context).explain(key)
    }

    /// The bootstrap data for an invalid context.
    #[must_use]
    pub fn invalid_state() -> Value {
        let no_flags = Value::Object(Object::default());
        Value::Object(Object::of(&[("$flagsState", no_flags), ("$valid", Value::Bool(false))]))
    }
}
