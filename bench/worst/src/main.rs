//! Searches for slow inputs, from a seed, and writes the slowest of each family.
//!
//! `isoflag-worst OUT [--rounds N] [--seed N] [--only TEXT]`: hill climbing for each family: of the
//! last input and a mutated one the slower is kept. OUT gets one file of JSON for each family.

mod case;
mod family;
mod genome;

use std::path::Path;
use std::time::{Duration, Instant};

use case::{Case, Cost, milliseconds};
use family::{FAMILIES, Family};
use genome::{Genome, Random};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The time limit of the search of one family.
const LONGEST: Duration = Duration::from_secs(20);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("isoflag-worst OUT [--rounds N] [--seed N] [--only TEXT]")?;
    let (mut rounds, mut seed, mut only) = (40, 1, String::new());
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or("a value is missing")?;
        match name.as_str() {
            "--rounds" => rounds = value.parse()?,
            "--seed" => seed = value.parse()?,
            "--only" => only = value,
            _ => return Err(format!("unknown argument `{name}`").into()),
        }
    }
    std::fs::create_dir_all(&out)?;
    for family in FAMILIES.iter().filter(|family| family.name.contains(&only)) {
        let (case, cost) = climb(family, rounds, seed);
        eprintln!(
            "{:<22} {:>9} bytes {:>9.1} ms {:>7.1} MB",
            family.name,
            case.size(),
            milliseconds(cost.time),
            cost.bytes as f64 / 1e6
        );
        let path = Path::new(&out).join(family.name).with_extension("json");
        std::fs::write(path, serde_json::to_vec(&case.to_json(family.name, cost))?)?;
    }
    Ok(())
}

/// Returns the slowest input of the search.
fn climb(family: &Family, rounds: usize, seed: u64) -> (Case, Cost) {
    let mut random = Random::new(seed);
    let start = Instant::now();
    let mut genome = Genome::random(&mut random);
    let mut worst = (family.make)(&genome);
    let mut cost = worst.cost();
    let is_worse = |one: &Cost, other: &Cost| {
        if family.by_memory { one.bytes > other.bytes } else { one.time > other.time }
    };
    for round in 1..rounds {
        if start.elapsed() > LONGEST {
            break;
        }
        // Every eighth input is a new one, so that the search leaves a local maximum.
        let next =
            if round % 8 == 0 { Genome::random(&mut random) } else { genome.mutated(&mut random) };
        let case = (family.make)(&next);
        let next_cost = case.cost();
        if is_worse(&next_cost, &cost) {
            (genome, worst, cost) = (next, case, next_cost);
        }
    }
    // The shorter of two times is nearer to the cost of the input.
    let again = worst.cost();
    (worst, if again.time < cost.time { again } else { cost })
}
