//! A pattern as a program, and the search with it.

use std::sync::Mutex;

use super::characters::{Ascii, Class};
use crate::evaluation::{Malformed, Steps};
use crate::limits;

/// Instructions of which each leads to the next and some elsewhere too; the end is a match.
#[derive(Debug)]
pub(super) struct Program {
    instructions: Vec<Instruction>,
    classes: Vec<Class>,
    /// Whether a match can begin only where the text does.
    anchored: bool,
    /// The ASCII characters with which a match can begin, if the first character alone decides it.
    first: Option<Ascii>,
    /// What the last search worked with, so that the next need not allocate.
    places: Mutex<Places>,
}

/// Places are relative, so that a part of a program can be copied.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    /// Reads this character.
    Character(u32),
    /// Reads a character of this class of the program.
    Characters(u32),
    /// Goes on if this holds.
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
    /// Those that read the next character; those that will read the one after it; and those behind
    /// what read the last one, unless they are among the first.
    reading: Vec<u32>,
    next_reading: Vec<u32>,
    behind: Vec<u32>,
    /// By place, the last round in which it was come to.
    seen: Vec<u32>,
    round: u32,
    waiting: Vec<u32>,
    /// How many places have been come to in this round.
    visits: u32,
}

impl Places {
    /// Begins the first round of a program of this size.
    fn clear(&mut self, size: usize) {
        self.reading.clear();
        self.behind.clear();
        self.waiting.clear();
        self.seen.clear();
        self.seen.resize(size, 0);
        self.round = 1;
        self.visits = 0;
    }
}

impl Program {
    pub(super) fn new(instructions: Vec<Instruction>, classes: Vec<Class>) -> Program {
        let anchored = matches!(instructions.first(), Some(Instruction::Look(Look::Start)));
        let mut program =
            Program { instructions, classes, anchored, first: None, places: Mutex::default() };
        program.first = program.first_characters();
        program
    }

    /// The ASCII characters with which a match can begin; none if it can begin with a look, or be
    /// empty.
    fn first_characters(&self) -> Option<Ascii> {
        let mut places = Places::default();
        places.clear(self.instructions.len());
        if self.follow(0, &mut places, None) {
            return None;
        }
        let mut first = Ascii::default();
        for place in places.reading {
            match *self.instructions.get(place as usize)? {
                Instruction::Character(character) => first.add(character, character),
                Instruction::Characters(class) => {
                    first.join(self.classes.get(class as usize)?.ascii);
                }
                _ => return None,
            }
        }
        Some(first)
    }

    /// Whether the program matches anywhere in the text.
    pub(super) fn is_match(&self, text: &str, steps: &mut Steps) -> Result<bool, Malformed> {
        // Another thread may be searching.
        match self.places.try_lock() {
            Ok(mut places) => self.search(text, &mut places, steps),
            Err(_) => self.search(text, &mut Places::default(), steps),
        }
    }

    /// Between two characters, each place that is come to is one visit, and so is each that reads
    /// the second of them. The places of the round in which a match is found do not count: how
    /// many they are depends on their order.
    fn search(
        &self,
        text: &str,
        places: &mut Places,
        steps: &mut Steps,
    ) -> Result<bool, Malformed> {
        places.clear(self.instructions.len());
        let allowed = steps.left() * limits::STEP_VISITS;
        let mut visits = 0;
        let mut before = None;
        let mut characters = text.chars();
        let mut after = characters.next();
        let found = loop {
            // Nothing has begun to match: looks for a character that can.
            if let Some(first) = self.first
                && places.behind.is_empty()
                && places.reading.is_empty()
            {
                while let Some(character) = after
                    && character.is_ascii()
                    && !first.holds(character.into())
                {
                    visits += 1;
                    before = after;
                    after = characters.next();
                }
            }
            let around = Some((before, after));
            // A match may begin anywhere.
            let begins = before.is_none() || !self.anchored;
            if begins && self.follow(0, places, around) {
                break true;
            }
            let mut matched = false;
            while !matched && let Some(place) = places.behind.pop() {
                matched = self.follow(place, places, around);
            }
            if matched {
                break true;
            }
            visits += 1 + places.visits;
            let Some(character) = after else { break false };
            if self.anchored && places.reading.is_empty() {
                break false;
            }
            visits += self.read(character, places);
            if visits > allowed {
                return Err(Malformed);
            }
            before = after;
            after = characters.next();
        };
        steps.take((visits / limits::STEP_VISITS) as usize)?;
        Ok(found)
    }

    /// Begins the next round behind the places that read a character; gives the visits of these.
    fn read(&self, character: char, places: &mut Places) -> u32 {
        let character = u32::from(character);
        places.round += 1;
        places.visits = 0;
        let Places { reading, next_reading, behind, seen, round, visits, .. } = places;
        let (instructions, seen) = (&*self.instructions, &mut **seen);
        let mut reads = reading.len() as u32;
        for place in reading.drain(..) {
            let is_read = match instructions.get(place as usize) {
                Some(Instruction::Character(known)) => *known == character,
                Some(Instruction::Characters(class)) => {
                    let class = self.classes.get(*class as usize);
                    class.is_some_and(|class| class.holds(character, &mut reads))
                }
                _ => false,
            };
            if !is_read {
                continue;
            }
            let next = place + 1;
            match (instructions.get(next as usize), seen.get_mut(next as usize)) {
                // What only reads needs no look around.
                (Some(Instruction::Character(_) | Instruction::Characters(_)), Some(seen)) => {
                    if *seen != *round {
                        *seen = *round;
                        *visits += 1;
                        next_reading.push(next);
                    }
                }
                _ => behind.push(next),
            }
        }
        std::mem::swap(reading, next_reading);
        reads
    }

    /// Notes where a place leads to without reading; answers whether that is the end. Without the
    /// characters around the place, so does a look.
    fn follow(
        &self,
        mut place: u32,
        places: &mut Places,
        around: Option<(Option<char>, Option<char>)>,
    ) -> bool {
        loop {
            let Some(instruction) = self.instructions.get(place as usize) else { return true };
            let next = match places.seen.get_mut(place as usize) {
                Some(seen) if *seen != places.round => {
                    *seen = places.round;
                    places.visits += 1;
                    match *instruction {
                        Instruction::Character(_) | Instruction::Characters(_) => {
                            places.reading.push(place);
                            None
                        }
                        Instruction::Look(look) => match around {
                            None => return true,
                            Some((before, after)) => look.holds(before, after).then_some(place + 1),
                        },
                        Instruction::Jump(by) => Some(place.wrapping_add_signed(by)),
                        Instruction::Split(by) => {
                            places.waiting.push(place.wrapping_add_signed(by));
                            Some(place + 1)
                        }
                    }
                }
                _ => None,
            };
            place = match next.or_else(|| places.waiting.pop()) {
                Some(next) => next,
                None => return false,
            };
        }
    }
}
