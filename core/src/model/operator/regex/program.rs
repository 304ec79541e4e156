//! The program of a pattern, and the search with it.

use std::sync::Mutex;

use super::characters::{Ascii, Class};
use crate::limits;
use crate::steps::{Malformed, Steps};

/// Instructions that each continue with the next, some with a second one too; the end is a match.
#[derive(Debug)]
pub(super) struct Program {
    instructions: Vec<Instruction>,
    classes: Vec<Class>,
    /// Whether a match can begin only at the start of the text.
    anchored: bool,
    /// The ASCII characters that a match can begin with, if the first character alone decides it.
    first: Option<Ascii>,
    /// The buffers of the last search, which the next one reuses.
    state: Mutex<SearchState>,
}

/// Offsets are relative, so that a part of a program can be copied.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    /// Reads this character.
    Character(u32),
    /// Reads a character of this class of the program.
    Characters(u32),
    /// Continues if this assertion holds.
    Look(Look),
    /// Continues at that offset.
    Jump(i32),
    /// Continues with the next, and at that offset too.
    Split(i32),
}

/// An assertion about the characters around a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Start,
    End,
    LineStart,
    LineEnd,
    /// Like the two above; a carriage return, alone or before a line feed, ends a line as well.
    CrlfStart,
    CrlfEnd,
    /// Bit `2 * before + after` states whether it holds, where each is 1 for a letter, a digit or an
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

/// The instructions that a search has reached between two characters.
#[derive(Debug, Default)]
struct SearchState {
    /// Those that read the next character; those that will read the one after it; and those behind
    /// the instructions that read the last one, unless they are among the first.
    reading: Vec<u32>,
    next_reading: Vec<u32>,
    behind: Vec<u32>,
    /// For each instruction, the last round in which it was reached.
    seen: Vec<u32>,
    round: u32,
    waiting: Vec<u32>,
    /// The number of instructions reached in this round.
    visits: u32,
}

impl SearchState {
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
            Program { instructions, classes, anchored, first: None, state: Mutex::default() };
        program.first = program.first_characters();
        program
    }

    /// The ASCII characters that a match can begin with; `None` if it can begin with an assertion,
    /// or be empty.
    fn first_characters(&self) -> Option<Ascii> {
        let mut state = SearchState::default();
        state.clear(self.instructions.len());
        if self.follow(0, &mut state, None) {
            return None;
        }
        let mut first = Ascii::default();
        for index in state.reading {
            match *self.instructions.get(index as usize)? {
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
        match self.state.try_lock() {
            Ok(mut state) => self.search(text, &mut state, steps),
            Err(_) => self.search(text, &mut SearchState::default(), steps),
        }
    }

    /// Between two characters, each instruction that is reached is one visit, and so is each that
    /// reads the second of them. The instructions of the round in which a match is found do not
    /// count: their number depends on their order.
    fn search(
        &self,
        text: &str,
        state: &mut SearchState,
        steps: &mut Steps,
    ) -> Result<bool, Malformed> {
        state.clear(self.instructions.len());
        let allowed = steps.left() * limits::STEP_VISITS;
        let mut visits = 0;
        let mut before = None;
        let mut characters = text.chars();
        let mut after = characters.next();
        let found = loop {
            // No match has begun: skips to a character that can begin one.
            if let Some(first) = self.first
                && state.behind.is_empty()
                && state.reading.is_empty()
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
            if begins && self.follow(0, state, around) {
                break true;
            }
            let mut matched = false;
            while !matched && let Some(index) = state.behind.pop() {
                matched = self.follow(index, state, around);
            }
            if matched {
                break true;
            }
            visits += 1 + state.visits;
            let Some(character) = after else { break false };
            if self.anchored && state.reading.is_empty() {
                break false;
            }
            visits += self.read(character, state);
            if visits > allowed {
                return Err(Malformed);
            }
            before = after;
            after = characters.next();
        };
        steps.take((visits / limits::STEP_VISITS) as usize)?;
        Ok(found)
    }

    /// Begins the next round behind the instructions that read a character; returns their visits.
    fn read(&self, character: char, state: &mut SearchState) -> u32 {
        let character = u32::from(character);
        state.round += 1;
        state.visits = 0;
        let SearchState { reading, next_reading, behind, seen, round, visits, .. } = state;
        let (instructions, seen) = (&*self.instructions, &mut **seen);
        let mut reads = reading.len() as u32;
        for index in reading.drain(..) {
            let is_read = match instructions.get(index as usize) {
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
            let next = index + 1;
            match (instructions.get(next as usize), seen.get_mut(next as usize)) {
                // Reading instructions need no assertions.
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

    /// Follows an instruction without reading; returns whether that reaches the end. Without the
    /// characters around the position, an assertion also counts as the end.
    fn follow(
        &self,
        mut index: u32,
        state: &mut SearchState,
        around: Option<(Option<char>, Option<char>)>,
    ) -> bool {
        loop {
            let Some(instruction) = self.instructions.get(index as usize) else { return true };
            let next = match state.seen.get_mut(index as usize) {
                Some(seen) if *seen != state.round => {
                    *seen = state.round;
                    state.visits += 1;
                    match *instruction {
                        Instruction::Character(_) | Instruction::Characters(_) => {
                            state.reading.push(index);
                            None
                        }
                        Instruction::Look(look) => match around {
                            None => return true,
                            Some((before, after)) => look.holds(before, after).then_some(index + 1),
                        },
                        Instruction::Jump(by) => Some(index.wrapping_add_signed(by)),
                        Instruction::Split(by) => {
                            state.waiting.push(index.wrapping_add_signed(by));
                            Some(index + 1)
                        }
                    }
                }
                _ => None,
            };
            index = match next.or_else(|| state.waiting.pop()) {
                Some(next) => next,
                None => return false,
            };
        }
    }
}
