//! Interns repeated keys, object shapes and short strings while parsing.

use std::sync::Arc;

use super::object::Member;
use super::order::{exchanges, sorted_names, utf16_order};
use super::sharing::Sharing;
use crate::hash_index;
use crate::key_set::KeySet;

/// Shorter texts do not repay the cost of interning, in bytes.
const WORTH: usize = 4096;

/// Slots in the caches of recently parsed strings and shapes.
const PLACES: usize = 256;

/// Longer strings are seldom repeated, in bytes.
const SHORT: usize = 32;

/// An object with more members is a map whose names are keys, which do not repeat.
const MEMBERS: usize = 64;

/// A text with more names also has keys as names.
const NAMES: usize = 1024;

/// The index of a name that is not interned.
const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Repetition {
    names: KeySet,
    /// The indices of the names of all open objects, one after the other.
    open: Vec<u32>,
    /// The index of the last name, and for each name the one that followed it: as the first of an
    /// object, and as a later one.
    last: u32,
    follower: Vec<[u32; 2]>,
    shapes: Vec<Option<Shape>>,
    strings: Vec<Option<Arc<str>>>,
    pub(super) containers: Sharing,
}

/// The shape of an object: the indices of its names, and the swaps that sort its members.
struct Shape {
    names: Box<[u32]>,
    exchanges: Box<[(usize, usize)]>,
}

impl Repetition {
    pub(super) fn new(text: &[u8]) -> Repetition {
        let worth_it = text.len() >= WORTH;
        let places = if worth_it { PLACES } else { 0 };
        let containers = Sharing::new(worth_it);
        let mut repetition = Repetition { last: NONE, containers, ..Repetition::default() };
        repetition.shapes.resize_with(places, || None);
        repetition.strings.resize_with(places, || None);
        repetition
    }

    /// The name that followed the last one previously, in an object with this number of members so
    /// far.
    pub(super) fn expected_name(&self, members: usize) -> Option<(u32, &Arc<str>)> {
        let followers = self.follower.get(self.last as usize)?;
        let next = if members == 0 { followers.first() } else { followers.last() };
        next.filter(|next| **next != NONE).map(|next| (*next, self.names.key(*next)))
    }

    /// Registers that the expected name was read.
    pub(super) fn confirm(&mut self, place: u32) {
        self.last = place;
        self.open.push(place);
    }

    /// Interns a name that was not expected, in an object with this number of members so far.
    pub(super) fn name(&mut self, name: &str, members: usize) -> Arc<str> {
        let known = if members < MEMBERS { self.names.place(name) } else { None };
        let place = match known {
            Some(place) => place,
            None => {
                let name = self.string(name);
                if members >= MEMBERS || self.names.len() >= NAMES {
                    self.confirm(NONE);
                    return name;
                }
                self.names.add(&name)
            }
        };
        if !self.strings.is_empty() {
            let length = self.names.len().max(self.follower.len());
            self.follower.resize(length, [NONE; 2]);
            let last = self.follower.get_mut(self.last as usize);
            if let Some([first, later]) = last {
                *(if members == 0 { first } else { later }) = place;
            }
        }
        self.confirm(place);
        Arc::clone(self.names.key(place))
    }

    /// Interns a string, if it is short and was parsed recently.
    pub(super) fn string(&mut self, text: &str) -> Arc<str> {
        if text.len() > SHORT || self.strings.is_empty() {
            return Arc::from(text);
        }
        let place = hash_index::hash(text) as usize % PLACES;
        match self.strings.get_mut(place) {
            Some(Some(known)) if **known == *text => Arc::clone(known),
            Some(place) => Arc::clone(place.insert(Arc::from(text))),
            None => Arc::from(text),
        }
    }

    /// Sorts the members of the closed innermost object with the swaps of the last object of its
    /// shape. Returns whether there was one.
    pub(super) fn sort(&mut self, members: &mut [Member]) -> bool {
        let start = self.open.len().saturating_sub(members.len());
        let names = self.open.get(start..).unwrap_or_default();
        let sorted = match names {
            [] | [_] => true,
            [first, .., last] if !names.contains(&NONE) => {
                let place = (*first as usize * 31 + *last as usize * 7 + names.len()) % PLACES;
                match self.shapes.get_mut(place) {
                    Some(Some(shape)) if *shape.names == *names => {
                        for (a, b) in &shape.exchanges {
                            members.swap(*a, *b);
                        }
                        true
                    }
                    Some(place) => {
                        *place = Shape::of(names, members);
                        false
                    }
                    None => false,
                }
            }
            _ => false,
        };
        self.open.truncate(start);
        sorted
    }
}

impl Shape {
    /// `None` if a name occurs twice.
    fn of(names: &[u32], members: &[Member]) -> Option<Shape> {
        let name = |place: usize| members.get(place).map_or("", |(name, _)| &**name);
        let order = sorted_names(members.len(), &name);
        let ascending = |a: &usize, b: &usize| utf16_order(name(*a), name(*b)).is_lt();
        if !order.is_sorted_by(ascending) {
            return None;
        }
        Some(Shape { names: names.into(), exchanges: exchanges(&order).into() })
    }
}
