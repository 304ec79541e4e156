//! Finds one text in another in linear time and constant space (Crochemore's string matching on
//! ordered alphabets). The standard library's search is three times as large, and in `core.wasm`
//! this is its only use.

/// Whether a text contains another.
pub(super) fn contains(text: &str, part: &str) -> bool {
    let (mut rest, part) = (text.as_bytes(), part.as_bytes());
    // The number of bytes of the part that match at the beginning of the rest.
    let mut matched = 0;
    let mut suffix = MaximalSuffix::default();
    while part.len() <= rest.len() {
        let next = rest.iter().skip(matched).zip(part.iter().skip(matched));
        matched += next.take_while(|(a, b)| a == b).count();
        if matched == part.len() {
            return true;
        }
        suffix.extend(rest.get(..=matched).unwrap_or_default());
        let MaximalSuffix { start, period, .. } = suffix;
        let shift = if suffix.period_is_global(rest) {
            matched = matched.saturating_sub(period);
            suffix.shift();
            period
        } else {
            let shift = start.max((matched - start).min(suffix.end + 1)) + 1;
            (matched, suffix) = (0, MaximalSuffix::default());
            shift
        };
        rest = rest.get(shift..).unwrap_or_default();
    }
    false
}

/// The greatest suffix of the bytes read so far, computed as they come.
#[derive(Clone, Copy)]
struct MaximalSuffix {
    start: usize,
    /// The suffix has this period.
    period: usize,
    /// Where the last period begins.
    end: usize,
    /// The number of bytes compared in the last period, from 1.
    compared: usize,
}

impl Default for MaximalSuffix {
    fn default() -> MaximalSuffix {
        MaximalSuffix { start: 0, period: 1, end: 0, compared: 1 }
    }
}

impl MaximalSuffix {
    fn extend(&mut self, bytes: &[u8]) {
        while let Some(other) = bytes.get(self.end + self.compared) {
            let byte = bytes.get((self.start + self.compared).wrapping_sub(1)).unwrap_or(other);
            if byte == other {
                if self.compared == self.period {
                    self.end += self.period;
                    self.compared = 1;
                } else {
                    self.compared += 1;
                }
            } else if byte > other {
                self.end += self.compared;
                self.compared = 1;
                self.period = self.end + 1 - self.start;
            } else {
                self.end += 1;
                self.start = self.end;
                (self.period, self.compared) = (1, 1);
            }
        }
    }

    /// Whether all bytes read so far have the period of the suffix.
    fn period_is_global(&self, bytes: &[u8]) -> bool {
        let later = bytes.get(self.period..).unwrap_or_default();
        self.start <= self.period && bytes.get(..self.start) == later.get(..self.start)
    }

    /// Removes the first period.
    fn shift(&mut self) {
        if self.end + 1 - self.start > self.period {
            self.end -= self.period;
        } else {
            *self = MaximalSuffix::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::contains;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_text_contains_what_the_standard_library_finds(
            text in "[ab]{0,24}",
            part in "[ab]{0,6}",
            repeated in 0..3_usize,
        ) {
            let part = part.repeat(repeated + 1);
            prop_assert_eq!(contains(&text, &part), text.contains(&part));
        }

        #[test]
        fn every_part_of_a_text_is_found(text in "\\PC{0,12}", from in 0..12_usize, to in 0..12_usize) {
            let characters: Vec<char> = text.chars().collect();
            let part = characters.get(from..to).unwrap_or_default();
            prop_assert!(contains(&text, &part.iter().collect::<String>()));
        }
    }

    #[test]
    fn every_short_text_of_two_letters() {
        let word = |length: u32, bits: u32| -> String {
            (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect()
        };
        for text in (0..=9).flat_map(|length| (0..1 << length).map(move |bits| word(length, bits)))
        {
            for part in
                (0..=5).flat_map(|length| (0..1 << length).map(move |bits| word(length, bits)))
            {
                assert_eq!(contains(&text, &part), text.contains(&part), "{part} in {text}");
            }
        }
    }
}
