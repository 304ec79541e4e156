//! The columns that make a row's context.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema};
use isoflag_tools::KindPrefixes;
use pyo3::prelude::*;

use crate::column::{Column, is_text, unmappable};
use crate::size::Size;

/// The kind of a context without another.
pub(crate) const USER: &str = "user";

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
    /// Whether answers may depend on each column.
    reads: Vec<bool>,
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
    /// Whether an answer, the validity of the context or a report may depend on it.
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
    /// `names` are the attributes that the flags read.
    pub(crate) fn of(
        schema: &Schema,
        context: Option<ContextArgument>,
        clock: Option<ClockArgument>,
        names: &BTreeSet<Arc<str>>,
    ) -> Result<Mapping, Problem> {
        let columns = Columns::of(schema);
        let contexts = match context {
            Some(ContextArgument::Whole(name)) => Contexts::Whole(whole(&columns, &name)?),
            Some(ContextArgument::Members(members)) => {
                Contexts::Kinds(kinds(&columns, members, names)?)
            }
            None => Contexts::Kinds(kinds(&columns, Vec::new(), names)?),
        };
        let clock = match clock {
            None => None,
            Some(ClockArgument::Instant((now_ms, offset))) => Some(Clock::Instant(now_ms, offset)),
            Some(ClockArgument::Column(name)) => {
                let column = columns.find(&name)?;
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
        let mut reads = vec![false; schema.fields().len()];
        for column in contexts.read_columns() {
            if let Some(reads) = reads.get_mut(column) {
                *reads = true;
            }
        }
        Ok(Mapping { contexts, clock, reads })
    }

    /// Returns the columns of a batch; those that answers may depend on are prepared.
    pub(crate) fn columns<'b>(&self, batch: &'b RecordBatch) -> Vec<Column<'b>> {
        let prepare = |(array, is_read): (&'b ArrayRef, &bool)| match is_read {
            true => Column::of(array),
            false => Column::Other(array),
        };
        batch.columns().iter().zip(&self.reads).map(prepare).collect()
    }

    /// The columns of each kind; `None` for a column of whole contexts.
    pub(crate) fn kinds(&self) -> Option<&[KindColumns]> {
        match &self.contexts {
            Contexts::Kinds(kinds) => Some(kinds),
            Contexts::Whole(_) => None,
        }
    }

    /// Whether rows whose contexts cannot be too large can overwrite a bound context: validity depends
    /// on kinds, keys, names and `anonymous` alone.
    pub(crate) fn is_fast(&self) -> bool {
        let Some(kinds) = self.kinds() else { return false };
        let mut members = kinds.iter().flat_map(|kind| &kind.members);
        self.clock.is_none()
            && kinds.len() <= u32::BITS as usize
            && !members.any(|member| &*member.name == "_meta")
    }

    /// Whether no row's context can exceed a limit.
    pub(crate) fn is_small(&self, batch: &RecordBatch) -> bool {
        let Some(kinds) = self.kinds() else { return false };
        let column = |index: usize| {
            batch.columns().get(index).map_or(Size::default(), |column| Size::of_cells(column))
        };
        let size = kinds.iter().fold(Size::of_brackets(), |sum, kind| {
            let name = match &kind.kind {
                Kind::Named(name) => Size::of_text(name.len()),
                Kind::Column(index) => column(*index),
            };
            let members = kind.members.iter().fold(Size::of_brackets(), |sum, member| {
                sum.plus(Size::of_text(member.name.len())).plus(column(member.column))
            });
            // The names `kind` and `key`, and "multi".
            sum.plus(name).plus(column(kind.key)).plus(Size::of_text(16)).plus(members)
        });
        size.fits()
    }
}

impl Contexts {
    fn read_columns(&self) -> Vec<usize> {
        match self {
            Contexts::Whole(column) => vec![*column],
            Contexts::Kinds(kinds) => {
                let mut columns = Vec::new();
                for one in kinds {
                    columns.push(one.key);
                    columns.extend(match one.kind {
                        Kind::Column(kind) => Some(kind),
                        Kind::Named(_) => None,
                    });
                    let read = one.members.iter().filter(|member| member.is_read);
                    columns.extend(read.map(|member| member.column));
                }
                columns
            }
        }
    }
}

/// The columns of a schema by name.
struct Columns<'s> {
    schema: &'s Schema,
    /// `None` for a name of several columns.
    by_name: BTreeMap<&'s str, Option<usize>>,
}

