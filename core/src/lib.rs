//! Evaluates LaunchDarkly-style flag documents, with the same answer on every host runtime.
//!
//! isoflag evaluates LaunchDarkly-style flag documents: targets, rules, segments, prerequisites,
//! percentage rollouts and experiments. It does no I/O: no clock, no randomness, no network. The
//! same document and the same context give the same bytes wherever it runs.
//!
//! Data flow, in reading order:
//!
//! 1. `json` parses a text once into a [`Value`] and writes its canonical form;
//! 2. `document` takes flags and segments out of their container;
//! 3. `ruleset` compiles them: regular expressions, versions, dates, references and sets are
//!    prepared before the first evaluation, and mistakes in the document become [`Diagnostic`]s;
//! 4. `context` parses the context of an evaluation;
//! 5. `evaluation` computes the answer: [`Flags::bind`] looks up the attributes that the document
//!    reads, [`BoundFlags`] evaluates;
//! 6. `explain` records the same evaluation; `state` returns the answers of all flags.
//!
//! These modules build on it: `freshness` decides which document supersedes which; `consistency`,
//! whether the whole back end has a document; `history` keeps recent documents, for pins to them;
//! `receipt` makes answers that can be verified elsewhere; `impact` and `diff` compare documents;
//! `check` finds authoring mistakes; `lifecycle` reads owners and statuses; `strategy` turns flags
//! on and off by status; `reach` derives the answers that a flag can give; `activity` and
//! `last_evaluated` count evaluations; `inventory` lists all flags of all environments;
//! `retirement` finds removable flags; `certification` evaluates the test results of an artifact;
//! `typing` generates types for a document's flags.
//!
//! The feature `tools`, on by default, contains what evaluation does not need: explanations,
//! diagnostics, AppConfig's profiles, the secure-mode hash and the modules that depend on them. The
//! feature `authoring`, on by default and with `tools`, is for authors and maintainers of documents.
//! No answer depends on either.
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
#![cfg_attr(
    not(feature = "tools"),
    allow(
        dead_code,
        unused_imports,
        unreachable_pub,
        reason = "computed by evaluation, exposed only by `tools`"
    )
)]

#[cfg(feature = "authoring")]
mod activity;
mod balanced_tree;
mod bound_flags;
mod calendar;
#[cfg(feature = "authoring")]
mod certification;
#[cfg(feature = "authoring")]
mod check;
mod consistency;
mod context;
mod diagnostic;
#[cfg(feature = "authoring")]
mod diff;
mod digest;
mod document;
mod evaluation;
#[cfg(feature = "tools")]
mod explain;
mod flags;
mod freshness;
mod hash_index;
#[cfg(feature = "tools")]
mod history;
#[cfg(feature = "authoring")]
mod impact;
#[cfg(feature = "authoring")]
mod inventory;
mod json;
mod key_set;
#[cfg(feature = "authoring")]
mod last_evaluated;
#[cfg(feature = "tools")]
mod lifecycle;
pub mod limits;
mod path;
#[cfg(feature = "tools")]
mod printable;
#[cfg(feature = "authoring")]
mod reach;
#[cfg(feature = "tools")]
mod receipt;
#[cfg(feature = "authoring")]
mod retirement;
mod ruleset;
mod state;
#[cfg(feature = "tools")]
mod strategy;
#[cfg(feature = "authoring")]
mod typing;

#[cfg(feature = "authoring")]
pub use activity::{Activity, ActivityError, FlagActivity};
pub use bound_flags::{BoundFlags, PartialBinding};
#[cfg(feature = "authoring")]
pub use certification::{
    ArtifactFeature, Certification, CertificationVerdict, Deployment, StepError, StepResult,
    TestEvidence,
};
#[cfg(feature = "authoring")]
pub use check::{
    CheckOptions, CheckOptionsError, NamePattern, NamePatternError, from_appconfig_key,
    to_appconfig_key,
};
pub use consistency::{Consistency, Gate, POLL_TIMEOUT_MS};
#[cfg(feature = "tools")]
pub use consistency::{TtlError, parse_ttl};
pub use context::{AttributeReference, Context, ContextBuilder, ContextError, ReferenceError};
#[cfg(feature = "tools")]
pub use diagnostic::{Diagnostic, Severity};
#[cfg(feature = "authoring")]
pub use diff::Diff;
#[cfg(feature = "tools")]
pub use digest::secure_mode_hash;
pub use document::DocumentError;
pub use evaluation::{
    Answer, BigSegments, BigSegmentsError, BigSegmentsStatus, ErrorKind, EvaluationDetail,
    FlagHandle, Reason, ReasonKind, ReasonMember, ValueType,
};
#[cfg(feature = "tools")]
pub use explain::Explanation;
pub use flags::Flags;
pub use freshness::{Evidence, ResponseTimes};
#[cfg(feature = "tools")]
pub use history::{DocumentHistory, HistoryLimits, PinError, Pinned};
#[cfg(feature = "authoring")]
pub use inventory::{
    Attention, Environment, FlagOn, Inventory, InventoryDocument, InventoryRow, ServedValue,
};
pub use json::{JsonError, Object, Value};
#[cfg(feature = "authoring")]
pub use last_evaluated::LastEvaluated;
#[cfg(feature = "authoring")]
pub use lifecycle::{Artifact, LifecycleChange, LifecycleError, MomentError, moment_of_seconds};
#[cfg(feature = "tools")]
pub use lifecycle::{Lifecycle, Status, TransitionError, read_moment};
#[cfg(feature = "tools")]
pub use printable::{printable, printable_lines};
#[cfg(feature = "authoring")]
pub use reach::{Constant, Reach, ReachedVariation};
#[cfg(feature = "tools")]
pub use receipt::{Receipt, ReceiptError, replay};
#[cfg(feature = "authoring")]
pub use retirement::{
    DatedDocument, Retirement, RetirementInputs, RetirementRule, Since, Tri, Verdict,
};
pub use ruleset::{Hash, Mentions};
pub use state::{AllFlagsOptions, FlagState, PrerequisiteKeys, StateMember};
#[cfg(feature = "tools")]
pub use strategy::{Effect, Strategy, StrategyError, StrategyKind, System};
#[cfg(feature = "authoring")]
pub use typing::TypingLanguage;

/// The version of the rules of evaluation: raised when any answer for any document may change.
pub const SPEC_VERSION: u32 = 2;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
