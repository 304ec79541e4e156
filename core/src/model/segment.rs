//! Compiles segments.

use std::sync::Arc;

use super::attribute::{KindSlot, kind_slot};
use super::clause::{Clause, Condition};
use super::fields::{Fields, Unreadable};
use super::hash::{BucketKey, HashPrefix};
use super::metadata;
use super::rollout::Bucketing;
use super::tables::Tables;
use super::value_list::ValueList;
use super::{Part, Section};
use crate::diagnostic::Findings;
use crate::json::{self, Path, Value};

/// A compiled segment.
#[derive(Debug)]
pub enum Segment {
    /// It is invalid: an evaluation that reaches it is malformed.
    Malformed,
    /// It is valid.
    Readable(SegmentBody),
}

/// A valid segment.
#[derive(Debug)]
pub struct SegmentBody {
    /// The members decided before any rule.
    pub membership: Membership,
    /// The rules, in order.
    pub rules: Box<[SegmentRule]>,
    /// Whether any rule refers to another segment.
    pub(crate) refers_to_segments: bool,
}

/// The members decided before any rule.
#[derive(Debug)]
pub enum Membership {
    /// Lists of keys in the document.
    Lists {
        /// `included` first, then each of `includedContexts`.
        included: Box<[KeyList]>,
        /// `excluded` first, then each of `excludedContexts`.
        excluded: Box<[KeyList]>,
    },
    /// A big segment, whose keys are in a store.
    Big {
        /// The context kind of the keys.
        kind: KindSlot,
        /// `<segment key>.g<generation>`; `None` if the generation is unknown.
        reference: Option<Arc<str>>,
    },
}

/// A list of keys of one kind; never empty.
#[derive(Debug)]
pub struct KeyList {
    /// The context kind of the keys.
    pub kind: KindSlot,
    pub(crate) keys: ValueList,
}

impl KeyList {
    /// The keys, shared with the document.
    #[must_use]
    pub fn keys(&self) -> &Arc<[Value]> {
        self.keys.values()
    }
}

/// A rule of a segment.
#[derive(Debug)]
pub struct SegmentRule {
    /// The clauses, which must all match.
    pub clauses: Box<[Clause]>,
    /// The share of the matching contexts, out of 100000; `None` is all of them.
    pub weighted: Option<(i64, Bucketing)>,
}

impl Part for Segment {
    const SECTION: Section = Section::Segments;

    fn read<F: Findings>(
        value: &Value,
        name: &Arc<str>,
        path: &Path<'_>,
        findings: &F,
        tables: &mut Tables,
    ) -> Option<Segment> {
        if value.is_null() {
            return None;
        }
        let Ok(fields) = Fields::of(value, path, findings) else {
            return Some(Segment::Malformed);
        };
        match fields.boolean("deleted") {
            Ok(true) => None,
            Ok(false) => Some(
                SegmentBody::read(&fields, name, tables)
                    .map_or(Segment::Malformed, Segment::Readable),
            ),
            Err(Unreadable) => Some(Segment::Malformed),
        }
    }
}

impl SegmentBody {
    fn read<F: Findings>(
        fields: &Fields<'_, F>,
        name: &Arc<str>,
        tables: &mut Tables,
    ) -> Result<SegmentBody, Unreadable> {
        metadata::version(fields);
        let bucket_key = BucketKey::read(fields, name);
        let unbounded = fields.boolean("unbounded");
        let kind = fields.text("unboundedContextKind");
        let generation = fields.integer("generation");
        let included = read_keys(fields, "included", "includedContexts", tables);
        let excluded = read_keys(fields, "excluded", "excludedContexts", tables);
        let bucket_key = bucket_key?;
        let rules = fields.each("rules", |rule| SegmentRule::read(&rule, &bucket_key, tables));
        let (included, excluded) = (included?, excluded?);
        let (kind, generation) = (kind?, generation?);
        let membership = if unbounded? {
            let user: Arc<str> = Arc::from("");
            fields.findings.decides("key", || Value::String(Arc::clone(&bucket_key.key)));
            let reference =
                generation.map(|number| [&*bucket_key.key, ".g", &json::integer(number)].concat());
            Membership::Big {
                kind: kind_slot(&mut tables.kinds, kind.unwrap_or(&user)),
                reference: reference.map(Arc::from),
            }
        } else {
            Membership::Lists { included, excluded }
        };
        let rules = rules?;
        let mut clauses = rules.iter().flat_map(|rule| &rule.clauses);
        let refers_to_segments =
            clauses.any(|clause| matches!(clause.condition, Condition::Segments(_)));
        Ok(SegmentBody { membership, rules, refers_to_segments })
    }
}

fn read_keys<F: Findings>(
    fields: &Fields<'_, F>,
    of_users: &'static str,
    of_contexts: &'static str,
    tables: &mut Tables,
) -> Result<Box<[KeyList]>, Unreadable> {
    let user: Arc<str> = Arc::from("");
    let mut lists = Vec::new();
    let mut add = |kind: &Arc<str>, keys: ValueList| {
        let kind = kind_slot(&mut tables.kinds, kind);
        if !keys.is_empty() {
            lists.push(KeyList { kind, keys });
        }
    };
    add(&user, fields.keys(of_users)?);
    fields.visit(of_contexts, &mut |list| {
        let kind = list.text("contextKind")?.unwrap_or(&user);
        add(kind, list.keys("values")?);
        Ok(())
    })?;
    Ok(lists.into())
}

impl SegmentRule {
    fn read<F: Findings>(
        fields: &Fields<'_, F>,
        bucket_key: &BucketKey,
        tables: &mut Tables,
    ) -> Result<SegmentRule, Unreadable> {
        let clauses = Clause::read_all(fields, tables);
        let weight = fields.integer("weight");
        // Without a weight nothing is hashed.
        let prefix = match weight {
            Ok(Some(_)) => bucket_key.prefix(fields.findings),
            _ => HashPrefix::of_seed(0.0),
        };
        let bucketing = Bucketing::read(fields, "rolloutContextKind", false, prefix, tables);
        let bucketing = bucketing?;
        Ok(SegmentRule { clauses: clauses?, weighted: weight?.map(|weight| (weight, bucketing)) })
    }
}
