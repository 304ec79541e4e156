//! The cache of results within one evaluation.

/// A cache of results in one evaluation, by slot, with the length of the longest path below each: a
/// path that is too long is detected wherever it is first entered.
///
/// The first few results are stored inline, so that an ordinary flag allocates nothing; their slots
/// are not initialized before the first one.
#[derive(Debug)]
pub(super) struct Memo<T> {
    few: Option<Few<T>>,
    /// The other results, by slot.
    many: Vec<Option<Known<T>>>,
}

type Few<T> = [Option<(u32, Known<T>)>; 8];

/// A cached result, and the length of the longest path below it, including itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<T> {
    pub(super) result: T,
    pub(super) height: usize,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo { few: None, many: Vec::new() }
    }
}

impl<T: Copy> Memo<T> {
    pub(super) fn get(&self, slot: u32) -> Option<Known<T>> {
        for entry in self.few.as_ref()? {
            match entry {
                Some((cached, result)) if *cached == slot => return Some(*result),
                Some(_) => {}
                None => return None,
            }
        }
        self.many.get(slot as usize).copied().flatten()
    }

    pub(super) fn insert(&mut self, slot: u32, known: Known<T>) {
        let few = self.few.get_or_insert([None; 8]);
        if let Some(place) = few.iter_mut().find(|place| place.is_none()) {
            *place = Some((slot, known));
            return;
        }
        let slot = slot as usize;
        if self.many.len() <= slot {
            self.many.resize(slot + 1, None);
        }
        if let Some(place) = self.many.get_mut(slot) {
            *place = Some(known);
        }
    }
}
