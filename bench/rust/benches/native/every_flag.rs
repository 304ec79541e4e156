//! Measures the evaluation of all flags for one bound context.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use isoflag::{AllFlagsOptions, Flags};
use isoflag_bench::{Failure, LaunchDarkly, Workload, agree};

pub(crate) fn measure(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
    let text = workload.text("workload.json")?;
    let context_text = workload.context_text("hit")?;
    let flags = Flags::from_json(&text)?;
    let theirs = LaunchDarkly::load(&text)?;
    let context = LaunchDarkly::context(&context_text)?;
    let bound = flags.bind(&workload.context("hit")?);
    let keys: Vec<&str> = flags.keys().collect();
    for key in &keys {
        agree(key, &bound, Some((&theirs, &context_text)))?;
    }

    let mut group = criterion.benchmark_group("all");
    group.bench_function(BenchmarkId::new("isoflag", "1000"), |bencher| {
        bencher.iter(|| {
            for key in black_box(&keys) {
                let answer = bound.evaluate_uncached(flags.handle(key));
                black_box((flags.value_of(&answer), answer.variation_index()));
            }
        });
    });
    group.bench_function(BenchmarkId::new("launchdarkly", "1000"), |bencher| {
        bencher.iter(|| {
            for flag in theirs.flags.values() {
                let detail = theirs.evaluate(black_box(flag), &context);
                black_box((detail.value, detail.variation_index));
            }
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("all-state");
    group.bench_function(BenchmarkId::new("isoflag", "1000"), |bencher| {
        bencher.iter(|| black_box(bound.all_flags_state(&AllFlagsOptions::default())));
    });
    group.finish();
    Ok(())
}
