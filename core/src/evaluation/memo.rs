use crate::ruleset::Map;

/// What has been computed already in one evaluation, by slot, with the length of the longest path
/// below it: a path is too long wherever it is met first.
///
/// The first few stand in the evaluation itself, so that an ordinary flag allocates nothing.
#[derive(Debug)]
pub(super) struct Memo<T> {
    few: [Option<(u32, Known<T>)>; 8],
    many: Option<Map<u32, Known<T>>>,
}

/// A result and the length of the longest path below it, itself included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<T> {
    pub(super) result: T,
    pub(super) height: usize,
}

impl<T: Copy> Default for Memo<T> {
    fn default() -> Self {
        Memo { few: [None; 8], many: None }
    }
}

impl<T: Copy> Memo<T> {
    pub(super) fn get(&self, slot: u32) -> Option<Known<T>> {
        let few = self.few.iter().map_while(Option::as_ref);
        few.into_iter()
            .find(|(known, _)| *known == slot)
            .map(|(_, known)| *known)
            .or_else(|| self.many.as_ref()?.get(&slot).copied())
    }

    pub(super) fn insert(&mut self, slot: u32, known: Known<T>) {
        match self.few.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some((slot, known)),
            None => {
                self.many.get_or_insert_default().insert(slot, known);
            }
        }
    }
}
