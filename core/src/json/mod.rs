//! JSON as every host of isoflag sees it: doubles, sorted objects, one canonical text.
//!
//! The reader and the text of numbers are isoflag's own: a library's were a large part of what a
//! page had to download, and know neither paths nor duplicates. Tests hold them against
//! `serde_json`.

mod canonical;
mod decimal;
mod error;
mod natural;
mod note;
mod number;
mod object;
mod order;
mod power_of_ten;
mod reader;
mod repetition;
mod scanner;
mod sharing;
mod value;

pub use error::JsonError;
pub use object::Object;
pub use value::Value;

pub(crate) use canonical::push_hex;
pub(crate) use error::{JsonErrorKind, position};
pub(crate) use note::{Note, NoteKind, OpenPlaces};
pub(crate) use number::{integer, is_imprecise, write_integer_digits};
pub(crate) use order::{sorted_names, sorted_places};
pub(crate) use reader::{Reading, read};
