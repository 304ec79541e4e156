//! Converted texts that occurred last: a bounded number of short ones.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use isoflag::RowValue;

/// The number of texts that are kept, of all attributes together.
const TEXTS: usize = 8192;

/// The bytes of the longest text that is kept.
const LONGEST: usize = 256;

/// Values of texts, by the number of the attribute and the text.
pub(crate) struct Texts(Box<[Option<Converted>]>);

struct Converted {
    attribute: usize,
    text: Box<str>,
    value: RowValue,
}

impl Default for Texts {
    fn default() -> Texts {
        let mut places = Vec::new();
        places.resize_with(TEXTS, || None);
        Texts(places.into())
    }
}

impl Texts {
    /// Calls `used` with the value of a text, which is converted unless it is kept.
    pub(crate) fn with<T>(
        &mut self,
        attribute: usize,
        text: &str,
        convert: impl FnOnce() -> Option<RowValue>,
        used: impl FnOnce(Option<&RowValue>) -> T,
    ) -> T {
        if text.len() > LONGEST {
            return used(convert().as_ref());
        }
        let hash = FixedState::with_seed(attribute as u64).hash_one(text);
        let Some(place) = self.0.get_mut(hash as usize % TEXTS) else {
            return used(convert().as_ref());
        };
        let is_known = place
            .as_ref()
            .is_some_and(|known| known.attribute == attribute && *known.text == *text);
        if !is_known {
            *place = convert().map(|value| Converted { attribute, text: text.into(), value });
        }
        used(place.as_ref().map(|known| &known.value))
    }
}
