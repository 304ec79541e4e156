//! `tools.wasm`: the exports that both modules have, and those that evaluation does not need.
//!
//! [`load`] loads documents, [`failure`] reports errors; [`tools`] exports explanations and diagnostics, [`history`],
//! [`impact`], [`lifecycle`], [`receipt`] and [`typing`] what their names say, and [`part`] what a server uses to evaluate for one
//! object after the other.

pub mod failure;
pub mod history;
pub mod impact;
pub mod lifecycle;
pub mod load;
pub mod part;
pub mod receipt;
pub mod tools;
pub mod typing;
