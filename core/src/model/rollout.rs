//! Compiles rollouts, experiments and the variations that rules serve.

use std::sync::Arc;

use super::Model;
use super::attribute::{Attribute, AttributeSlot, KindSlot, attribute_slot, kind_slot};
use super::fields::{Fields, Unreadable};
use super::hash::{BucketKey, Hash, HashChoice, HashPrefix, is_integral};
use super::operator::ComparedAs;
use super::tables::{BucketSlot, Tables, bucket_slot};
use crate::context::AttributeReference;
use crate::diagnostic::{Code, Findings};
use crate::json::Value;

/// How the bucket of a context, 0 to 99999, is computed.
#[derive(Debug)]
pub struct Bucketing {
    pub(crate) kind: KindSlot,
    /// The attribute that is hashed, and the slot of the resulting bucket; `None` if its reference
    /// is invalid.
    pub(crate) by: Option<(AttributeSlot, BucketSlot)>,
    pub(crate) hash: HashChoice,
    pub(crate) prefix: HashPrefix,
}

/// The input of a bucket's hash: two equal inputs have the same bucket for every context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketInput<'m> {
    /// The hash.
    pub hash: Hash,
    /// The text that is hashed before the attribute.
    pub prefix: &'m str,
    /// The kind of the context that has the attribute.
    pub kind: &'m Arc<str>,
    /// The attribute.
    pub attribute: &'m AttributeReference,
}

/// A percentage rollout or an experiment.
#[derive(Debug)]
pub struct Rollout {
    /// How the bucket of a context is computed.
    pub bucketing: Bucketing,
    /// Whether it is an experiment.
    pub experiment: bool,
    /// In the document's order; never empty.
    pub entries: Box<[WeightedVariation]>,
}

/// One entry of a rollout.
#[derive(Clone, Copy, Debug)]
pub struct WeightedVariation {
    /// `None` if the flag has no such variation.
    pub variation: Option<u32>,
    /// The sum of the weights up to this entry, out of 100000. Weights may be negative.
    pub cumulative_weight: i64,
    /// Its own weight.
    pub weight: i64,
    /// Whether contexts that get it do not take part in the experiment.
    pub untracked: bool,
}

/// The variation or rollout that a rule or the fallthrough serves.
#[derive(Debug)]
pub enum Served {
    /// One variation.
    Variation(u32),
    /// A variation by the bucket of the context.
    Rollout(Box<Rollout>),
    /// Neither, an index out of range or a rollout without entries: malformed if it is reached.
    Nothing,
}

/// The variations of a flag, for checking indices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VariationCount(pub(crate) usize);

impl VariationCount {
    /// Returns the index, if the flag has such a variation; otherwise reports the finding.
    pub(crate) fn check<F: Findings>(
        self,
        fields: &Fields<'_, F>,
        name: &str,
        index: i64,
    ) -> Option<u32> {
        let checked = u32::try_from(index).ok().filter(|index| (*index as usize) < self.0);
        if checked.is_none() {
            let message = format_args!("there is no variation {index}; the flag has {}", self.0);
            fields.report(Code::VARIATION_OUT_OF_RANGE, name, message);
        }
        checked
    }

    /// Reads an index that an entry of a list must have; a missing one is 0, as in LaunchDarkly.
    pub(crate) fn read<F: Findings>(
        self,
        fields: &Fields<'_, F>,
    ) -> Result<Option<u32>, Unreadable> {
        let index = fields.integer("variation")?.unwrap_or_else(|| {
            fields.report(Code::MISSING_VARIATION, "variation", "no variation; read as 0");
            0
        });
        Ok(self.check(fields, "variation", index))
    }
}

impl Bucketing {
    /// Whether a bucket can be computed: the reference to the attribute and the hash are valid;
    /// `document` is the choice in `meta.hash`.
    #[must_use]
    pub fn is_computable(&self, document: HashChoice) -> bool {
        self.by.is_some() && self.hash.resolve(document).is_some()
    }

    /// Returns the input of the hash in a document; `None` if no bucket can be computed.
    #[must_use]
    pub fn input<'m>(&'m self, model: &'m Model) -> Option<BucketInput<'m>> {
        let (attribute, _) = self.by?;
        Some(BucketInput {
            hash: self.hash.resolve(model.hash())?,
            prefix: &self.prefix.text,
            kind: model.tables().kinds.key(self.kind.0),
            attribute: &model.attribute(attribute)?.reference,
        })
    }

