//! JSON as every host of isoflag sees it: doubles, sorted objects, one canonical text.

mod canonical;
mod number;
mod object;
mod reader;
mod value;

pub use object::Object;
pub use reader::JsonError;
pub use value::Value;

pub(crate) use number::{is_imprecise, write_integer_digits};
pub(crate) use object::utf16_order;
pub(crate) use reader::{JsonErrorKind, Note, NoteKind, Reading, read, read_host};
