//! The workload and the evaluators of the native benchmarks.

mod agreement;
mod launchdarkly;
mod workload;

pub use agreement::agree;
pub use launchdarkly::LaunchDarkly;
pub use workload::{Case, Growth, Index, Workload};

/// Any failure; it ends the run.
pub type Failure = Box<dyn std::error::Error>;