    /// Reads `bucketBy` and `hash` beside the kind, whose property has another name in a rule of a
    /// segment.
    pub(crate) fn read<F: Findings>(
        fields: &Fields<'_, F>,
        kind_property: &'static str,
        by_key: bool,
        prefix: HashPrefix,
        tables: &mut Tables,
    ) -> Result<Bucketing, Unreadable> {
        let empty: Arc<str> = Arc::from("");
        let kind_name = fields.text(kind_property)?.unwrap_or(&empty);
        let name = fields.text("bucketBy")?.filter(|name| !name.is_empty() && !by_key);
        let hash = HashChoice::read(fields)?;
        let reference = match name {
            None => Ok(AttributeReference::key()),
            Some(name) => AttributeReference::beside_kind(name, kind_name),
        };
        if let Err(error) = &reference {
            fields.report(Code::INVALID_REFERENCE, "bucketBy", error);
        }
        let kind = kind_slot(&mut tables.kinds, kind_name);
        let by = reference.ok().map(|reference| {
            let attribute = Attribute { kind, reference, compared_as: ComparedAs::Itself };
            let by = attribute_slot(&mut tables.attributes, attribute);
            (by, bucket_slot(&mut tables.buckets, &prefix, hash, by))
        });
        Ok(Bucketing { kind, by, hash, prefix })
    }
}

impl Rollout {
    fn read<F: Findings>(
        fields: Fields<'_, F>,
        variations: VariationCount,
        bucket_key: &BucketKey,
        tables: &mut Tables,
    ) -> Result<Option<Rollout>, Unreadable> {
        let experiment = fields.text("kind")?.is_some_and(|kind| &**kind == "experiment");
        let prefix = match fields.number("seed")? {
            Some(seed) if is_integral(seed) => HashPrefix::of_seed(seed),
            Some(seed) => {
                let seed = Value::Number(seed);
                let message = format_args!("expected an integer, found the number {seed}");
                fields.report(Code::WRONG_TYPE, "seed", message);
                return Err(Unreadable);
            }
            None => bucket_key.prefix(fields.findings),
        };
        // An experiment always hashes the key, so that no context changes sides with an attribute.
        let bucketing = Bucketing::read(&fields, "contextKind", experiment, prefix, tables)?;
        let mut cumulative_weight = 0_i64;
        let entries = fields.each("variations", |entry| {
            let weight = entry.integer("weight")?.unwrap_or(0);
            cumulative_weight = cumulative_weight.saturating_add(weight);
            Ok(WeightedVariation {
                variation: variations.read(&entry)?,
                cumulative_weight,
                weight,
                untracked: entry.boolean("untracked")?,
            })
        })?;
        if entries.is_empty() {
            fields.report(Code::EMPTY_ROLLOUT, "variations", "a rollout needs at least one entry");
            return Ok(None);
        }
        Ok(Some(Rollout { bucketing, experiment, entries }))
    }
}

impl Served {
    /// Reads `variation` and `rollout` of a rule or fallthrough; the first wins.
    pub(crate) fn read<F: Findings>(
        fields: &Fields<'_, F>,
        variations: VariationCount,
        bucket_key: &BucketKey,
        tables: &mut Tables,
    ) -> Result<Served, Unreadable> {
        let index = fields.integer("variation");
        let rollout = fields.object("rollout")?.map(|rollout| {
            let path = fields.path.member("rollout");
            Fields::of(rollout, &path, fields.findings)
                .and_then(|fields| Rollout::read(fields, variations, bucket_key, tables))
        });
        let rollout = rollout.transpose()?;
        Ok(match (index?, rollout) {
            (Some(index), _) => variations
                .check(fields, "variation", index)
                .map_or(Served::Nothing, Served::Variation),
            (None, Some(Some(rollout))) => Served::Rollout(Box::new(rollout)),
            (None, Some(None)) => Served::Nothing,
            (None, None) => {
                let message = "serves nothing; give it a `variation` or a `rollout`";
                fields.findings.add(Code::NO_VARIATION_OR_ROLLOUT, fields.path, message);
                Served::Nothing
            }
        })
    }
}
