//! Checks, compares and manages the flag documents that the crate `isoflag` evaluates.
//!
//! Everything here reads a document, or returns a changed one; nothing does I/O. In the order in
//! which the modules build on each other:
//!
//! - `activity` counts evaluations; `in_place` writes a changed document into
//!   the text of the earlier one;
//! - `analysis` derives the possible answers of a flag (`reach`), and the flags whose answers differ
//!   between two documents (`changed_answers`);
//! - `lifecycle` reads and changes owners and statuses; `strategy` turns flags on and off by status;
//!   `rollout` advances planned rollouts;
//! - `check` finds authoring mistakes; `diff` describes the differences between two documents, and
//!   `impact` the answers that change, exactly or counted over contexts; `simulation` counts the
//!   answers of one flag; `edit` changes flags in the text of a document, `promote` carries them from
//!   one document to another, `convert` converts documents of other tools, and `projection` makes the
//!   smaller document for clients; `suggestion` finds the smallest change of a context that leads to
//!   another variation;
//! - `certification` evaluates the test results of an artifact; `inventory` lists all flags of all
//!   environments; `retirement` finds removable flags; `review` lists the flags for a meeting;
//! - `receipt` makes answers that can be verified elsewhere; `typing` generates types for a
//!   document's flags; `appconfig_key` converts keys for AWS AppConfig.

#![forbid(unsafe_code)]

mod activity;
mod analysis;
mod appconfig_key;
mod certification;
mod check;
mod context_file;
mod convert;
mod diff;
mod edit;
mod impact;
mod in_place;
mod inventory;
mod lifecycle;
mod note;
mod percentage;
mod projection;
mod promote;
mod receipt;
mod retirement;
mod review;
mod rollout;
mod simulation;
mod strategy;
mod suggestion;
mod ternary;
mod typing;

pub use activity::{Activity, ActivityError, FlagActivity, LastEvaluated};
pub use analysis::{Constant, Reach, ReachedVariation, changed_answers, constant, reach};
pub use appconfig_key::{from_appconfig_key, to_appconfig_key};
pub use certification::{
    ArtifactFeature, Certification, CertificationVerdict, Deployment, StepError, StepResult,
    TestEvidence, certification, certification_by_evidence, deployment, finish,
};
pub use check::{
    CheckOptions, CheckOptionsError, NamePattern, NamePatternError, check, check_environments,
};
pub use context_file::{ContextFile, ContextFileError, ContextTally, FileContext, KindPrefixes};
pub use convert::{Conversion, ConversionSource, convert};
pub use diff::{Diff, cell_code, diff, patch_between};
pub use edit::{EditError, Refusal, edit};
pub use impact::{
    Because, DecidingPart, ExactShare, FlagImpact, Foreseen, ForeseenChange, Group, GroupBy,
    GroupedBy, IMPACT_GROUPS, IMPACT_SAMPLE, Impact, ImpactCounter, Move, Percentage,
    PercentageError, ServedAnswer, impact, percent,
};
pub use in_place::{InPlaceError, keys_in_text, written_in_place};
pub use inventory::{
    Attention, Environment, FlagOn, Inventory, InventoryDocument, InventoryRow, ServedValue,
};
pub use lifecycle::{
    Artifact, FlagKind, Lifecycle, LifecycleChange, LifecycleError, MomentError, Status,
    TransitionError, artifacts, environment, followed_changes, lifecycle, moment_of_seconds,
    on_variation, owner, read_moment, stakeholder, stamped, stamped_changes, status_change,
    with_changes, with_status,
};
pub use note::Note;
pub use projection::{
    Projection, ProjectionError, ProjectionOptions, ProjectionReport, RefusedFlag, VisibleString,
    check_visibility, project, projected_json,
};
pub use promote::{PromoteOptions, Promotion, promote};
pub use receipt::{Receipt, ReceiptError, receipt, replay, system_receipt};
pub use retirement::{
    DatedDocument, JointRetirement, Retirement, RetirementInputs, RetirementRule, Since, Verdict,
    joint_retirements, retirements,
};
pub use review::{Due, DueReason, Moved, Movement, Review, ReviewDocument, ReviewPeriod};
pub use rollout::{Advance, Alarms, Decision, DecisionKind, advance};
pub use simulation::{
    RaiseError, SimulatedRollout, SimulatedShare, Simulation, SimulationCounter, raised,
};
pub use strategy::{
    Effect, Strategy, StrategyError, StrategyKind, System, SystemFlags, strategy_effect,
    strategy_for, with_strategy,
};
pub use suggestion::{AttributeChange, Suggestion, SuggestionError, suggest};
pub use ternary::Ternary;
pub use typing::{TypingLanguage, typing};
