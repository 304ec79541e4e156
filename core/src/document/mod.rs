//! The source of a document: containers of flags and segments, patches, and AppConfig profiles.

mod appconfig;
mod container;
mod error;
mod part_sizes;
mod patch;

pub use error::DocumentError;

pub use container::Section;

pub(crate) use container::Document;
pub(crate) use patch::{Patch, version, with_meta};
