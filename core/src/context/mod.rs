//! Contexts: one or more individual contexts, each with a kind, a key and attributes.

mod builder;
mod clock;
mod error;
mod individual;
mod legacy_user;
mod notes;
mod private;
mod read;
mod reference;

use std::fmt;
use std::sync::Arc;

pub use builder::ContextBuilder;
pub use error::ContextError;
pub use read::Marks;
pub use reference::{AttributeReference, ReferenceError};

pub(crate) use individual::{ALWAYS_VALID, BUILT_IN, Individual, KIND, USER};
pub(crate) use private::PrivateAttributes;

use crate::json::{self, Object, Value, sort_by};
use crate::limits;
use read::Read;

/// The context that a flag is evaluated for, in LaunchDarkly's sense; valid by construction.
///
/// A clone costs a reference count.
#[derive(Clone, Debug, PartialEq)]
pub struct Context(Arc<Parts>);

/// An attribute of a context, as far as a report may show it.
#[derive(Clone, Debug, PartialEq)]
pub enum PublicAttribute {
    /// The context does not have it.
    Absent,
    /// The context marks it, or a part of it, private.
    Private,
    /// Its value.
    Value(Value),
}

#[derive(Debug, PartialEq)]
struct Parts {
    individuals: Individuals,
    /// The fully-qualified key; `None` if it is the key of the only individual.
    key: Option<Box<str>>,
}

#[derive(Debug, PartialEq)]
enum Individuals {
    /// The usual case, which allocates nothing more.
    One(Individual),
    /// Sorted by kind; never empty.
    Many(Vec<Individual>),
}

impl Context {
    /// Parses a context's JSON: of one kind, of several (`"kind": "multi"`), or a legacy user
    /// without `kind`.
    ///
    /// # Errors
    ///
    /// If the text is not JSON or exceeds a limit, or the context is invalid.
    pub fn from_json(text: &[u8]) -> Result<Context, ContextError> {
        Context::read(text, false)
    }

    /// Converts a context that has already been parsed.
    ///
    /// # Errors
    /// If the context is invalid, or exceeds a limit; its canonical JSON counts.
    pub fn from_value(value: Value) -> Result<Context, ContextError> {
        if value.lacks_json_form() {
            return Err(ContextError::invalid("", "a number that is not finite has no JSON form"));
        }
        check_length(value.canonical_length())?;
        if containers(&value) > limits::CONTEXT_CONTAINERS {
            return Err(ContextError::limit(json::TOO_MANY.to_owned()));
        }
        Context::from_host_value(&value, Marks::Absent)
    }

    /// Converts a context as a host runtime passes it to an evaluation: an attribute that contains
    /// [`Value::NO_JSON_FORM`] is absent.
    ///
    /// # Errors
    ///
    /// If the context is invalid, which depends on its kinds, keys and built-in attributes only.
    pub fn from_host(value: Value) -> Result<Context, ContextError> {
        Context::from_host_value(&value, Marks::Possible)
    }

    /// Like [`Context::from_host`], for a value that is known to contain marks or not.
    ///
    /// # Errors
    /// As [`Context::from_host`].
    pub fn from_host_value(value: &Value, marks: Marks) -> Result<Context, ContextError> {
        let Value::Object(object) = value else {
            let message = ["a context is an object, found ", value.type_name()].concat();
            return Err(ContextError::invalid("", message));
        };
        Context::from_host_members(object.members(), marks)
    }

    /// Like [`Context::from_host`], for the members of an object in any order, with unique names.
    ///
    /// # Errors
    /// As [`Context::from_host`].
    pub fn from_host_members(
        members: &[(Arc<str>, Value)],
        marks: Marks,
    ) -> Result<Context, ContextError> {
        match read::read(members, marks)? {
            Read::One(individual) => Ok(Context::of_one(individual)),
            Read::Many(individuals) => Context::of(individuals),
        }
    }

