//! Measures time and memory, and prints the rows.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

/// Nanoseconds of a block.
const BLOCK: f64 = 4e6;
/// Nanoseconds of a profiled row.
const PROFILE: f64 = 3e9;

/// Writes rows; which ones, and how many blocks each has, the environment decides.
pub struct Record {
    blocks: usize,
    only: String,
    profile: bool,
}

/// Runs a number of calls and returns the nanoseconds that they took.
pub type Block<'a> = Box<dyn FnMut(usize) -> f64 + 'a>;

/// Returns the block of a call.
pub fn calling<'a, T>(mut call: impl FnMut() -> T + 'a) -> Block<'a> {
    Box::new(move |calls| {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        start.elapsed().as_nanos() as f64
    })
}

/// Returns the block of a call whose results are dropped after the time is taken.
pub fn building<'a, T>(mut call: impl FnMut() -> T + 'a) -> Block<'a> {
    Box::new(move |calls| {
        let mut kept = Vec::with_capacity(calls);
        let start = Instant::now();
        for _ in 0..calls {
            kept.push(black_box(call()));
        }
        start.elapsed().as_nanos() as f64
    })
}

impl Record {
    pub fn from_environment() -> Record {
        let is_set = |name| std::env::var_os(name).is_some();
        Record {
            blocks: if is_set("ISOFLAG_BENCH_QUICK") { 5 } else { 31 },
            only: std::env::var("ISOFLAG_BENCH_ONLY").unwrap_or_default(),
            profile: is_set("ISOFLAG_BENCH_PROFILE"),
        }
    }

    /// Returns this record with fewer blocks, for rows whose calls take seconds.
    pub fn brief(&self) -> Record {
        Record { blocks: self.blocks.min(3), only: self.only.clone(), profile: self.profile }
    }

    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Returns whether a group has rows that are measured.
    pub fn wants(&self, group: &str) -> bool {
        group.starts_with(&self.only) || self.only.starts_with(group)
    }

    pub fn row(&self, group: &str, case: &str, subject: &str, unit: &str, samples: &[f64]) {
        print(json!({
            "group": group, "case": case, "subject": subject, "unit": unit, "samples": samples,
        }));
    }

    pub fn answer(&self, case: &str, text: &str) {
        print(json!({"case": case, "answer": text}));
    }

    /// Times the subjects' blocks alternately, so that disturbances affect all equally.
    pub fn timed(&self, group: &str, case: &str, subjects: Vec<(&str, Block<'_>)>) {
        if !format!("{group}/{case}").starts_with(&self.only) {
            return;
        }
        let mut measured: Vec<_> = subjects
            .into_iter()
            .filter(|(name, _)| !self.profile || *name == "isoflag")
            .map(|(name, mut block)| {
                let calls = calls_of(&mut block);
                (name, block, calls, Vec::new())
            })
            .collect();
        let blocks = if self.profile { (PROFILE / BLOCK) as usize } else { self.blocks };
        for _ in 0..blocks {
            for (_, block, calls, samples) in &mut measured {
                samples.push(block(*calls) / *calls as f64);
            }
        }
        for (name, _, _, samples) in measured {
            self.row(group, case, name, "ns", &samples);
        }
    }
}

fn print(mut line: Value) {
    if let Some(members) = line.as_object_mut() {
        members.insert("host".to_owned(), json!("rust"));
    }
    println!("{line}");
}

/// Returns the number of calls of one block; finding it warms the call up.
fn calls_of(block: &mut Block<'_>) -> usize {
    let mut calls = 1;
    loop {
        let took = block(calls);
        if took >= BLOCK / 2.0 {
            return calls;
        }
        calls *= 2;
    }
}

/// The system's allocator, with a count of the allocated bytes while `held` runs.
struct Counting;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static HELD: AtomicIsize = AtomicIsize::new(0);

fn count(bytes: isize) {
    if IS_COUNTING.load(Ordering::Relaxed) {
        HELD.fetch_add(bytes, Ordering::Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller upholds the contract of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller upholds the contract of the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: the caller upholds the contract of the system's allocator.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns what a function makes, and the bytes that it holds.
pub fn held<T>(make: impl FnOnce() -> T) -> (T, f64) {
    HELD.store(0, Ordering::Relaxed);
    IS_COUNTING.store(true, Ordering::Relaxed);
    let made = make();
    IS_COUNTING.store(false, Ordering::Relaxed);
    (made, HELD.load(Ordering::Relaxed) as f64)
}
