//! Interns the names of members and short strings while parsing.

use std::sync::Arc;

use crate::hash_index;

/// Shorter texts do not repay the cost of interning, in bytes.
const WORTH: usize = 4096;

/// Longer strings are seldom repeated, in bytes.
const SHORT: usize = 32;

/// The number of slots, a power of two.
const SLOTS: usize = 1024;

/// A cache of recently parsed strings: each string has one slot, and replaces the string there. A
/// look-up therefore compares one string, whatever the input is, and the memory is bounded.
pub(super) struct Interner(Box<[Option<Arc<str>>]>);

impl Interner {
    /// Creates an interner for a text of this length.
    pub(super) fn new(length: usize) -> Interner {
        let slots = if length < WORTH { 0 } else { SLOTS };
        Interner(vec![None; slots].into())
    }

    /// Returns a shared copy of a string.
    pub(super) fn intern(&mut self, text: &str) -> Arc<str> {
        if text.len() > SHORT || self.0.is_empty() {
            return Arc::from(text);
        }
        let slot = hash_index::hash(text) as usize % SLOTS;
        match self.0.get_mut(slot) {
            Some(Some(cached)) if **cached == *text => Arc::clone(cached),
            Some(slot) => Arc::clone(slot.insert(Arc::from(text))),
            None => Arc::from(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_string_is_shared_until_another_takes_its_slot() {
        let mut interner = Interner::new(WORTH);
        let first = interner.intern("a");
        assert!(Arc::ptr_eq(&first, &interner.intern("a")));
        let slot = |text: &str| hash_index::hash(text) as usize % SLOTS;
        let mut others = (0..).map(|number| format!("b{number}"));
        let other = others.find(|other| slot(other) == slot("a")).unwrap();
        assert_eq!(*interner.intern(&other), *other);
        assert_eq!(*interner.intern("a"), *"a");
        assert!(!Arc::ptr_eq(&first, &interner.intern("a")));
    }

    #[test]
    fn long_strings_and_strings_of_short_texts_are_not_shared() {
        let is_shared = |length: usize, text: &str| {
            let mut interner = Interner::new(length);
            Arc::ptr_eq(&interner.intern(text), &interner.intern(text))
        };
        assert!(is_shared(WORTH, &"a".repeat(SHORT)));
        assert!(!is_shared(WORTH, &"a".repeat(SHORT + 1)));
        assert!(!is_shared(WORTH - 1, "a"));
    }
}
