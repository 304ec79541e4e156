//! A context bound to a document: attributes, kinds and caches; an evaluation notes whether it reads it.

use std::sync::Arc;

use super::big_segment::BigSegments;
use super::context_cache::ContextCache;
use super::segment::CachedMembership;
use crate::context::{Context, Individual};
use crate::hash_index;
use crate::json::Value;
use crate::model::{
    Attribute, AttributeSlot, Comparable, Dependencies, KindSlot, Tables, ValueList,
};

/// The number of bits of a cached bucket.
const BUCKET_BITS: u32 = 17;

/// A context bound to a document: every attribute that the document reads, looked up once.
#[derive(Debug)]
pub(crate) struct BoundContext {
    /// `None` for an invalid context.
    valid: Option<ValidContext>,
    big_segments: Option<BigSegments>,
}

/// A valid context bound to a document.
#[derive(Debug)]
pub(crate) struct ValidContext {
    context: Context,
    individuals: BoundIndividuals,
    attributes: BoundAttributes,
    /// Cached memberships, by segment.
    pub(super) segments: ContextCache,
    /// Cached buckets by bucket slot: the number plus 1, or 0 if there is nothing to hash.
    pub(super) buckets: ContextCache,
}

/// The index of each kind among the individuals of a context, and the hashes of their keys, for
/// target lists and segments. Nearly every context has one kind, which needs no allocation.
#[derive(Debug)]
enum BoundIndividuals {
    One {
        /// `None` if the document does not name it.
        kind: Option<u32>,
        hash: u32,
    },
    Many {
        /// For each kind of the document, its index among the context's individuals.
        kinds: Box<[Option<u32>]>,
        hashes: Box<[u32]>,
    },
}

/// Attributes that have been looked up.
#[derive(Debug)]
struct BoundAttributes {
    values: Box<[BoundAttribute]>,
    /// The slots of these attributes, in order; `None` for all attributes of the document.
    slots: Option<Arc<[AttributeSlot]>>,
}

/// An attribute of a bound context, in the form in which the document's clauses compare it.
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundAttribute {
    /// Null if it is absent.
    pub(crate) value: Value,
    pub(crate) comparable: Comparable,
}

impl BoundContext {
    pub(crate) fn bind(
        tables: &Tables,
        context: Option<&Context>,
        big_segments: Option<&BigSegments>,
    ) -> BoundContext {
        let bind = |context| ValidContext::bind(tables, context, None);
        BoundContext { valid: context.map(bind), big_segments: big_segments.cloned() }
    }

    /// Binds only the given dependencies. Nothing is cached between evaluations.
    pub(crate) fn bind_part(
        tables: &Tables,
        context: Option<&Context>,
        dependencies: &Dependencies,
    ) -> BoundContext {
        let bind = |context| ValidContext::bind(tables, context, Some(dependencies));
        BoundContext { valid: context.map(bind), big_segments: None }
    }

    /// The context, unless it is invalid.
    pub(crate) fn valid(&self) -> Option<&ValidContext> {
        self.valid.as_ref()
    }

    /// The context to overwrite, unless it is invalid.
    pub(crate) fn valid_mut(&mut self) -> Option<&mut ValidContext> {
        self.valid.as_mut()
    }

    pub(crate) fn big_segments(&self) -> Option<&BigSegments> {
        self.big_segments.as_ref()
    }
}

impl BoundAttribute {
    pub(crate) fn of(attribute: &Attribute, value: Value) -> BoundAttribute {
        let comparable = Comparable::read(&value, attribute.compared_as);
        BoundAttribute { value, comparable }
    }
}

impl BoundIndividuals {
    /// Returns the individuals of a context; their keys are hashed if lists may be searched for
    /// them.
    fn of(tables: &Tables, context: &Context, lists: bool) -> BoundIndividuals {
        let hash = |one: &Individual| if lists { hash_index::hash(&one.key) } else { 0 };
        if let [one] = context.individuals() {
            return BoundIndividuals::One { kind: tables.kinds.slot(&one.kind), hash: hash(one) };
        }
        let mut kinds = vec![None; tables.kinds.len()];
        for (index, individual) in (0_u32..).zip(context.individuals()) {
            let slot = tables.kinds.slot(&individual.kind);
            if let Some(kind) = slot.and_then(|slot| kinds.get_mut(slot as usize)) {
                *kind = Some(index);
            }
        }
        let hashes = context.individuals().iter().map(hash).collect();
        BoundIndividuals::Many { kinds: kinds.into(), hashes }
    }

    /// The index of a kind's individual.
    fn index(&self, kind: KindSlot) -> Option<usize> {
        match self {
            BoundIndividuals::One { kind: only, .. } => (*only == Some(kind.0)).then_some(0),
            BoundIndividuals::Many { kinds, .. } => {
                kinds.get(kind.0 as usize).copied().flatten().map(|index| index as usize)
            }
        }
    }

