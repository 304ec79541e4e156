//! Measures the native rows with criterion: `cargo bench`, which bench/run.sh calls.

mod binding;
mod document;
mod evaluation;
mod every_flag;

use std::time::Duration;

use criterion::Criterion;
use isoflag_bench::{Failure, Workload};

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
    evaluation::measure(&mut criterion, &workload)?;
    every_flag::measure(&mut criterion, &workload)?;
    binding::measure(&mut criterion, &workload)?;
    document::measure(&mut criterion, &workload)
}
