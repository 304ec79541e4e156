//! Enters the target that `ISOFLAG_FUZZ` names with libFuzzer's inputs.
#![no_main]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a fuzzer fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads its environment")]

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use isoflag_fuzz::{Target, count_block, mutated};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

static TARGET: OnceLock<&'static Target> = OnceLock::new();
static MEMORY: AtomicU64 = AtomicU64::new(0);
static BLOCKS: AtomicU64 = AtomicU64::new(0);

/// Inputs below this length have the cost of any input.
const SHORT: usize = 256;

fuzz_target!(|bytes: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("ISOFLAG_FUZZ").unwrap_or_default();
        Target::named(&name).unwrap_or_else(|| panic!("ISOFLAG_FUZZ: there is no target `{name}`"))
    });
    let cost = target.run(bytes);
    // The largest costs of a byte, which `fuzz/run.py` reads.
    if let Some(length) = u64::try_from(bytes.len()).ok().filter(|_| bytes.len() >= SHORT) {
        let [memory, blocks] =
            [(&MEMORY, cost.memory), (&BLOCKS, cost.blocks)].map(|(most, cost)| {
                let before = most.fetch_max(cost / length, Ordering::Relaxed);
                cost / length > before + before / 8
            });
        if memory || blocks {
            let most = |most: &AtomicU64| most.load(Ordering::Relaxed);
            eprintln!("cost: {} bytes, {} blocks", most(&MEMORY), most(&BLOCKS));
        }
    }
});

// Two of three mutations keep JSON valid, as far as there is any.
fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    let kept = bytes.get(..size).filter(|_| seed % 3 != 0);
    match kept.and_then(|kept| mutated(kept, seed)).filter(|new| new.len() <= most) {
        Some(new) => {
            bytes[..new.len()].copy_from_slice(&new);
            new.len()
        }
        None => fuzzer_mutate(bytes, size, most),
    }
});

/// Counts a basic block: instrumented code calls this. The compiler does not instrument functions of
/// this name. libFuzzer has an empty one, which this one replaces since it is linked first.
#[allow(unsafe_code, reason = "the instrumentation calls the function by this name")]
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_pc() {
    count_block();
}
