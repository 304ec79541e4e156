//! Measures the native rows, and prints one JSON object a line. bench/run.sh calls it.

mod launchdarkly;
mod record;
mod workload;

use std::hint::black_box;
use std::time::Instant;

use isoflag::{Context, Flags, Value};

use launchdarkly::{LaunchDarkly, agree};
use record::{Record, building, calling, held};
use workload::{Growth, Workload};

/// Any failure; it ends the run.
pub type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let workload = Workload::open()?;
    let record = Record::from_environment();
    one_flag(&record, &workload)?;
    every_flag(&record, &workload)?;
    context(&record, &workload)?;
    load(&record, &workload)?;
    threads(&record, &workload)?;
    growth(&record, &workload)
}

/// One flag for one bound context in a hot loop, without cached results.
fn one_flag(record: &Record, workload: &Workload) -> Result<(), Failure> {
    if !record.wants("eval") {
        return Ok(());
    }
    for case in &workload.cases {
        let text = workload.text(&format!("{}.json", case.document))?;
        let flags = Flags::from_json(&text)?;
        let bound = flags.bind(&workload.context(&case.context)?);
        let context_text = workload.context_text(&case.context)?;
        // LaunchDarkly's crate does not support another hash.
        let theirs = match case.document.as_str() {
            "workload" => Some(LaunchDarkly::load(&text)?),
            _ => None,
        };
        let both = theirs.as_ref().map(|theirs| (theirs, &*context_text));
        record.answer(&case.case, &agree(&case.flag, &bound, both)?);

        let ours = calling(|| {
            let answer = bound.evaluate_uncached(flags.handle(black_box(&case.flag)));
            black_box((flags.value_of(&answer), answer.variation_index()));
        });
        let Some(theirs) = &theirs else {
            record.timed("eval", &case.case, vec![("isoflag", ours)]);
            continue;
        };
        let flag = theirs.flags.get(&case.flag).ok_or("no such flag")?;
        let context = LaunchDarkly::context(&context_text)?;
        let peer = calling(|| {
            let detail = theirs.evaluate(black_box(flag), &context);
            black_box((detail.value, detail.variation_index));
        });
        record.timed("eval", &case.case, vec![("isoflag", ours), ("launchdarkly", peer)]);
    }
    Ok(())
}

/// All flags for one bound context.
fn every_flag(record: &Record, workload: &Workload) -> Result<(), Failure> {
    if !record.wants("all") {
        return Ok(());
    }
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
    let ours = calling(|| {
        for key in black_box(&keys) {
            let answer = bound.evaluate_uncached(flags.handle(key));
            black_box((flags.value_of(&answer), answer.variation_index()));
        }
    });
    let peer = calling(|| {
        for flag in theirs.flags.values() {
            let detail = theirs.evaluate(black_box(flag), &context);
            black_box((detail.value, detail.variation_index));
        }
    });
    record.timed("all", "1000", vec![("isoflag", ours), ("launchdarkly", peer)]);
    Ok(())
}

/// Parsing a context.
fn context(record: &Record, workload: &Workload) -> Result<(), Failure> {
    let text = workload.context_text("hit")?;
    Context::from_json(&text)?;
    LaunchDarkly::context(&text)?;
    let ours = calling(|| Context::from_json(black_box(&text)));
    let peer = calling(|| LaunchDarkly::context(black_box(&text)));
    record.timed("context", "json", vec![("isoflag", ours), ("launchdarkly", peer)]);
    Ok(())
}

/// Loading the document.
fn load(record: &Record, workload: &Workload) -> Result<(), Failure> {
    let text = workload.text("workload.json")?;
    let ours = building(|| Flags::from_json(black_box(&text)));
    let peer = building(|| LaunchDarkly::load(black_box(&text)));
    record.timed("load", "document", vec![("isoflag", ours), ("launchdarkly", peer)]);
    Ok(())
}

/// The throughput of two threads over one, which evaluate the same flags with one `Flags`.
fn threads(record: &Record, workload: &Workload) -> Result<(), Failure> {
    if !record.wants("threads") {
        return Ok(());
    }
    let flags = Flags::from_json(&workload.text("workload.json")?)?;
    let context = workload.context("hit")?;
    let work = || {
        for _ in 0..2_000 {
            for case in workload.cases.iter().filter(|case| case.document == "workload") {
                black_box(flags.variation_detail(black_box(&case.flag), &context, Value::Null));
            }
        }
    };
    let seconds = |threads: usize| {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        start.elapsed().as_secs_f64()
    };
    seconds(2);
    let gains: Vec<f64> = (0..record.blocks()).map(|_| 2.0 * seconds(1) / seconds(2)).collect();
    record.row("threads", "variation_detail, one Flags", "isoflag", "times", &gains);
    Ok(())
}

/// Time and memory by the size of a document.
fn growth(record: &Record, workload: &Workload) -> Result<(), Failure> {
    if !record.wants("growth") {
        return Ok(());
    }
    for step in &workload.growth {
        // Large documents take seconds to load.
        let large = step.size >= 100_000 && step.axis == "flags";
        if large {
            one_size(&record.brief(), workload, step)?
        } else {
            one_size(record, workload, step)?
        }
    }
    Ok(())
}

fn one_size(record: &Record, workload: &Workload, step: &Growth) -> Result<(), Failure> {
    let case = format!("{} {}", step.axis, step.size);
    let text = workload.text(&step.file)?;
    let context_text = workload.context_text("hit")?;
    let (flags, bytes) = held(|| Flags::from_json(&text));
    let flags = flags?;
    record.row("growth-memory", &case, "isoflag", "bytes", &[bytes]);
    let (theirs, bytes) = held(|| LaunchDarkly::load(&text));
    let theirs = theirs?;
    record.row("growth-memory", &case, "launchdarkly", "bytes", &[bytes]);

    let bound = flags.bind(&workload.context("hit")?);
    agree(&step.flag, &bound, Some((&theirs, &context_text)))?;
    let flag = theirs.flags.get(&step.flag).ok_or("no such flag")?;
    let context = LaunchDarkly::context(&context_text)?;
    let ours = calling(|| {
        let answer = bound.evaluate(black_box(&step.flag));
        black_box((flags.value_of(&answer), answer.variation_index()));
    });
    let peer = calling(|| {
        let detail = theirs.evaluate(black_box(flag), &context);
        black_box((detail.value, detail.variation_index));
    });
    record.timed("growth-eval", &case, vec![("isoflag", ours), ("launchdarkly", peer)]);

    let ours = building(|| Flags::from_json(black_box(&text)));
    let peer = building(|| LaunchDarkly::load(black_box(&text)));
    record.timed("growth-load", &case, vec![("isoflag", ours), ("launchdarkly", peer)]);
    if step.axis == "flags" {
        let patch = workload.text("patch.json")?;
        if flags.apply(&patch)?.digest() == flags.digest() {
            return Err("the patch changes nothing".into());
        }
        let ours = calling(|| flags.apply(black_box(&patch)));
        record.timed("growth-apply", &case, vec![("isoflag", ours)]);
    }
    Ok(())
}