    /// Like [`Context::from_host`], for text that a binding has written: the literal `-0`, which a
    /// binding never writes for a number, marks a value without a JSON form.
    ///
    /// # Errors
    /// If the text is not JSON, or the context is invalid.
    pub fn from_host_json(text: &[u8]) -> Result<Context, ContextError> {
        Context::read(text, true)
    }

    fn read(text: &[u8], is_of_host: bool) -> Result<Context, ContextError> {
        check_length(text.len())?;
        let (value, is_marked) =
            json::read_context(text, is_of_host).map_err(|error| ContextError::json(&error))?;
        let marks = if is_marked { Marks::Possible } else { Marks::Absent };
        Context::from_host_value(&value, marks)
    }

    /// Returns the names of a context's members that are ignored because it lacks `kind`: it is then
    /// a legacy user, whose attributes are in `custom`.
    ///
    /// ```
    /// use isoflag::{Context, Value};
    /// let user = Value::parse(br#"{"key": "mia", "email": "mia@shop.example", "plan": "pro"}"#).unwrap();
    /// assert_eq!(Context::ignored_members(&user), ["plan"]);
    /// ```
    #[must_use]
    pub fn ignored_members(context: &Value) -> Vec<&str> {
        match context {
            Value::Object(user) if user.get(KIND).is_none() => legacy_user::ignored(user.members()),
            _ => Vec::new(),
        }
    }

    /// Starts building a context of one kind; the kind is `user` unless the builder sets another.
    pub fn builder(key: &str) -> ContextBuilder {
        ContextBuilder::new(key)
    }

    /// Combines contexts into one with all their kinds.
    ///
    /// # Errors
    ///
    /// If there are no parts, or two have the same kind.
    pub fn multi(parts: &[Context]) -> Result<Context, ContextError> {
        let mut individuals = Vec::new();
        for part in parts {
            individuals.extend_from_slice(part.individuals());
        }
        Context::of(individuals)
    }

    pub(crate) fn of(mut individuals: Vec<Individual>) -> Result<Context, ContextError> {
        sort_by(&mut individuals, |a, b| a.kind.cmp(&b.kind));
        if individuals.is_empty() {
            return Err(ContextError::invalid("", "a multi-kind context needs at least one kind"));
        }
        if let Some([twice, _]) = individuals.array_windows().find(|[a, b]| a.kind == b.kind) {
            let message = ["the kind `", &twice.kind, "` occurs twice"].concat();
            return Err(ContextError::invalid("", message));
        }
        match <[Individual; 1]>::try_from(individuals) {
            Ok([individual]) => Ok(Context::of_one(individual)),
            Err(individuals) => {
                let key = Some(full_key(&individuals));
                let individuals = Individuals::Many(individuals);
                Ok(Context(Arc::new(Parts { individuals, key })))
            }
        }
    }

    fn of_one(individual: Individual) -> Context {
        let is_user = &*individual.kind == USER;
        let key = (!is_user).then(|| full_key(std::slice::from_ref(&individual)));
        Context(Arc::new(Parts { individuals: Individuals::One(individual), key }))
    }

    /// Returns the fully-qualified key: the key itself for a user, `kind:key` for another kind, and
    /// the keys of all kinds for a multi-kind context; `%` and `:` are escaped in keys after a
    /// kind.
    #[must_use]
    pub fn key(&self) -> &str {
        let only = || self.individuals().first().map_or("", |individual| &*individual.key);
        self.0.key.as_deref().unwrap_or_else(only)
    }

    /// Returns the key like [`Context::key`], or `None` if the context marks a `key` of it private.
    #[must_use]
    pub fn public_key(&self) -> Option<&str> {
        let private = self.individuals().iter().any(Individual::marks_key_private);
        (!private).then(|| self.key())
    }

