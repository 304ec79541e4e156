//! Parts of a program, put together as a pattern is read.

use super::program::{Instruction, Look};

/// The bytes that a program may have, as `regex-lite` counts them on a host of 64 bits: a bound on
/// the work for each character that is searched, and the same on every host.
pub(super) const LARGEST: u32 = 1 << 20;

/// What a state of `regex-lite`'s automaton counts.
const STATE: u32 = 32;
/// What each way out of a state with several counts.
const WAY: u32 = 4;
/// What each range of characters counts.
const RANGE: u32 = 8;
/// What each group counts, and what the name of one does besides its bytes.
const GROUP: u32 = 16;
const NAMED: u32 = 4;

/// How deep a pattern may nest.
pub(super) const NESTING: u32 = 50;

/// A part of a program. One that is too large has no instructions, only its size.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    instructions: Vec<Instruction>,
    size: Size,
    /// Whether it can match without reading.
    can_be_empty: bool,
    /// How many levels of parts are below it.
    height: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Size {
    /// Grows with each repetition.
    automaton: u32,
    /// Does not.
    names: u32,
    /// The number of the last group in it.
    last_group: u32,
}

impl Size {
    fn total(self) -> u32 {
        let groups = self.last_group.saturating_mul(GROUP);
        self.automaton.saturating_add(self.names).saturating_add(groups)
    }

    fn add(&mut self, other: Size) {
        self.automaton = self.automaton.saturating_add(other.automaton);
        self.names = self.names.saturating_add(other.names);
        self.last_group = self.last_group.max(other.last_group);
    }
}

impl Part {
    fn leaf(instructions: Vec<Instruction>, size: u32, can_be_empty: bool) -> Part {
        let size = Size { automaton: STATE + size, ..Size::default() };
        Part { instructions, size, can_be_empty, height: 0 }
    }

    /// What matches everywhere.
    pub(super) fn empty() -> Part {
        Part::leaf(Vec::new(), 0, true)
    }

    pub(super) fn character(character: char) -> Part {
        Part::leaf(vec![Instruction::Character(u32::from(character))], 0, false)
    }

    /// So many ranges of the program from one on.
    pub(super) fn characters(first: usize, count: usize) -> Part {
        // A pattern of 4 KiB has not so many.
        let place = |number| u32::try_from(number).unwrap_or(0);
        let instruction = Instruction::Characters(place(first), place(count));
        Part::leaf(vec![instruction], RANGE * count as u32, false)
    }

    pub(super) fn look(look: Look) -> Part {
        Part::leaf(vec![Instruction::Look(look)], 0, true)
    }

    /// A group that could be captured.
    pub(super) fn group(mut self, number: u32, name: &str) -> Part {
        let names = if name.is_empty() { 0 } else { name.len() as u32 + NAMED };
        let last_group = number;
        self.size.add(Size { automaton: 2 * STATE, names, last_group });
        self.height += 1;
        self
    }

    /// One part after the other.
    pub(super) fn sequence(parts: Vec<Part>) -> Part {
        Part::of_several(parts, false)
    }

    /// Any of the parts.
    pub(super) fn either(parts: Vec<Part>) -> Part {
        Part::of_several(parts, true)
    }

    fn of_several(mut parts: Vec<Part>, alternatives: bool) -> Part {
        if parts.len() < 2 {
            return parts.pop().unwrap_or_else(Part::empty);
        }
        let mut whole = Part { can_be_empty: !alternatives, ..Part::default() };
        if !alternatives {
            for part in &parts {
                whole.can_be_empty &= part.can_be_empty;
                whole.join(part);
            }
            return whole;
        }
        whole.size.automaton = 2 * STATE + parts.len() as u32 * WAY;
        let length = |part: &Part| part.instructions.len() + 2;
        // The last needs neither a split before it nor a jump after it.
        let mut rest = parts.iter().map(length).sum::<usize>() - 2;
        for part in &parts {
            let last = rest == part.instructions.len();
            if !last {
                whole.instructions.push(Instruction::Split(offset(length(part))));
            }
            whole.can_be_empty |= part.can_be_empty;
            whole.join(part);
            if !last {
                rest -= length(part);
                whole.instructions.push(Instruction::Jump(offset(rest + 1)));
            }
        }
        whole
    }

    /// The part so many times, or any number of times from the least on.
    pub(super) fn repeated(self, least: u32, most: Option<u32>) -> Part {
        match (least, most) {
            (0, Some(0)) => return Part::empty(),
            (1, Some(1)) => return self,
            _ => {}
        }
        let mut whole = Part {
            size: Size { automaton: 0, ..self.size },
            can_be_empty: self.can_be_empty || least == 0,
            height: self.height + 1,
            ..Part::default()
        };
        let once = self.size.automaton;
        let times = most.unwrap_or(least.max(1));
        let optional = most.map_or(0, |most| most - least);
        // What `regex-lite` adds to what is repeated.
        let added = match (least, most) {
            (0, None) if self.can_be_empty => 3 * STATE + 4 * WAY,
            (_, None) => STATE + 2 * WAY,
            (0, Some(1)) => 2 * STATE + 2 * WAY,
            (_, Some(_)) if optional == 0 => 0,
            (_, Some(_)) => {
                let start = if least == 0 { 2 } else { 1 };
                optional.saturating_mul(STATE + 2 * WAY).saturating_add(start * STATE)
            }
        };
        whole.size.automaton = times.saturating_mul(once).saturating_add(added);
        if whole.size.total() > LARGEST {
            return whole;
        }
        for _ in 0..least {
            whole.instructions.extend_from_slice(&self.instructions);
        }
        let length = self.instructions.len();
        match most {
            None if least > 0 => whole.instructions.push(Instruction::Split(-offset(length))),
            None => {
                whole.instructions.push(Instruction::Split(offset(length + 2)));
                whole.instructions.extend_from_slice(&self.instructions);
                whole.instructions.push(Instruction::Jump(-offset(length + 1)));
            }
            Some(_) => {
                for left in (1..=optional as usize).rev() {
                    whole.instructions.push(Instruction::Split(offset(left * (length + 1))));
                    whole.instructions.extend_from_slice(&self.instructions);
                }
            }
        }
        whole
    }

    /// Adds a part one level below.
    fn join(&mut self, part: &Part) {
        self.size.add(part.size);
        self.height = self.height.max(part.height + 1);
        if self.size.total() <= LARGEST {
            self.instructions.extend_from_slice(&part.instructions);
        }
    }

    /// The instructions of a whole pattern; none where it nests too deep or is too large.
    pub(super) fn finish(self, largest: u32) -> Option<Vec<Instruction>> {
        // A group around everything, and the state in which it has matched.
        let size = self.size.total().saturating_add(3 * STATE + GROUP);
        (size <= largest && self.height <= NESTING).then_some(self.instructions)
    }
}

/// A distance in a program that is not too large.
fn offset(distance: usize) -> i32 {
    i32::try_from(distance).unwrap_or(i32::MAX)
}
