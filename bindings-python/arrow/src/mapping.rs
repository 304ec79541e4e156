//! The columns that make a row's context.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use isoflag::{FlagHandle, Flags};
use pyo3::prelude::*;

use crate::column::{is_text, unmappable};

const USER: &str = "user";

/// The argument `context`, as Python passes it.
#[derive(Debug, FromPyObject)]
pub(crate) enum ContextArgument {
    /// The column that holds whole contexts.
    Whole(String),
    /// The column of each member, or `None` for a member that is left out.
    Members(Vec<(String, Option<String>)>),
}

/// The argument `clock`, as Python passes it.
#[derive(Debug, FromPyObject)]
pub(crate) enum ClockArgument {
    Column(String),
    /// Milliseconds since the epoch, and the offset from UTC in minutes.
    Instant((f64, i32)),
}

/// How a row becomes a context.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) contexts: Contexts,
    pub(crate) clock: Option<Clock>,
}

#[derive(Debug)]
pub(crate) enum Contexts {
    /// A column of whole contexts: JSON text or structs.
    Whole(usize),
    /// Columns for each kind.
    Kinds(Vec<KindColumns>),
}

/// The columns of one kind.
#[derive(Debug)]
pub(crate) struct KindColumns {
    pub(crate) kind: Kind,
    /// A row whose key is null does not have the kind.
    pub(crate) key: usize,
    pub(crate) members: Vec<Member>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Named(Arc<str>),
    /// A column of names; null is a user.
    Column(usize),
}

/// A member of a context other than its kind and key.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: Arc<str>,
    pub(crate) column: usize,
    /// Whether an answer may depend on it.
    pub(crate) is_read: bool,
}

#[derive(Debug)]
pub(crate) enum Clock {
    Column(usize),
    Instant(f64, i32),
}

/// Something wrong with the arguments or the columns.
pub(crate) type Problem = String;

impl Mapping {
    pub(crate) fn of(
        schema: &Schema,
        context: Option<ContextArgument>,
        clock: Option<ClockArgument>,
        flags: &Flags,
        handles: &[Option<FlagHandle>],
    ) -> Result<Mapping, Problem> {
        let contexts = match context {
            Some(ContextArgument::Whole(name)) => Contexts::Whole(whole(schema, &name)?),
            Some(ContextArgument::Members(members)) => {
                Contexts::Kinds(kinds(schema, members, flags, handles)?)
            }
            None => Contexts::Kinds(kinds(schema, Vec::new(), flags, handles)?),
        };
        let clock = match clock {
            None => None,
            Some(ClockArgument::Instant((now_ms, offset))) => Some(Clock::Instant(now_ms, offset)),
            Some(ClockArgument::Column(name)) => {
                let column = find(schema, &name)?;
                match schema.field(column).data_type() {
                    DataType::Timestamp(_, Some(_)) => Some(Clock::Column(column)),
                    other => {
                        return Err(format!(
                            "column `{name}` is {other}: a clock is a timestamp with a time zone"
                        ));
                    }
                }
            }
        };
        Ok(Mapping { contexts, clock })
    }
}

impl Mapping {
    /// Whether answers may depend on a column.
    pub(crate) fn reads(&self, column: usize) -> bool {
        match &self.contexts {
            Contexts::Whole(whole) => *whole == column,
            Contexts::Kinds(kinds) => kinds.iter().any(|one| {
                one.key == column
                    || matches!(one.kind, Kind::Column(kind) if kind == column)
                    || one.members.iter().any(|member| member.is_read && member.column == column)
            }),
        }
    }
}

/// Returns the index of a column with a unique name.
fn find(schema: &Schema, name: &str) -> Result<usize, Problem> {
    let mut indices = (0..)
        .zip(schema.fields())
        .filter(|(_, field)| field.name() == name)
        .map(|(index, _)| index);
    match (indices.next(), indices.next()) {
        (Some(index), None) => Ok(index),
        (Some(_), Some(_)) => Err(format!("there are two columns `{name}`: rename one")),
        (None, _) => Err(format!("there is no column `{name}`; there are {}", names(schema))),
    }
}

fn names(schema: &Schema) -> String {
    const SHOWN: usize = 20;
    let fields = schema.fields();
    let names: Vec<_> =
        fields.iter().take(SHOWN).map(|field| format!("`{}`", field.name())).collect();
    match fields.len().checked_sub(SHOWN) {
        None | Some(0) => names.join(", "),
        Some(others) => format!("{} and {others} others", names.join(", ")),
    }
}

fn whole(schema: &Schema, name: &str) -> Result<usize, Problem> {
    let column = find(schema, name)?;
    let data_type = schema.field(column).data_type();
    let is_context = is_text(data_type) || matches!(data_type, DataType::Struct(_));
    match unmappable(data_type) {
        None if is_context => Ok(column),
        None => Err(format!(
            "column `{name}` is {data_type}: whole contexts are JSON text or structs; to map members, \
             pass a dict"
        )),
        Some(part) => Err(format!("column `{name}` cannot be a context: it contains {part}")),
    }
}

