//! The context of a row.

use std::fmt;
use std::sync::Arc;

use isoflag::{Context, ContextError, Marks, Object, Value};

use crate::cells::{Cells, TooLarge};
use crate::column::{Column, RowText, milliseconds};
use crate::mapping::{Clock, Contexts, Kind, KindColumns, Mapping, Member, USER};
use crate::rows::Part;

/// The kind name of contexts of several kinds.
pub(crate) const MULTI: &str = "multi";

const KIND: &str = "kind";
const KEY: &str = "key";

/// The rows of a part of a batch as contexts.
pub(crate) struct RowContexts<'a> {
    mapping: &'a Mapping,
    part: &'a Part,
    columns: &'a [Column<'a>],
}

/// The reason why a row is not a context.
#[derive(Debug)]
pub(crate) enum Invalid {
    Context(ContextError),
    TooLarge,
    /// A key or kind is not UTF-8.
    NotText,
}

impl<'a> RowContexts<'a> {
    pub(crate) fn new(
        mapping: &'a Mapping,
        part: &'a Part,
        columns: &'a [Column<'a>],
    ) -> RowContexts<'a> {
        RowContexts { mapping, part, columns }
    }

    /// Builds the context of a row.
    pub(crate) fn context(&self, row: usize) -> Result<Context, Invalid> {
        let context = match &self.mapping.contexts {
            Contexts::Whole(column) => self.whole(*column, row),
            Contexts::Kinds(kinds) => self.of_kinds(kinds, row),
        }?;
        match &self.mapping.clock {
            None => Ok(context),
            Some(Clock::Instant(now_ms, offset)) => Ok(context.with_clock(*now_ms, *offset)?),
            Some(Clock::Column(column)) => {
                let now_ms = self.part.rows.columns().get(*column);
                match now_ms.and_then(|column| milliseconds(column, row)) {
                    Some(now_ms) => Ok(context.with_clock(now_ms as f64, 0)?),
                    None => Ok(context),
                }
            }
        }
    }

    fn whole(&self, column: usize, row: usize) -> Result<Context, Invalid> {
        let value = match (self.columns.get(column), self.text(column, row)) {
            (_, RowText::Text(text)) => return Ok(Context::from_json(text.as_bytes())?),
            (Some(column), _) => Cells::of_context().value(column, row, 1)?,
            (None, _) => Value::Null,
        };
        Ok(Context::from_host_value(&value, Marks::Possible)?)
    }

    fn of_kinds(&self, kinds: &[KindColumns], row: usize) -> Result<Context, Invalid> {
        let mut present = Vec::new();
        for kind in kinds {
            let (name, may_be_whole) = match &kind.kind {
                Kind::Named(name) => (&**name, false),
                Kind::Column(column) => match self.text(*column, row) {
                    RowText::Null => (USER, false),
                    RowText::Text(name) => (name, name == MULTI),
                    RowText::Invalid => return Err(Invalid::NotText),
                },
            };
            match self.text(kind.key, row) {
                RowText::Null if may_be_whole => present.push((kind, name, None)),
                RowText::Null => {}
                RowText::Text(key) => present.push((kind, name, Some(key))),
                RowText::Invalid => return Err(Invalid::NotText),
            }
        }
        let mut cells = match self.part.is_small {
            true => Cells::of_small_context(),
            false => Cells::of_context(),
        };
        let are_several = present.len() > 1;
        if are_several {
            cells.open()?;
            cells.name(KIND)?;
            cells.text(MULTI)?;
        }
        let mut parts = Vec::new();
        for (kind, name, key) in present {
            cells.name(if are_several { name } else { KIND })?;
            cells.open()?;
            if !are_several {
                cells.text(name)?;
            }
            let mut members = vec![(Arc::from(KIND), Value::from(name))];
            if let Some(key) = key {
                cells.name(KEY)?;
                cells.text(key)?;
                members.push((Arc::from(KEY), Value::from(key)));
            }
            // A member that nothing reads counts only towards the limits, unless it is a kind.
            let is_skipped =
                |member: &&Member| self.part.is_small && !member.is_read && name != MULTI;
            for member in kind.members.iter().filter(|member| !is_skipped(member)) {
                let Some(column) = self.columns.get(member.column) else { continue };
                let level = if are_several { 3 } else { 2 };
                let value = cells.value(column, row, level)?;
                if !value.is_null() {
                    cells.name(&member.name)?;
                    members.push((Arc::clone(&member.name), value));
                }
            }
            let object = Object::from_members(members).into();
            parts.push(Context::from_host_value(&object, Marks::Possible)?);
        }
        match <[Context; 1]>::try_from(parts) {
            Ok([only]) => Ok(only),
            Err(parts) => Ok(Context::multi(&parts)?),
        }
    }

    fn text(&self, column: usize, row: usize) -> RowText<'a> {
        self.columns.get(column).map_or(RowText::Null, |column| column.text(row))
    }
}

impl From<TooLarge> for Invalid {
    fn from(_: TooLarge) -> Invalid {
        Invalid::TooLarge
    }
}

impl From<ContextError> for Invalid {
    fn from(error: ContextError) -> Invalid {
        Invalid::Context(error)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Invalid::Context(error) => error.fmt(f),
            Invalid::TooLarge => f.write_str("the context is larger than the limit"),
            Invalid::NotText => f.write_str("a key or kind is not UTF-8"),
        }
    }
}