    /// Returns an attribute for a report. Without a kind it is that of `user`, or of the only kind.
    #[must_use]
    pub fn public_attribute(
        &self,
        kind: Option<&str>,
        reference: &AttributeReference,
    ) -> PublicAttribute {
        let individual = match (kind, self.individuals()) {
            (None, [only]) => Some(only),
            (kind, _) => self.individual(kind.unwrap_or(USER)),
        };
        let Some(individual) = individual else { return PublicAttribute::Absent };
        let is_private = match reference.is("key") {
            true => individual.marks_key_private(),
            false => PrivateAttributes::of(individual).hide(reference),
        };
        match individual.get(reference) {
            None => PublicAttribute::Absent,
            Some(_) if is_private => PublicAttribute::Private,
            Some(value) => PublicAttribute::Value(value),
        }
    }

    /// Returns the context's canonical JSON: a multi-kind context with one kind collapses, and a
    /// legacy user becomes kind `user`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self.individuals() {
            [individual] if individual.key.is_empty() => legacy_user::write(individual),
            [individual] => {
                let kind = Value::String(Arc::clone(&individual.kind));
                individual.to_object().with(KIND, kind).into()
            }
            individuals => {
                let mut members = vec![(Arc::from(KIND), Value::from(individual::MULTI))];
                for individual in individuals {
                    let object = Value::Object(individual.to_object());
                    members.push((Arc::clone(&individual.kind), object));
                }
                Object::from_members(members).into()
            }
        }
    }

    /// The individual contexts, sorted by kind.
    pub(crate) fn individuals(&self) -> &[Individual] {
        match &self.0.individuals {
            Individuals::One(individual) => std::slice::from_ref(individual),
            Individuals::Many(individuals) => individuals,
        }
    }

    /// Returns a copy that shares its memory with no other context.
    pub(crate) fn unshared(&self) -> Context {
        let (key, individuals) = (self.0.key.clone(), self.individuals());
        let individuals = match individuals {
            [individual] => Individuals::One(individual.clone()),
            individuals => Individuals::Many(individuals.to_vec()),
        };
        Context(Arc::new(Parts { individuals, key }))
    }

    /// Replaces the key of the individual at this index, in a context that shares its memory with
    /// no other.
    pub(crate) fn set_key(&mut self, index: usize, key: &Arc<str>) {
        let Some(parts) = Arc::get_mut(&mut self.0) else { return };
        let individuals = match &mut parts.individuals {
            Individuals::One(individual) => std::slice::from_mut(individual),
            Individuals::Many(individuals) => individuals,
        };
        if let Some(individual) = individuals.get_mut(index) {
            individual.key = Arc::clone(key);
        }
        if parts.key.is_some() {
            parts.key = Some(full_key(individuals));
        }
    }

    pub(crate) fn individual(&self, kind: &str) -> Option<&Individual> {
        let individuals = self.individuals();
        let index = individuals.binary_search_by(|individual| (*individual.kind).cmp(kind)).ok()?;
        individuals.get(index)
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_value().fmt(f)
    }
}

/// The number of arrays and objects, the outermost one included.
fn containers(value: &Value) -> usize {
    match value {
        Value::Array(elements) => elements.iter().map(containers).sum::<usize>() + 1,
        Value::Object(object) => {
            object.iter().map(|(_, value)| containers(value)).sum::<usize>() + 1
        }
        _ => 0,
    }
}

fn check_length(length: usize) -> Result<(), ContextError> {
    if length <= limits::CONTEXT_BYTES {
        return Ok(());
    }
    Err(ContextError::limit(
        ["a context is at most ", &json::integer(limits::CONTEXT_BYTES as i64), " bytes of JSON"]
            .concat(),
    ))
}

/// Returns a text with two of its characters replaced.
fn escaped(text: &str, words: [(char, &str); 2]) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match words.iter().find(|(known, _)| *known == character) {
            Some((_, word)) => escaped.push_str(word),
            None => escaped.push(character),
        }
    }
    escaped
}

/// Joins kinds and keys.
fn full_key(individuals: &[Individual]) -> Box<str> {
    let mut full = String::new();
    for individual in individuals {
        if !full.is_empty() {
            full.push(':');
        }
        full.push_str(&individual.kind);
        full.push(':');
        full.push_str(&escaped(&individual.key, [('%', "%25"), (':', "%3A")]));
    }
    full.into()
}
