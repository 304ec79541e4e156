//! Measures the native rows with criterion: `cargo bench`, which bench/run.sh calls.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion};
use isoflag::{AllFlagsOptions, Context, Flags, Value};
use isoflag_bench::{Failure, LaunchDarkly, Workload, agree};

fn main() -> Result<(), Failure> {
    let workload = Workload::open()?;
    let quick = std::env::var_os("ISOFLAG_BENCH_QUICK").is_some();
    let (warm_up, measuring, samples) = if quick { (50, 200, 10) } else { (500, 2000, 30) };
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(warm_up))
        .measurement_time(Duration::from_millis(measuring))
        .sample_size(samples)
        .without_plots()
        .configure_from_args();
    one_flag(&mut criterion, &workload)?;
    every_flag(&mut criterion, &workload)?;
    binding(&mut criterion, &workload)?;
    document(&mut criterion, &workload)
}

/// One flag for one bound context in a hot loop. Only the repeated rows use cached results.
fn one_flag(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
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

/// All flags for one bound context.
fn every_flag(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
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

/// Parsing a context and binding it to the document.
fn binding(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
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

/// Loading the document, and its digest.
fn document(criterion: &mut Criterion, workload: &Workload) -> Result<(), Failure> {
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
