//! `tools.wasm`: the exports that both modules have, and those that evaluation does not need.
//!
//! [`tools`] loads documents, and exports explanations, diagnostics and types; [`edit`] changes texts,
//! [`failure`] reports errors; [`history`], [`impact`], [`lifecycle`], [`projection`], [`receipt`],
//! [`suggestion`] and [`system_flags`] export what their names say, and [`part`] what a server uses to evaluate for
//! one object after the other.

pub mod edit;
pub mod failure;
pub mod history;
pub mod impact;
pub mod lifecycle;
pub mod part;
pub mod projection;
pub mod receipt;
pub mod suggestion;
pub mod system_flags;
pub mod tools;
