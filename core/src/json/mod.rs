//! JSON with doubles, sorted objects and one canonical text, identical on every host runtime.
//!
//! The parser and the conversion of numbers are isoflag's own: those of a library were a large part
//! of a page's download, and report neither paths nor duplicate members. Tests compare them with
//! `serde_json`.

mod canonical;
mod decimal;
mod error;
mod interner;
mod memory;
mod natural;
mod note;
mod number;
mod object;
mod order;
mod path;
mod power_of_ten;
mod reader;
mod scanner;
mod value;

pub use error::JsonError;
pub(crate) use object::Member;
pub use object::Object;
pub use path::{OwnedPath, Path, Step};
pub use value::Value;

pub(crate) use canonical::push_hex;
pub(crate) use error::{position, too_deep};
pub(crate) use memory::{Memory, Size, TOO_DENSE, TOO_MANY};
pub(crate) use note::{Note, NoteKind, OpenPaths};
pub(crate) use number::{integer, is_imprecise, write_integer_digits};
pub(crate) use order::sort_numbers;
pub use order::{sort_by, utf16_order};
pub(crate) use reader::{Reading, read, read_context};
