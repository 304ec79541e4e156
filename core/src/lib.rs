//! Evaluates LaunchDarkly-style flag documents, with the same answer on every host runtime.
//!
//! isoflag evaluates LaunchDarkly-style flag documents: targets, rules, segments, prerequisites,
//! percentage rollouts and experiments. It does no I/O: no clock, no randomness, no network. The
//! same document and the same context produce the same bytes wherever it runs.
//!
//! Data flow, in reading order:
//!
//! 1. `json` parses a text once into a [`Value`] and writes its canonical form;
//! 2. `document` extracts flags and segments from their container;
//! 3. `model` compiles them: regular expressions, versions, dates, references and sets are
//!    prepared before the first evaluation, and mistakes in the document become [`Diagnostic`]s;
//! 4. `context` parses the context of an evaluation;
//! 5. `evaluate` computes the answer: [`Flags::bind`] looks up the attributes that the document
//!    reads, [`BoundFlags`] evaluates;
//! 6. `explain` records the same evaluation; `flags` is the façade, with the state of all flags;
//! 7. `freshness` decides which document supersedes which, whether the whole back end has a change,
//!    and keeps recent documents, for pins to them.
//!
//! Tools that examine documents (checks, differences, lifecycles, receipts and types) are the crate
//! `isoflag-tools`, which reads the compiled document through [`model`] and its source through
//! [`Flags::source`].
//!
//! No cargo feature decides what is compiled. Two generic parameters do: evaluation is generic over
//! an observer, which records explanations or ignores every step, and compiling over the findings,
//! which are collected for diagnostics or ignored. A module contains only the code that it calls.
//!
//! ```
//! use isoflag::{Context, Flags};
//! let flags = Flags::from_json(br#"{"flags": {"dark-mode": {
//!     "key": "dark-mode", "version": 1, "on": true, "variations": [true, false],
//!     "rules": [{"variation": 0, "clauses": [
//!         {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro"]}]}],
//!     "fallthrough": {"variation": 1}, "offVariation": 1
//! }}}"#)?;
//! let ada = Context::from_json(br#"{"kind": "user", "key": "ada", "plan": "pro"}"#)?;
//! assert!(flags.bool_variation("dark-mode", &ada, false));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod balanced_tree;
mod calendar;
mod context;
mod diagnostic;
mod digest;
mod document;
mod evaluate;
mod explain;
mod flags;
mod freshness;
mod hash_index;
mod json;
mod key_set;
pub mod limits;
pub mod model;
mod printable;
mod steps;

pub use context::{
    AttributeReference, Context, ContextBuilder, ContextError, Marks, PublicAttribute,
    ReferenceError,
};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use digest::digest;
pub use digest::secure_mode_hash;
pub use document::DocumentError;
pub use evaluate::{
    Answer, BigSegments, BigSegmentsError, BigSegmentsStatus, ErrorKind, EvaluationDetail,
    FlagHandle, Reason, ReasonKind, ReasonMember, ValueType,
};
pub use explain::Explanation;
pub use flags::{
    AllFlagsOptions, BoundFlags, FlagState, Flags, OPENFEATURE_ERRORS, OPENFEATURE_REASONS,
    PartialBinding, PrerequisiteKeys, RowAttribute, RowBinding, RowValue, StateMember,
};
pub use freshness::{
    Consistency, DocumentHistory, Evidence, Gate, HistoryLimits, POLL_TIMEOUT_MS, PinError, Pinned,
    ResponseTimes, TtlError, parse_ttl,
};
pub use json::{JsonError, Object, OwnedPath, Path, Step, Value, sort_by, utf16_order};
pub use model::{Dependencies, Hash};
pub use printable::{printable, printable_lines, shortened};

/// The version of the rules of evaluation: raised when any answer for any document may change.
pub const SPEC_VERSION: u32 = 2;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
