//! The cache of results within one evaluation.

/// A cache of results in one evaluation, by slot, with the length of the longest path below each: a
/// path that is too long is detected wherever it is first entered.
///
/// The first few results are stored inline, so that an ordinary flag allocates nothing; their
/// entries are not initialized before the first one.
#[derive(Debug)]
pub(super) struct EvaluationCache<T> {
    few: Option<Few<T>>,
    /// The other results, by slot.
    many: Vec<Option<Cached<T>>>,
}

type Few<T> = [Option<(u32, Cached<T>)>; 8];

/// A cached result, and the length of the longest path below it, including itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cached<T> {
    pub(super) result: T,
    pub(super) height: usize,
}

impl<T> Default for EvaluationCache<T> {
    fn default() -> Self {
        EvaluationCache { few: None, many: Vec::new() }
    }
}

impl<T: Copy> EvaluationCache<T> {
    pub(super) fn get(&self, slot: u32) -> Option<Cached<T>> {
        for entry in self.few.as_ref()? {
            match entry {
                Some((owner, cached)) if *owner == slot => return Some(*cached),
                Some(_) => {}
                None => return None,
            }
        }
        self.many.get(slot as usize).copied().flatten()
    }

    pub(super) fn insert(&mut self, slot: u32, cached: Cached<T>) {
        let few = self.few.get_or_insert([None; 8]);
        if let Some(entry) = few.iter_mut().find(|entry| entry.is_none()) {
            *entry = Some((slot, cached));
            return;
        }
        let slot = slot as usize;
        if self.many.len() <= slot {
            self.many.resize(slot + 1, None);
        }
        if let Some(entry) = self.many.get_mut(slot) {
            *entry = Some(cached);
        }
    }
}
