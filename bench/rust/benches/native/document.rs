//! Measures loading the document, and its digest.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion};
use isoflag::Flags;
use isoflag_bench::{Failure, LaunchDarkly, Workload};

pub(crate) fn measure(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
    let text = workload.text("workload.json")?;
    let flags = Flags::from_json(&text)?;
    LaunchDarkly::load(&text)?;

    let mut group = criterion.benchmark_group("load");
    group.bench_function(BenchmarkId::new("isoflag", "document"), |bencher| {
        bencher.iter_with_large_drop(|| Flags::from_json(black_box(&text)));
    });
    group.bench_function(BenchmarkId::new("launchdarkly", "document"), |bencher| {
        bencher.iter_with_large_drop(|| LaunchDarkly::load(black_box(&text)));
    });
    group.finish();

    // A digest is computed once for each document; an empty patch makes a new one.
    let mut group = criterion.benchmark_group("digest");
    group.bench_function(BenchmarkId::new("isoflag", "document"), |bencher| {
        bencher.iter_batched_ref(
            || flags.apply(b"{}"),
            |fresh| fresh.as_ref().map(|fresh| fresh.digest().len()).unwrap_or_default(),
            BatchSize::LargeInput,
        );
    });
    group.finish();
    Ok(())
}