fn kinds(
    schema: &Schema,
    overrides: Vec<(String, Option<String>)>,
    flags: &Flags,
    handles: &[Option<FlagHandle>],
) -> Result<Vec<KindColumns>, Problem> {
    // Each member's name with its prefix, and its column, by default that of its name.
    let mut members: Vec<(String, Option<usize>)> = Vec::new();
    for field in schema.fields() {
        let is_overridden = overrides.iter().any(|(member, _)| member == field.name());
        if !is_overridden && !members.iter().any(|(member, _)| member == field.name()) {
            // Looked up later: two columns of one name are an error only if they are read.
            members.push((field.name().clone(), None));
        }
    }
    for (member, column) in overrides {
        if let Some(column) = column {
            members.push((member, Some(find(schema, &column)?)));
        }
    }
    let prefixes: BTreeSet<String> = members
        .iter()
        .filter_map(|(name, _)| name.strip_suffix(".key").filter(|prefix| !prefix.is_empty()))
        .map(str::to_owned)
        .collect();
    // The longest prefix with a key; no prefix is the plain kind.
    let split = |name: &str| -> (String, String) {
        let dots = name.rmatch_indices('.').map(|(dot, _)| dot);
        let mut parts = dots.filter_map(|dot| Some((name.get(..dot)?, name.get(dot + 1..)?)));
        let (prefix, rest) =
            parts.find(|(prefix, _)| prefixes.contains(*prefix)).unwrap_or(("", name));
        (prefix.to_owned(), rest.to_owned())
    };
    let read: BTreeSet<Arc<str>> =
        handles.iter().flat_map(|handle| flags.dependencies_of(*handle).names().to_vec()).collect();
    let column = |name: &str, known: Option<usize>| known.map_or_else(|| find(schema, name), Ok);
    let mut kinds = Vec::new();
    for prefix in std::iter::once("").chain(prefixes.iter().map(String::as_str)) {
        let mut kind = (!prefix.is_empty()).then(|| Kind::Named(Arc::from(prefix)));
        let mut key = None;
        let mut of_kind = Vec::new();
        for (member, known) in &members {
            let (of, name) = split(member);
            if of != prefix {
                continue;
            }
            match name.as_str() {
                "key" => {
                    let column = column(member, *known)?;
                    expect(schema, column, "key", "text", is_text)?;
                    key = Some(column);
                }
                "kind" if prefix.is_empty() => {
                    let column = column(member, *known)?;
                    expect(schema, column, "kind", "text", is_text)?;
                    kind = Some(Kind::Column(column));
                }
                _ => of_kind.push((member, name, *known)),
            }
        }
        let Some(key) = key else { continue };
        let mut found = Vec::new();
        for (member, name, known) in of_kind {
            let is_read = read.contains(name.as_str());
            let column = match column(member, known) {
                Ok(column) => column,
                Err(problem) if is_read => return Err(problem),
                Err(_) => continue,
            };
            let data_type = schema.field(column).data_type();
            match name.as_str() {
                "name" => expect(schema, column, "name", "text", is_text)?,
                "anonymous" => {
                    let is_boolean = |data_type: &DataType| *data_type == DataType::Boolean;
                    expect(schema, column, "anonymous", "a boolean", is_boolean)?;
                }
                "_meta" => {
                    let is_struct = |data_type: &DataType| matches!(data_type, DataType::Struct(_));
                    expect(schema, column, "_meta", "a struct", is_struct)?;
                }
                _ => {}
            }
            match unmappable(data_type) {
                None => found.push(Member { name: name.into(), column, is_read }),
                Some(part) if is_read => {
                    return Err(format!(
                        "column `{}` is read by a flag as `{member}` and cannot be an attribute: it \
                         contains {part}; cast it, or leave it out with context={{\"{member}\": None}}",
                        schema.field(column).name()
                    ));
                }
                Some(_) => {}
            }
        }
        let kind = kind.unwrap_or_else(|| Kind::Named(Arc::from(USER)));
        kinds.push(KindColumns { kind, key, members: found });
    }
    let is_user = |one: &&KindColumns| matches!(&one.kind, Kind::Named(kind) if **kind == *USER);
    if kinds.iter().filter(is_user).count() > 1 {
        return Err("both `key` and `user.key` are keys of the kind `user`: leave one out".into());
    }
    if kinds.is_empty() {
        return Err(format!(
            "there is no column `key`; pass context={{\"key\": …}} with one of {}",
            names(schema)
        ));
    }
    Ok(kinds)
}

/// Checks a column whose type decides whether a context is valid; columns of nulls are valid.
fn expect(
    schema: &Schema,
    column: usize,
    member: &str,
    expected: &str,
    is_valid: impl Fn(&DataType) -> bool,
) -> Result<(), Problem> {
    let field = schema.field(column);
    if is_valid(field.data_type()) || *field.data_type() == DataType::Null {
        return Ok(());
    }
    Err(format!(
        "column `{}` is {}: the `{member}` of a context is {expected}; cast it",
        field.name(),
        field.data_type()
    ))
}
