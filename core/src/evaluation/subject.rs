use std::sync::Arc;

use super::big_segment::BigSegments;
use super::remembered::Remembered;
use super::segment::Recalled;
use crate::context::{Context, Individual};
use crate::json::Value;
use crate::key_set;
use crate::ruleset::{Attribute, AttributeSlot, Comparable, KindSlot, Tables, ValueList};

/// A context bound to a document: every attribute that the document asks for, looked up once.
#[derive(Debug)]
pub(crate) struct Subject {
    /// None for an invalid context.
    context: Option<BoundContext>,
    big_segments: Option<BigSegments>,
}

#[derive(Debug)]
pub(crate) struct BoundContext {
    context: Context,
    /// For each kind of the document, its place among the context's individuals.
    kinds: Box<[Option<u32>]>,
    /// The hash of each individual's key, for target lists and segments.
    hashes: Box<[u32]>,
    /// Each attribute of the document.
    attributes: Box<[BoundAttribute]>,
    /// Memberships, by segment.
    pub(super) segments: Remembered<{ Recalled::BITS }>,
    /// Buckets by bucket slot: the number plus 1, or 0 where there is nothing to hash.
    pub(super) buckets: Remembered<17>,
}

/// An attribute of a bound context, read as the document's clauses compare it.
#[derive(Debug)]
pub(crate) struct BoundAttribute {
    /// Null where it is absent.
    pub(crate) value: Value,
    pub(crate) comparable: Comparable,
}

impl Subject {
    pub(crate) fn bind(
        tables: &Tables,
        context: Option<&Context>,
        big_segments: Option<&BigSegments>,
    ) -> Subject {
        Subject {
            context: context.map(|context| BoundContext::bind(tables, context)),
            big_segments: big_segments.cloned(),
        }
    }

    pub(crate) fn context(&self) -> Option<&BoundContext> {
        self.context.as_ref()
    }

    pub(crate) fn big_segments(&self) -> Option<&BigSegments> {
        self.big_segments.as_ref()
    }
}

impl BoundContext {
    fn bind(tables: &Tables, context: &Context) -> BoundContext {
        let mut kinds = vec![None; tables.kinds.len()];
        for (place, individual) in (0_u32..).zip(context.individuals()) {
            let slot = tables.kinds.place(&individual.kind);
            if let Some(kind) = slot.and_then(|slot| kinds.get_mut(slot as usize)) {
                *kind = Some(place);
            }
        }
        let individual = |kind: KindSlot| {
            let place = kinds.get(kind.0 as usize).copied().flatten()?;
            context.individuals().get(place as usize)
        };
        let bound = |attribute: &Attribute| {
            let value = individual(attribute.kind)
                .and_then(|individual| individual.get(&attribute.reference))
                .unwrap_or_default();
            let comparable = Comparable::read(&value, attribute.compared_as);
            BoundAttribute { value, comparable }
        };
        let attributes = tables.attributes.iter().map(bound).collect();
        let hashes = context.individuals().iter().map(|one| key_set::hash(&one.key)).collect();
        BoundContext {
            context: context.clone(),
            kinds: kinds.into(),
            hashes,
            attributes,
            segments: Remembered::new(tables.segments.len()),
            buckets: Remembered::new(tables.buckets.len()),
        }
    }

    /// The fully-qualified key of the whole context.
    pub(crate) fn key_of_all(&self) -> &str {
        self.context.key()
    }

    pub(crate) fn individuals(&self) -> &[Individual] {
        self.context.individuals()
    }

    pub(crate) fn individual(&self, kind: KindSlot) -> Option<&Individual> {
        let place = self.kinds.get(kind.0 as usize).copied().flatten()?;
        self.context.individuals().get(place as usize)
    }

    pub(crate) fn key(&self, kind: KindSlot) -> Option<&Arc<str>> {
        self.individual(kind).map(|individual| &individual.key)
    }

    /// Whether a list of keys of a kind names the context.
    pub(crate) fn is_in(&self, kind: KindSlot, keys: &ValueList) -> bool {
        let named = |place: u32| {
            let individual = self.context.individuals().get(place as usize)?;
            let hash = self.hashes.get(place as usize)?;
            Some(keys.contains(&individual.key, *hash))
        };
        let place = self.kinds.get(kind.0 as usize).copied().flatten();
        place.and_then(named).unwrap_or(false)
    }

    /// The attribute, if the context has the kind and the attribute.
    pub(crate) fn attribute(&self, slot: AttributeSlot) -> Option<&BoundAttribute> {
        self.attributes.get(slot.0 as usize).filter(|attribute| !attribute.value.is_null())
    }
}
