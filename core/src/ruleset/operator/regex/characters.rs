//! Sets of characters. Surrogates may lie in a range: no text has any.

/// The first and the last character of a range.
pub(super) type Range = (u32, u32);

const LAST: u32 = char::MAX as u32;

/// A set as ranges that are sorted and neither touch nor overlap.
#[derive(Debug)]
pub(super) struct Characters(pub(super) Vec<Range>);

impl Characters {
    pub(super) fn of(ranges: Vec<Range>) -> Characters {
        let mut sorted: Vec<Range> = Vec::new();
        for range in ranges {
            let (mut first, mut last) = range;
            // Whatever touches the new range becomes part of it.
            sorted.retain(|known| {
                let apart = known.0.max(first) > known.1.min(last).saturating_add(1);
                if !apart {
                    (first, last) = (known.0.min(first), known.1.max(last));
                }
                apart
            });
            let place = sorted.iter().take_while(|known| known.0 < first).count();
            sorted.insert(place, (first, last));
        }
        Characters(sorted)
    }

    /// Every character but the line feed, and the carriage return where both end a line.
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

    /// With the other case of ASCII letters. A range that holds letters of both cases gets those of
    /// its small ones only, as in `regex-lite`.
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
        Characters::of(ranges)
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
