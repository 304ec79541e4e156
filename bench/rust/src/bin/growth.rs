//! Measures growth of time and memory with a document; prints one JSON object a line. bench/run.sh calls it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::time::Instant;

use isoflag::Flags;
use isoflag_bench::{Failure, Growth, LaunchDarkly, Workload, agree};
use serde_json::json;

/// The system's allocator with a count of the allocated bytes.
struct Counting;

static HELD: AtomicIsize = AtomicIsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller upholds the contract of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller upholds the contract of the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the bytes that the result holds.
fn held<T>(make: impl FnOnce() -> T) -> (T, isize) {
    let before = HELD.load(Ordering::Relaxed);
    let made = make();
    (made, HELD.load(Ordering::Relaxed) - before)
}

/// Nanoseconds of one call in each of some blocks; the first block is a warm-up and is not counted.
fn samples(blocks: usize, calls: usize, mut call: impl FnMut()) -> Vec<f64> {
    let mut samples = Vec::new();
    for _ in 0..=blocks {
        let start = Instant::now();
        for _ in 0..calls {
            call();
        }
        samples.push(start.elapsed().as_nanos() as f64 / calls as f64);
    }
    samples.split_off(1)
}

/// Returns the number of calls that take about a millisecond.
fn calls(mut call: impl FnMut()) -> usize {
    let start = Instant::now();
    call();
    call();
    (2_000_000 / start.elapsed().as_nanos().max(1) as usize).clamp(1, 20_000)
}

struct Run {
    blocks: usize,
    file: String,
    axis: String,
    size: usize,
}

impl Run {
    fn row(&self, group: &str, subject: &str, unit: &str, samples: &[f64]) {
        let (axis, size) = (&self.axis, self.size);
        println!(
            "{}",
            json!({
                "host": "rust", "group": group, "case": format!("{axis} {size}"),
                "subject": subject, "unit": unit, "samples": samples,
            })
        );
    }

    fn timed(&self, group: &str, subject: &str, mut call: impl FnMut()) {
        let calls = calls(&mut call);
        self.row(group, subject, "ns", &samples(self.blocks, calls, call));
    }
}

fn measure(workload: &Workload, growth: &Growth, blocks: usize) -> Result<(), Failure> {
    let run =
        Run { blocks, file: growth.file.clone(), axis: growth.axis.clone(), size: growth.size };
    let text = workload.text(&run.file)?;
    let context_text = workload.context_text("hit")?;
    let (flags, bytes) = held(|| Flags::from_json(&text));
    let flags = flags?;
    run.row("growth-memory", "isoflag", "bytes", &[bytes as f64]);
    let (theirs, bytes) = held(|| LaunchDarkly::load(&text));
    let theirs = theirs?;
    run.row("growth-memory", "launchdarkly", "bytes", &[bytes as f64]);

    let bound = flags.bind(&workload.context("hit")?);
    agree(&growth.flag, &bound, Some((&theirs, &context_text)))?;
    run.timed("growth-eval", "isoflag", || {
        let answer = bound.evaluate(black_box(&growth.flag));
        black_box((flags.value_of(&answer), answer.variation_index()));
    });
    let flag = theirs.flags.get(&growth.flag).ok_or("no such flag")?;
    let context = LaunchDarkly::context(&context_text)?;
    run.timed("growth-eval", "launchdarkly", || {
        let detail = theirs.evaluate(black_box(flag), &context);
        black_box((detail.value, detail.variation_index));
    });
    if growth.axis == "flags" {
        // Flags from all parts of the document, so that caches do not hide its size.
        let keys: Vec<String> = flags.keys().map(str::to_owned).collect();
        let mut next = 0;
        run.timed("growth-spread", "isoflag", || {
            next = (next + 7919) % keys.len();
            if let Some(key) = keys.get(next) {
                black_box(bound.evaluate(key).variation_index());
            }
        });
    }
    drop((bound, theirs));
    run.timed("growth-load", "isoflag", || {
        black_box(Flags::from_json(black_box(&text)).is_ok());
    });
    run.timed("growth-load", "launchdarkly", || {
        black_box(LaunchDarkly::load(black_box(&text)).is_ok());
    });
    if growth.axis == "flags" {
        let patch = workload.text("patch.json")?;
        let patched = flags.apply(&patch)?;
        if patched.digest() == flags.digest() {
            return Err("the patch changes nothing".into());
        }
        run.timed("growth-apply", "isoflag", || {
            black_box(flags.apply(black_box(&patch)).is_ok());
        });
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let workload = Workload::open()?;
    let quick = std::env::var_os("ISOFLAG_BENCH_QUICK").is_some();
    for growth in workload.index()?.growth {
        // Large documents take seconds to load; their medians have fewer blocks.
        let large = growth.size >= 100_000 && growth.axis == "flags";
        let blocks = if quick || large { 3 } else { 7 };
        measure(&workload, &growth, blocks)?;
    }
    Ok(())
}