    fn set_hash(&mut self, index: usize, hash: u32) {
        match self {
            BoundIndividuals::One { hash: only, .. } => *only = hash,
            BoundIndividuals::Many { hashes, .. } => {
                if let Some(known) = hashes.get_mut(index) {
                    *known = hash;
                }
            }
        }
    }

    /// The hash of the key of the individual at this index.
    fn hash(&self, index: usize) -> u32 {
        match self {
            BoundIndividuals::One { hash, .. } => *hash,
            BoundIndividuals::Many { hashes, .. } => hashes.get(index).copied().unwrap_or(0),
        }
    }
}

impl ValidContext {
    fn bind(
        tables: &Tables,
        context: &Context,
        dependencies: Option<&Dependencies>,
    ) -> ValidContext {
        let lists = dependencies.is_none_or(|dependencies| dependencies.keys);
        let cache = |bits: u32, slots: usize| {
            ContextCache::new(bits, if dependencies.is_none() { slots } else { 0 })
        };
        let individuals = BoundIndividuals::of(tables, context, lists);
        let bind = |slot: usize| {
            let attribute = tables.attributes.get(AttributeSlot(u32::try_from(slot).ok()?))?;
            let individual = context.individuals().get(individuals.index(attribute.kind)?)?;
            let value = individual.get(&attribute.reference)?;
            Some(BoundAttribute::of(attribute, value))
        };
        let slots = dependencies.map(|dependencies| Arc::clone(&dependencies.attributes));
        let slot = |index: usize| match &slots {
            None => index,
            Some(slots) => slots.get(index).map_or(usize::MAX, |slot| slot.0 as usize),
        };
        let count = slots.as_ref().map_or(tables.attributes.len(), |slots| slots.len());
        let values = (0..count).map(|index| bind(slot(index)).unwrap_or_default()).collect();
        ValidContext {
            context: context.clone(),
            individuals,
            attributes: BoundAttributes { values, slots },
            segments: cache(CachedMembership::BITS, tables.segments.len()),
            buckets: cache(BUCKET_BITS, tables.buckets.len()),
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
        self.context.individuals().get(self.individuals.index(kind)?)
    }

    pub(crate) fn key(&self, kind: KindSlot) -> Option<&Arc<str>> {
        self.individual(kind).map(|individual| &individual.key)
    }

    /// Whether a list of keys of a kind contains the context's key.
    pub(crate) fn is_in(&self, kind: KindSlot, keys: &ValueList) -> bool {
        let named = |index: usize| {
            let individual = self.context.individuals().get(index)?;
            Some(keys.contains(&individual.key, self.individuals.hash(index)))
        };
        self.individuals.index(kind).and_then(named).unwrap_or(false)
    }

    /// The attribute, if the context has the kind and the attribute.
    pub(crate) fn attribute(&self, slot: AttributeSlot) -> Option<&BoundAttribute> {
        let index = match &self.attributes.slots {
            None => slot.0 as usize,
            Some(slots) => slots.binary_search_by_key(&slot.0, |known| known.0).ok()?,
        };
        self.attributes.values.get(index).filter(|attribute| !attribute.value.is_null())
    }

    /// Replaces the key of the individual at this index. The caller replaces the attributes that
    /// show it, and clears the caches.
    pub(crate) fn set_key(&mut self, index: usize, key: &Arc<str>) {
        self.context.set_key(index, key);
        self.individuals.set_hash(index, hash_index::hash(key));
    }

    /// Replaces an attribute. The caller clears the caches.
    pub(crate) fn set_attribute(&mut self, slot: AttributeSlot, attribute: &BoundAttribute) {
        if let Some(known) = self.attributes.values.get_mut(slot.0 as usize) {
            known.clone_from(attribute);
        }
    }

    /// Removes all cached results, which may depend on a replaced key or attribute.
    pub(crate) fn clear_caches(&mut self) {
        self.segments.clear();
        self.buckets.clear();
    }
}

/// The bound context of an evaluation. It can only be read by methods that note it: if none of them
/// was called, every valid context gets the same answer.
pub(super) struct WatchedContext<'a> {
    valid: &'a ValidContext,
    big_segments: Option<&'a BigSegments>,
    was_read: bool,
}

impl<'a> WatchedContext<'a> {
    /// Returns the context to watch; `None` if it is invalid.
    pub(super) fn of(bound_context: &'a BoundContext) -> Option<WatchedContext<'a>> {
        let valid = bound_context.valid()?;
        let big_segments = bound_context.big_segments();
        Some(WatchedContext { valid, big_segments, was_read: false })
    }

    /// Reads the context or its caches.
    pub(super) fn read(&mut self) -> &'a ValidContext {
        self.was_read = true;
        self.valid
    }

    /// Reads the memberships of big segments that the caller passed.
    pub(super) fn read_big_segments(&mut self) -> Option<&'a BigSegments> {
        self.was_read = true;
        self.big_segments
    }

    /// Whether the evaluation has read anything that differs between contexts.
    pub(super) fn was_read(&self) -> bool {
        self.was_read
    }
}
