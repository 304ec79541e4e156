//! Measures parsing a context and binding it to the document.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use isoflag::{Context, Flags};
use isoflag_bench::{Failure, LaunchDarkly, Workload};

pub(crate) fn measure(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
    let flags = Flags::from_json(&workload.text("workload.json")?)?;
    let text = workload.context_text("hit")?;
    let context = Context::from_json(&text)?;
    LaunchDarkly::context(&text)?;

    let mut group = criterion.benchmark_group("bind");
    group.bench_function(BenchmarkId::new("isoflag", "context"), |bencher| {
        bencher.iter(|| flags.bind(black_box(&context)));
    });
    group.finish();
    let mut group = criterion.benchmark_group("context");
    group.bench_function(BenchmarkId::new("isoflag", "json"), |bencher| {
        bencher.iter(|| Context::from_json(black_box(&text)));
    });
    group.bench_function(BenchmarkId::new("launchdarkly", "json"), |bencher| {
        bencher.iter(|| LaunchDarkly::context(black_box(&text)));
    });
    group.finish();
    Ok(())
}
