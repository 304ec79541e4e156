//! The syntax tree of a pattern. Its size is proportional to the pattern's text whatever its counts
//! are, and it contains the size of its program before one is built.

use super::program::Instruction;
use crate::limits;

/// A part of a pattern.
#[derive(Debug, Default)]
pub(super) struct Part {
    form: Form,
    /// The number of instructions of its program; saturates.
    size: u32,
    /// The number of levels of parts below it.
    height: u32,
}

#[derive(Debug, Default)]
enum Form {
    /// Matches everywhere.
    #[default]
    Empty,
    One(Instruction),
    Sequence(Vec<Part>),
    Either(Vec<Part>),
    /// A part repeated at least this number of times, and at most the second number of times, if
    /// any.
    Repeated(Box<Part>, u32, Option<u32>),
}

impl Part {
    pub(super) fn one(instruction: Instruction) -> Part {
        Part { form: Form::One(instruction), size: 1, height: 0 }
    }

    /// A group that could be captured.
    pub(super) fn group(mut self) -> Part {
        self.height += 1;
        self
    }

    /// Parts in sequence.
    pub(super) fn sequence(parts: Vec<Part>) -> Part {
        Part::of_several(parts, Form::Sequence, 0)
    }

    /// Any of the parts.
    pub(super) fn either(parts: Vec<Part>) -> Part {
        // A split before each but the last, and a jump after it.
        Part::of_several(parts, Form::Either, 2)
    }

    fn of_several(mut parts: Vec<Part>, form: fn(Vec<Part>) -> Form, joint: u32) -> Part {
        if parts.len() < 2 {
            return parts.pop().unwrap_or_default();
        }
        let joints = joint * (parts.len() as u32 - 1);
        let size = parts.iter().fold(joints, |size, part| size.saturating_add(part.size));
        let height = parts.iter().map(|part| part.height + 1).max().unwrap_or_default();
        Part { form: form(parts), size, height }
    }

    /// Repeats the part `least` to `most` times, or at least `least` times.
    pub(super) fn repeated(self, least: u32, most: Option<u32>) -> Part {
        let (once, height) = (self.size, self.height + 1);
        match (least, most) {
            (0, Some(0)) => return Part::default(),
            (1, Some(1)) => return self,
            // Repeating an empty part has no effect.
            _ if once == 0 => return Part { height, ..Part::default() },
            _ => {}
        }
        let required = once.saturating_mul(least);
        let size = match most {
            None if least == 0 => once.saturating_add(2),
            None => required.saturating_add(1),
            Some(most) => {
                let optional = once.saturating_add(1).saturating_mul(most - least);
                required.saturating_add(optional)
            }
        };
        Part { form: Form::Repeated(Box::new(self), least, most), size, height }
    }

    pub(super) fn size(&self) -> u32 {
        self.size
    }

    pub(super) fn nests_too_deep(&self) -> bool {
        self.height > limits::REGEX_NESTING
    }

    /// Appends the part's instructions to a program. Those of a repeated part are written once and
    /// then copied.
    pub(super) fn write(&self, program: &mut Vec<Instruction>) {
        match &self.form {
            Form::Empty => {}
            Form::One(instruction) => program.push(*instruction),
            Form::Sequence(parts) => parts.iter().for_each(|part| part.write(program)),
            Form::Either(parts) => {
                let end = program.len() + self.size as usize;
                for (left, part) in (0..parts.len()).rev().zip(parts) {
                    if left > 0 {
                        program.push(Instruction::Split(offset(part.size + 2)));
                    }
                    part.write(program);
                    if left > 0 {
                        program.push(Instruction::Jump((end - program.len()) as i32));
                    }
                }
            }
            Form::Repeated(part, least, most) => part.write_repeated(*least, *most, program),
        }
    }

    fn write_repeated(&self, least: u32, most: Option<u32>, program: &mut Vec<Instruction>) {
        let size = self.size;
        let mut written = None;
        let mut once = |program: &mut Vec<Instruction>| match written {
            None => {
                written = Some(program.len());
                self.write(program);
            }
            Some(start) => program.extend_from_within(start..start + size as usize),
        };
        for _ in 0..least {
            once(program);
        }
        match most {
            None if least > 0 => program.push(Instruction::Split(-offset(size))),
            None => {
                program.push(Instruction::Split(offset(size + 2)));
                once(program);
                program.push(Instruction::Jump(-offset(size + 1)));
            }
            Some(most) => {
                for left in (1..=most - least).rev() {
                    program.push(Instruction::Split(offset(left * (size + 1))));
                    once(program);
                }
            }
        }
    }
}

/// An offset in a program that is not too large.
fn offset(distance: u32) -> i32 {
    distance as i32
}
