//! References to attributes whose values a projection must not contain.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::AttributeReference;
use isoflag::model::{
    Clause, Condition, KindSlot, Membership, Model, Segment, SegmentBody, Targeting,
};

use super::ProjectionError;

/// The kind of a context, and the name of an attribute.
type Attribute = (Arc<str>, Arc<str>);

/// Private references, such as `user.email`, by kind and name of the attribute.
pub(super) struct Private {
    references: BTreeMap<Attribute, Vec<(usize, AttributeReference)>>,
    key: AttributeReference,
    texts: Vec<Arc<str>>,
}

impl Private {
    /// Parses each reference: a kind, a dot, and the name of an attribute or a path to a part of
    /// one. As a kind may contain dots, a text can have several meanings, which all count.
    pub(super) fn parse(texts: &[Arc<str>]) -> Result<Private, ProjectionError> {
        let key = AttributeReference::literal(&Arc::from("key"));
        let invalid = |text: &Arc<str>| ProjectionError::Private(Arc::clone(text));
        let key = key.map_err(|_| invalid(&Arc::from("key")))?;
        let mut references: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, text) in texts.iter().enumerate() {
            let mut is_valid = false;
            for (dot, _) in text.match_indices('.') {
                let (kind, rest) = text.split_at(dot);
                let reference = rest.strip_prefix('.').unwrap_or_default();
                let Ok(reference) = AttributeReference::parse(&Arc::from(reference)) else {
                    continue;
                };
                if !kind.is_empty() {
                    let of = (Arc::from(kind), Arc::from(reference.name()));
                    references.entry(of).or_default().push((index, reference));
                    is_valid = true;
                }
            }
            if !is_valid {
                return Err(invalid(text));
            }
        }
        Ok(Private { references, key, texts: texts.to_vec() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub(super) fn text(&self, index: usize) -> Arc<str> {
        self.texts.get(index).cloned().unwrap_or_default()
    }

    /// Returns the indices of the private references that a value of this attribute shows.
    fn shown<'p>(
        &'p self,
        kind: &Arc<str>,
        reference: &'p AttributeReference,
    ) -> impl Iterator<Item = usize> + use<'p> {
        let found = match self.references.is_empty() {
            true => None,
            false => self.references.get(&(Arc::clone(kind), Arc::from(reference.name()))),
        };
        let found = found.into_iter().flatten();
        found.filter(|(_, private)| private.overlaps(reference)).map(|(index, _)| *index)
    }

    /// Returns the first private reference whose values a clause contains.
    pub(super) fn in_clause(&self, model: &Model, clause: &Clause) -> Option<usize> {
        self.of_clause(model, clause).next()
    }

    fn of_clause<'p>(
        &'p self,
        model: &'p Model,
        clause: &'p Clause,
    ) -> impl Iterator<Item = usize> + use<'p> {
        let attribute = match &clause.condition {
            Condition::Attribute(slot, _) if !clause.values.is_empty() => model.attribute(*slot),
            _ => None,
        };
        let of = |attribute: &'p isoflag::model::Attribute| {
            self.shown(model.kind(attribute.kind), &attribute.reference)
        };
        attribute.into_iter().flat_map(of)
    }

    /// Returns the first private reference that a list of keys of this kind shows.
    pub(super) fn in_keys(&self, model: &Model, kind: KindSlot) -> Option<usize> {
        self.shown(model.kind(kind), &self.key).next()
    }

    /// The references that no part of the document compares, in their order: most are misspelt.
    pub(super) fn unused(&self, model: &Model) -> Vec<Arc<str>> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut used = vec![false; self.texts.len()];
        let mut mark = |index: usize| used.get_mut(index).into_iter().for_each(|each| *each = true);
        for (_, flag) in model.flags() {
            let Some(targeting) = flag.targeting() else { continue };
            let Targeting { targets, rules, .. } = targeting;
            for list in &targets.lists {
                self.shown(model.kind(list.kind), &self.key).for_each(&mut mark);
            }
            let clauses = rules.iter().flat_map(|rule| &rule.clauses);
            clauses.flat_map(|clause| self.of_clause(model, clause)).for_each(&mut mark);
        }
        for (_, segment) in model.segments() {
            let Segment::Readable(SegmentBody { membership, rules, .. }) = segment else {
                continue;
            };
            if let Membership::Lists { included, excluded } = membership {
                for list in included.iter().chain(excluded) {
                    self.shown(model.kind(list.kind), &self.key).for_each(&mut mark);
                }
            }
            let clauses = rules.iter().flat_map(|rule| &rule.clauses);
            clauses.flat_map(|clause| self.of_clause(model, clause)).for_each(&mut mark);
        }
        let unused = self.texts.iter().zip(used).filter(|(_, used)| !used);
        unused.map(|(text, _)| Arc::clone(text)).collect()
    }
}
