//! Searches for slow inputs, from a seed, and writes the slowest of each family.
//!
//! `isoflag-worst OUT [--rounds N] [--seed N] [--only TEXT]`: hill climbing for each family: of the
//! last input and a mutated one the slower is kept. OUT gets one file of JSON for each family.

mod case;
mod family;

use std::path::Path;
use std::time::{Duration, Instant};

use case::{Case, Cost, milliseconds};
use family::{FAMILIES, Family};
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

/// Numbers from 0 to 1, by which a family chooses counts, lengths and parts of its input.
#[derive(Clone, Debug)]
pub struct Genome(Vec<f64>);

/// A random number generator (splitmix64); equal seeds give equal numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to 1, without 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Genome {
    pub fn random(random: &mut Random) -> Genome {
        Genome((0..12).map(|_| random.fraction()).collect())
    }

    /// Replaces one or two numbers.
    pub fn mutated(&self, random: &mut Random) -> Genome {
        let mut genes = self.0.clone();
        for _ in 0..=random.next() % 2 {
            let place = random.next() as usize % genes.len();
            if let Some(gene) = genes.get_mut(place) {
                *gene = random.fraction();
            }
        }
        Genome(genes)
    }

    fn gene(&self, place: usize) -> f64 {
        self.0.get(place % self.0.len().max(1)).copied().unwrap_or_default()
    }

    /// A whole number from `least` to `most`, small ones as probable as large ones.
    pub fn count(&self, place: usize, least: usize, most: usize) -> usize {
        let (low, high) = ((least as f64 + 1.0).ln(), (most as f64 + 2.0).ln());
        let chosen = (low + (high - low) * self.gene(place)).exp() - 1.0;
        (chosen as usize).clamp(least, most)
    }

    pub fn choose<T: Copy + Default>(&self, place: usize, from: &[T]) -> T {
        let index = (self.gene(place) * from.len() as f64) as usize;
        from.get(index).copied().unwrap_or_default()
    }
}
