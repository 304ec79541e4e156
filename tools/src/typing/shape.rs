//! Infers the shapes of a flag's values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::Value;

/// Strings longer than this, in characters, are typed as strings and not as literals.
const LITERAL_LENGTH: usize = 64;

/// The shape of values: their alternatives. No alternative means any JSON.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) null: bool,
    pub(super) boolean: bool,
    pub(super) number: Option<Numbers>,
    pub(super) string: Option<Strings>,
    /// The elements of all arrays together.
    pub(super) elements: Option<Box<Shape>>,
    pub(super) object: Option<Members>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// Only integers that Python has as `int`.
    Integers,
    Any,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Strings {
    /// All of them, in the order of the document.
    Literals(Vec<Arc<str>>),
    Any,
}

/// The members of all objects together, in the order of their first occurrence.
#[derive(Debug, Default)]
pub(super) struct Members {
    objects: usize,
    members: Vec<Member>,
    by_name: BTreeMap<Arc<str>, usize>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Arc<str>,
    pub(super) shape: Shape,
    objects: usize,
}

impl Shape {
    /// The shape of a flag with these variations.
    pub(super) fn of(variations: &[Value]) -> Shape {
        let mut shape = Shape::default();
        let mut known = BTreeSet::new();
        for value in variations {
            match value {
                Value::String(text) if known.insert(text) => shape.add_literal(text),
                Value::String(_) => {}
                value => shape.add(value),
            }
        }
        shape
    }

    /// The number of alternatives.
    pub(super) fn alternatives(&self) -> usize {
        let strings = match &self.string {
            None => 0,
            Some(Strings::Any) => 1,
            Some(Strings::Literals(literals)) => literals.len(),
        };
        let others = [
            self.null,
            self.boolean,
            self.number.is_some(),
            self.elements.is_some(),
            self.object.is_some(),
        ];
        others.into_iter().filter(|there| *there).count() + strings
    }

    fn add_literal(&mut self, text: &Arc<str>) {
        if text.chars().count() > LITERAL_LENGTH {
            self.string = Some(Strings::Any);
        }
        if let Strings::Literals(known) = self.string.get_or_insert(Strings::Literals(Vec::new())) {
            known.push(Arc::clone(text));
        }
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => self.null = true,
            Value::Bool(_) => self.boolean = true,
            Value::Number(number) => {
                let safe = value.as_integer().is_some() && number.abs() < 2_f64.powi(53);
                self.number = match self.number {
                    None | Some(Numbers::Integers) if safe => Some(Numbers::Integers),
                    _ => Some(Numbers::Any),
                };
            }
            Value::String(_) => self.string = Some(Strings::Any),
            Value::Array(elements) => {
                let shape = self.elements.get_or_insert_default();
                elements.iter().for_each(|element| shape.add(element));
            }
            Value::Object(object) => {
                let members = self.object.get_or_insert_default();
                members.objects += 1;
                for (name, value) in object.iter() {
                    members.add(name, value);
                }
            }
        }
    }
}

impl Members {
    fn add(&mut self, name: &Arc<str>, value: &Value) {
        let known = self.by_name.get(name).and_then(|index| self.members.get_mut(*index));
        match known {
            Some(member) => {
                member.objects += 1;
                member.shape.add(value);
            }
            None => {
                let mut shape = Shape::default();
                shape.add(value);
                self.by_name.insert(Arc::clone(name), self.members.len());
                self.members.push(Member { name: Arc::clone(name), shape, objects: 1 });
            }
        }
    }

    /// Each member, and whether every object has it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Member, bool)> {
        self.members.iter().map(|member| (member, member.objects == self.objects))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}
