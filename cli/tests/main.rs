//! Runs the CLI and checks its output, its exit codes and the files that it writes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod advance;
mod certify;
mod check;
mod documents;
mod environments;
mod evaluate;
mod examples;
mod flag;
mod impact;
mod lifecycle;
mod printable;
mod program;
mod project;
mod promote;
mod reports;
mod review;
mod stamp;
mod usage;
