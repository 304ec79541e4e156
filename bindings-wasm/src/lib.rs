//! The exports of both WebAssembly modules of the npm package: values are passed as JSON text, objects are integer
//! handles, and an answer is returned as one integer. It only converts; the npm package's TypeScript wraps it.
//!
//! In reading order: [`handles`] stores the core's objects for JavaScript, [`failure`] stores errors; then [`flags`],
//! [`context`] and [`bound`] export each class, [`answer`] encodes answers, and [`freshness`] exports which document
//! supersedes which, and the gate. The crates in `core/` and `tools/` make the modules: each adds how it loads documents,
//! and `tools/` what evaluation does not need.

pub mod answer;
pub mod bound;
pub mod context;
pub mod failure;
pub mod flags;
pub mod freshness;
pub mod handles;
