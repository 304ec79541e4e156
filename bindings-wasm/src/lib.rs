//! The WebAssembly binding of `isoflag`: values are passed as JSON text, objects are integer handles, and an answer is
//! returned as one integer. It only converts; the npm package's TypeScript wraps it.
//!
//! In reading order: [`handles`] stores the core's objects for JavaScript, [`failure`] reports errors; then [`flags`],
//! [`context`] and [`bound`] export each class, [`answer`] encodes answers, and [`state`] exports the state of all
//! flags, [`consistency`] the gate, [`freshness`] which document supersedes which; only `tools.wasm` has `tools`,
//! `history`, `receipt` and `typing`, and `part`, which a server uses to evaluate for one object after the other.

pub mod answer;
pub mod bound;
pub mod consistency;
pub mod context;
pub mod failure;
pub mod flags;
pub mod freshness;
pub mod handles;
#[cfg(feature = "tools")]
pub mod history;
#[cfg(feature = "tools")]
pub mod lifecycle;
#[cfg(feature = "tools")]
pub mod part;
#[cfg(feature = "tools")]
pub mod receipt;
pub mod state;
#[cfg(feature = "tools")]
pub mod tools;
#[cfg(feature = "tools")]
pub mod typing;

/// A quarter of the code size of std's allocator, and as fast on a page; on a server std's is faster.
#[cfg(all(target_arch = "wasm32", not(feature = "tools")))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
