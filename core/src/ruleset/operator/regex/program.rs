use std::sync::Mutex;

use super::characters::Range;

/// A pattern as a program: instructions of which each leads to the next and some elsewhere too.
/// Whoever comes to the end has matched.
#[derive(Debug)]
pub(crate) struct Pattern {
    instructions: Vec<Instruction>,
    ranges: Vec<Range>,
    /// What the last search worked with, so that the next need not allocate.
    places: Mutex<Places>,
}

/// Places are relative, so that a part of a program can be repeated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    /// Reads this character.
    Character(u32),
    /// Reads a character of one of these ranges of the program: the first, and how many.
    Characters(u32, u32),
    /// Goes on where this holds.
    Look(Look),
    /// Goes on there.
    Jump(i32),
    /// Goes on with the next, and there too.
    Split(i32),
}

/// What must stand around a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Start,
    End,
    LineStart,
    LineEnd,
    /// As the two before, where carriage returns and both together end a line as well.
    CrlfStart,
    CrlfEnd,
    /// Bit `2 * before + after` tells whether it holds, where each is 1 for a letter, a digit or an
    /// underscore.
    Word(u8),
}

impl Look {
    fn holds(self, before: Option<char>, after: Option<char>) -> bool {
        let word = |character: Option<char>| {
            u8::from(character.is_some_and(|one| one == '_' || one.is_ascii_alphanumeric()))
        };
        match self {
            Look::Start => before.is_none(),
            Look::End => after.is_none(),
            Look::LineStart => matches!(before, None | Some('\n')),
            Look::LineEnd => matches!(after, None | Some('\n')),
            Look::CrlfStart => match before {
                Some('\r') => after != Some('\n'),
                _ => matches!(before, None | Some('\n')),
            },
            Look::CrlfEnd => match after {
                Some('\n') => before != Some('\r'),
                _ => matches!(after, None | Some('\r')),
            },
            Look::Word(holds) => holds >> (2 * word(before) + word(after)) & 1 == 1,
        }
    }
}

/// The places that a search has come to between two characters.
#[derive(Debug, Default)]
struct Places {
    /// Those that read the next character, and those behind what read the last one.
    reading: Vec<usize>,
    behind: Vec<usize>,
    /// By place, the last round in which it was come to.
    seen: Vec<u32>,
    round: u32,
    waiting: Vec<usize>,
}

impl Pattern {
    pub(super) fn new(instructions: Vec<Instruction>, ranges: Vec<Range>) -> Pattern {
        Pattern { instructions, ranges, places: Mutex::default() }
    }

    /// Whether the pattern matches anywhere in the text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        // Another thread may be searching.
        match self.places.try_lock() {
            Ok(mut places) => self.search(text, &mut places),
            Err(_) => self.search(text, &mut Places::default()),
        }
    }

    fn search(&self, text: &str, places: &mut Places) -> bool {
        let anchored = matches!(self.instructions.first(), Some(Instruction::Look(Look::Start)));
        places.reading.clear();
        places.behind.clear();
        places.waiting.clear();
        places.seen.clear();
        places.seen.resize(self.instructions.len(), 0);
        places.round = 0;
        let mut before = None;
        let mut characters = text.chars();
        let mut after = characters.next();
        loop {
            places.round = places.round.wrapping_add(1);
            while let Some(place) = places.behind.pop() {
                if self.follow(place, places, before, after) {
                    return true;
                }
            }
            // A match may begin anywhere.
            if (before.is_none() || !anchored) && self.follow(0, places, before, after) {
                return true;
            }
            let Some(character) = after else { return false };
            if anchored && places.reading.is_empty() {
                return false;
            }
            for place in places.reading.drain(..) {
                if self.reads(place, character) {
                    places.behind.push(place + 1);
                }
            }
            before = after;
            after = characters.next();
        }
    }

    /// Notes where a place leads to without reading; answers whether that is the end.
    fn follow(
        &self,
        place: usize,
        places: &mut Places,
        before: Option<char>,
        after: Option<char>,
    ) -> bool {
        places.waiting.push(place);
        while let Some(mut place) = places.waiting.pop() {
            loop {
                let Some(instruction) = self.instructions.get(place) else { return true };
                match places.seen.get_mut(place) {
                    Some(seen) if *seen < places.round => *seen = places.round,
                    _ => break,
                }
                match *instruction {
                    Instruction::Character(_) | Instruction::Characters(..) => {
                        places.reading.push(place);
                        break;
                    }
                    Instruction::Look(look) if look.holds(before, after) => place += 1,
                    Instruction::Look(_) => break,
                    Instruction::Jump(by) => place = place.wrapping_add_signed(by as isize),
                    Instruction::Split(by) => {
                        places.waiting.push(place.wrapping_add_signed(by as isize));
                        place += 1;
                    }
                }
            }
        }
        false
    }

    fn reads(&self, place: usize, character: char) -> bool {
        let character = u32::from(character);
        match self.instructions.get(place) {
            Some(Instruction::Character(known)) => *known == character,
            Some(Instruction::Characters(first, count)) => {
                let ranges = self.ranges.iter().skip(*first as usize).take(*count as usize);
                ranges.into_iter().any(|range| range.0 <= character && character <= range.1)
            }
            _ => false,
        }
    }
}
