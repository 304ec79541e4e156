//! The cost of a call: its peak memory, and the basic blocks that it executes.
//!
//! Both are counted, never timed, and the same on every run. Memory is counted by the allocator.
//! Basic blocks are counted by the compiler's coverage instrumentation, which calls
//! `__sanitizer_cov_trace_pc` (in `libfuzzer.rs`) in each; `make fuzz` enables it. Hardware counters would be more exact, but
//! virtual machines seldom have them. Code of the standard library that is not generic, such as
//! copying bytes, is not instrumented. Other builds count no blocks.

use std::sync::atomic::{AtomicU64, Ordering};

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

static BLOCKS: AtomicU64 = AtomicU64::new(0);

/// The memory that any input may take: parts of a fixed size, and the first few of a list.
const MEMORY: u64 = 1 << 20;

/// The basic blocks that any input may take.
const BLOCKS_OF_ANY: u64 = 1_000_000;

/// The cost of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The peak of allocated bytes, besides those allocated before.
    pub memory: u64,
    /// The number of executed basic blocks; 0 without instrumentation.
    pub blocks: u64,
}

/// The cost that is allowed for each byte of an input.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Bytes of memory.
    pub memory: u64,
    /// Basic blocks.
    pub blocks: u64,
}

impl Bound {
    /// Returns a description of the cost, if it exceeds the bound for an input of this many bytes.
    #[must_use]
    pub fn excess(&self, cost: Cost, bytes: usize) -> Option<String> {
        let bytes = bytes as u64;
        let checks = [
            ("bytes of memory", cost.memory, MEMORY + self.memory * bytes),
            ("basic blocks", cost.blocks, BLOCKS_OF_ANY + self.blocks * bytes),
        ];
        let (unit, taken, limit) = checks.into_iter().find(|(_, taken, limit)| taken > limit)?;
        Some(format!("{taken} {unit}: at most {limit} are expected"))
    }
}

/// Makes a call and returns its result and its cost. Other threads must not allocate meanwhile.
pub fn measured<T>(call: impl FnOnce() -> T) -> (T, Cost) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let blocks = BLOCKS.load(Ordering::Relaxed);
    let result = call();
    let cost = Cost {
        memory: ALLOCATOR.peak_usage().saturating_sub(before) as u64,
        blocks: BLOCKS.load(Ordering::Relaxed) - blocks,
    };
    (result, cost)
}

/// Counts a basic block.
#[inline(always)]
pub fn count_block() {
    BLOCKS.fetch_add(1, Ordering::Relaxed);
}
