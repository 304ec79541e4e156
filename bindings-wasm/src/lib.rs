//! The exports of both WebAssembly modules of the npm package: values are passed as JSON text, objects are integer
//! handles, and an answer is returned as one integer. It only converts; the npm package's TypeScript wraps it.
//!
//! In reading order: [`handles`] stores the core's objects for JavaScript, [`failure`] stores errors; then [`flags`],
//! [`context`] and [`bound`] export each class, [`answer`] encodes answers, and [`state`] exports the state of all
//! flags, [`consistency`] the gate, [`freshness`] which document supersedes which. The crates in `core/` and `tools/`
//! make the modules: each adds how it loads documents, and `tools/` what evaluation does not need.

pub mod answer;
pub mod bound;
pub mod consistency;
pub mod context;
pub mod failure;
pub mod flags;
pub mod freshness;
pub mod handles;
pub mod state;
