//! The WebAssembly binding of `isoflag`: values go in as JSON text, objects are integer handles, and an answer comes
//! back as one integer. It converts and decides nothing; the npm package's TypeScript wraps it.
//!
//! In reading order: [`handles`] says how an object of the core is known to JavaScript, [`failure`] how an error
//! reaches it; then [`flags`], [`context`] and [`bound`] hold what is exported for each class, [`answer`] what an
//! evaluation returns, and [`state`] the state of all flags, [`consistency`] the gate, [`freshness`] which document supersedes which;
//! `tools`, `history`, `receipt` and `typing` are what only `tools.wasm` has, and `part`, by which a server asks about one
//! object after the other.

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

/// A quarter of the code of std's allocator, and on a page as fast; on a server std's is faster.
#[cfg(all(target_arch = "wasm32", not(feature = "tools")))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
