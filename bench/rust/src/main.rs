//! Measures the native rows, and prints one JSON object a line. bench/run.sh calls it.

mod launchdarkly;
mod record;
mod rows;
mod workload;

/// Any failure; it ends the run.
pub type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let workload = workload::Workload::open()?;
    let record = record::Record::from_environment();
    rows::one_flag(&record, &workload)?;
    rows::every_flag(&record, &workload)?;
    rows::context(&record, &workload)?;
    rows::load(&record, &workload)?;
    rows::threads(&record, &workload)?;
    rows::growth(&record, &workload)
}
