//! Measures one flag for one bound context in a hot loop. Only the repeated rows use cached results.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use isoflag::{Flags, Value};
use isoflag_bench::{Failure, LaunchDarkly, Workload, agree};

pub(crate) fn measure(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
    for case in &workload.cases {
        let file = format!("{}.json", case.document.as_deref().unwrap_or("workload"));
        let text = workload.text(&file)?;
        let flags = Flags::from_json(&text)?;
        let context = workload.context(&case.context)?;
        let bound = flags.bind(&context);
        // LaunchDarkly's crate does not support another hash.
        let theirs = match case.document {
            None => Some(LaunchDarkly::load(&text)?),
            Some(_) => None,
        };
        let context_text = workload.context_text(&case.context)?;
        let answer =
            agree(&case.flag, &bound, theirs.as_ref().map(|theirs| (theirs, &*context_text)))?;
        println!("answer\t{}\t{answer}", case.case);

        let mut group = criterion.benchmark_group("eval");
        group.bench_function(BenchmarkId::new("isoflag", &case.case), |bencher| {
            bencher.iter(|| {
                let answer = bound.evaluate_uncached(flags.handle(black_box(&case.flag)));
                black_box((flags.value_of(&answer), answer.variation_index()));
            });
        });
        if let Some(theirs) = &theirs {
            let flag = theirs.flags.get(&case.flag).ok_or("no such flag")?;
            let context = LaunchDarkly::context(&context_text)?;
            group.bench_function(BenchmarkId::new("launchdarkly", &case.case), |bencher| {
                bencher.iter(|| {
                    let detail = theirs.evaluate(black_box(flag), &context);
                    black_box((detail.value, detail.variation_index));
                });
            });
        }
        group.finish();

        let mut group = criterion.benchmark_group("eval-handle");
        let handle = flags.handle(&case.flag);
        group.bench_function(BenchmarkId::new("isoflag", &case.case), |bencher| {
            bencher.iter(|| {
                let answer = bound.evaluate_uncached(black_box(handle));
                black_box((flags.value_of(&answer), answer.variation_index()));
            });
        });
        group.finish();

        let mut group = criterion.benchmark_group("eval-reason");
        group.bench_function(BenchmarkId::new("isoflag", &case.case), |bencher| {
            bencher.iter(|| {
                let answer = bound.evaluate_uncached(flags.handle(black_box(&case.flag)));
                black_box((flags.value_of(&answer), flags.reason_of(&answer)));
            });
        });
        group.finish();

        let mut group = criterion.benchmark_group("eval-repeated");
        group.bench_function(BenchmarkId::new("isoflag", &case.case), |bencher| {
            bencher.iter(|| {
                let answer = bound.evaluate(black_box(&case.flag));
                black_box((flags.value_of(&answer), answer.variation_index()));
            });
        });
        group.finish();

        let mut group = criterion.benchmark_group("eval-public");
        group.bench_function(BenchmarkId::new("isoflag", &case.case), |bencher| {
            bencher.iter(|| {
                black_box(flags.variation_detail(black_box(&case.flag), &context, Value::Null));
            });
        });
        group.finish();
    }
    Ok(())
}
