//! The genome from which a family builds an input, and its mutation.

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
