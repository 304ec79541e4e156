//! What an author writes: the containers of flags and segments, and what a patch says.

#[cfg(feature = "tools")]
mod appconfig;
mod container;
mod error;
mod patch;
mod profile;

pub use error::DocumentError;

pub(crate) use container::{Document, Section};
pub(crate) use patch::{Patch, version, with_meta};