impl<'s> Columns<'s> {
    fn of(schema: &'s Schema) -> Columns<'s> {
        let mut by_name = BTreeMap::new();
        for (index, field) in schema.fields().iter().enumerate() {
            by_name
                .entry(field.name().as_str())
                .and_modify(|only| *only = None)
                .or_insert(Some(index));
        }
        Columns { schema, by_name }
    }

    fn find(&self, name: &str) -> Result<usize, Problem> {
        match self.by_name.get(name) {
            Some(Some(index)) => Ok(*index),
            Some(None) => Err(format!("there are two columns `{name}`: rename one")),
            None => Err(format!("there is no column `{name}`; there are {}", names(self.schema))),
        }
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

fn whole(columns: &Columns<'_>, name: &str) -> Result<usize, Problem> {
    let column = columns.find(name)?;
    let data_type = columns.schema.field(column).data_type();
    let is_context = is_text(data_type) || matches!(data_type, DataType::Struct(_));
    match unmappable(columns.schema.field(column)) {
        None if is_context => Ok(column),
        None => Err(format!(
            "column `{name}` is {data_type}: whole contexts are JSON text or structs; to map members, \
             pass a dict"
        )),
        Some(part) => Err(format!("column `{name}` cannot be a context: it contains {part}")),
    }
}

/// A member of any kind: its name with the prefix, and its column, by default that of its name.
type Named<'s> = (&'s str, Option<usize>);

fn kinds(
    columns: &Columns<'_>,
    overrides: Vec<(String, Option<String>)>,
    read: &BTreeSet<Arc<str>>,
) -> Result<Vec<KindColumns>, Problem> {
    let overridden: BTreeSet<&str> = overrides.iter().map(|(member, _)| member.as_str()).collect();
    let mut members: Vec<Named<'_>> = Vec::new();
    // Two columns of one name are an error only if they are read.
    let mut seen = BTreeSet::new();
    for field in columns.schema.fields() {
        let name = field.name().as_str();
        if seen.insert(name) && !overridden.contains(name) {
            members.push((name, None));
        }
    }
    for (member, column) in &overrides {
        if let Some(column) = column {
            members.push((member, Some(columns.find(column)?)));
        }
    }
    let prefixes = KindPrefixes::of(members.iter().map(|(name, _)| *name));
    let mut by_prefix: BTreeMap<&str, Vec<(&str, Named<'_>)>> = BTreeMap::new();
    for member in members {
        let (prefix, name) = prefixes.split(member.0);
        by_prefix.entry(prefix).or_default().push((name, member));
    }
    let mut kinds = Vec::new();
    for (prefix, members) in by_prefix {
        kinds.extend(kind(columns, prefix, &members, read)?);
    }
    let is_user = |one: &&KindColumns| matches!(&one.kind, Kind::Named(kind) if **kind == *USER);
    if kinds.iter().filter(is_user).count() > 1 {
        return Err("both `key` and `user.key` are keys of the kind `user`: leave one out".into());
    }
    if kinds.is_empty() {
        let remedy = match columns.schema.fields().is_empty() {
            true => "the table has no columns".to_owned(),
            false => {
                format!("pass context={{\"key\": …}} with one of {}", names(columns.schema))
            }
        };
        return Err(format!("there is no column `key`; {remedy}"));
    }
    Ok(kinds)
}

/// Returns the columns of the kind with a prefix; `None` without a key.
fn kind(
    columns: &Columns<'_>,
    prefix: &str,
    members: &[(&str, Named<'_>)],
    read: &BTreeSet<Arc<str>>,
) -> Result<Option<KindColumns>, Problem> {
    let schema = columns.schema;
    let column = |(member, known): &Named<'_>| known.map_or_else(|| columns.find(member), Ok);
    let mut kind = Kind::Named(Arc::from(if prefix.is_empty() { USER } else { prefix }));
    let mut key = None;
    for (name, member) in members {
        match *name {
            "key" => {
                let column = column(member)?;
                expect(schema, column, "key", "text", is_text)?;
                key = Some(column);
            }
            "kind" if prefix.is_empty() => {
                let column = column(member)?;
                expect(schema, column, "kind", "text", is_text)?;
                kind = Kind::Column(column);
            }
            _ => {}
        }
    }
    let Some(key) = key else { return Ok(None) };
    let mut found = Vec::new();
    // The prefix is the kind, whatever a column `org.kind` holds.
    for (name, member) in members.iter().filter(|(name, _)| !matches!(*name, "key" | "kind")) {
        let is_read = read.contains(*name);
        let column = match column(member) {
            Ok(column) => column,
            Err(problem) if is_read => return Err(problem),
            Err(_) => continue,
        };
        match *name {
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
        match unmappable(schema.field(column)) {
            None => {
                // A name that is not text makes a context invalid, and private attributes are hidden.
                let is_read = is_read || matches!(*name, "name" | "_meta");
                found.push(Member { name: Arc::from(*name), column, is_read });
            }
            Some(part) if is_read => {
                return Err(format!(
                    "column `{}` is read by a flag as `{}` and cannot be an attribute: it contains \
                     {part}; cast it, or leave it out with context={{\"{}\": None}}",
                    schema.field(column).name(),
                    member.0,
                    member.0
                ));
            }
            Some(_) => {}
        }
    }
    Ok(Some(KindColumns { kind, key, members: found }))
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
