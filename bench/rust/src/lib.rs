//! The workload and the evaluators of the native benchmarks.

mod launchdarkly;
mod workload;

pub use launchdarkly::{LaunchDarkly, agree};
pub use workload::{Case, Growth, Index, Workload};

/// Any failure; it ends the run.
pub type Failure = Box<dyn std::error::Error>;
