//! Sets of characters. Surrogates may lie in a range, because no text contains any.

/// The first and the last character of a range.
pub(super) type Range = (u32, u32);

const LAST: u32 = char::MAX as u32;

/// A set as ranges that are sorted and neither touch nor overlap.
#[derive(Debug)]
pub(super) struct Characters(pub(super) Vec<Range>);

impl Characters {
    pub(super) fn of(ranges: &[Range]) -> Characters {
        if ranges.len() < 2 {
            return Characters(ranges.to_vec());
        }
        let (left, right) = ranges.split_at(ranges.len() / 2);
        let (left, right) = (Characters::of(left).0, Characters::of(right).0);
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        let mut joined: Vec<Range> = Vec::new();
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a.0 > b.0 => right.next(),
                (Some(_), _) => left.next(),
                (None, _) => right.next(),
            };
            let Some((first, last)) = next else { return Characters(joined) };
            match joined.last_mut() {
                // A range that touches the previous one extends it.
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
    }

    /// Every character but the line feed, and the carriage return if `crlf` is set.
    pub(super) fn within_a_line(crlf: bool) -> Characters {
        let ends = if crlf { vec![(10, 10), (13, 13)] } else { vec![(10, 10)] };
        Characters(ends).negated()
    }

    pub(super) fn all() -> Characters {
        Characters(vec![(0, LAST)])
    }

    pub(super) fn negated(self) -> Characters {
        let mut others = Vec::new();
        let mut next = 0;
        for (first, last) in self.0 {
            if next < first {
                others.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            others.push((next, LAST));
        }
        Characters(others)
    }

    /// Adds the other case of ASCII letters. A range that contains letters of both cases gets those
    /// of its lower-case letters only, as in `regex-lite`.
    pub(super) fn of_both_cases(self) -> Characters {
        let mut ranges = self.0;
        for index in 0..ranges.len() {
            let Some((first, last)) = ranges.get(index).copied() else { break };
            for letters in [('a', 'z'), ('A', 'Z')] {
                let first = first.max(u32::from(letters.0));
                let last = last.min(u32::from(letters.1));
                if first <= last {
                    // The cases of a letter differ in one bit.
                    ranges.push((first ^ 0x20, last ^ 0x20));
                    break;
                }
            }
        }
        Characters::of(&ranges)
    }

    /// The ranges of a POSIX class.
    pub(super) fn posix(name: &str) -> Option<Characters> {
        let ends: &[u8] = match name {
            "alnum" => b"09AZaz",
            "alpha" => b"AZaz",
            "ascii" => b"\x00\x7f",
            "blank" => b"\t\t  ",
            "cntrl" => b"\x00\x1f\x7f\x7f",
            "digit" => b"09",
            "graph" => b"!~",
            "lower" => b"az",
            "print" => b" ~",
            "punct" => b"!/:@[`{~",
            "space" => b"\t\r  ",
            "upper" => b"AZ",
            "word" => b"09AZ__az",
            "xdigit" => b"09AFaf",
            _ => return None,
        };
        let (ranges, _) = ends.as_chunks::<2>();
        Some(Characters(ranges.iter().map(|[a, b]| (u32::from(*a), u32::from(*b))).collect()))
    }
}

/// A set of ASCII characters, one bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ascii([u32; 4]);

impl Ascii {
    pub(super) fn add(&mut self, first: u32, last: u32) {
        for character in first..=last.min(0x7f) {
            if let Some(bits) = self.0.get_mut(character as usize / 32) {
                *bits |= 1 << (character % 32);
            }
        }
    }

    pub(super) fn join(&mut self, other: Ascii) {
        for (bits, other) in self.0.iter_mut().zip(other.0) {
            *bits |= other;
        }
    }

    pub(super) fn holds(&self, character: u32) -> bool {
        let bits = self.0.get(character as usize / 32);
        bits.is_some_and(|bits| bits >> (character % 32) & 1 == 1)
    }
}

/// A set of characters, optimized for look-ups.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) ascii: Ascii,
    /// The ranges beyond ASCII.
    others: Box<[Range]>,
}

impl Class {
    pub(super) fn new(characters: &Characters) -> Class {
        let mut ascii = Ascii::default();
        characters.0.iter().for_each(|(first, last)| ascii.add(*first, *last));
        let others = characters.0.iter().filter(|range| range.1 > 0x7f).copied().collect();
        Class { ascii, others }
    }

    /// Whether a character is in the set; each range that a non-ASCII character is compared with is
    /// a visit.
    pub(super) fn holds(&self, character: u32, visits: &mut u32) -> bool {
        if character <= 0x7f {
            return self.ascii.holds(character);
        }
        let mut ranges = &*self.others;
        while let Some((first, last)) = ranges.get(ranges.len() / 2).copied() {
            *visits += 1;
            let (before, rest) = ranges.split_at(ranges.len() / 2);
            if character < first {
                ranges = before;
            } else if character <= last {
                return true;
            } else {
                ranges = rest.get(1..).unwrap_or_default();
            }
        }
        false
    }
}
