//! Compiles the clauses of rules.

use std::sync::Arc;

use super::attribute::{Attribute, AttributeSlot, attribute_slot, kind_slot};
use super::fields::{Fields, Unreadable};
use super::operator::{ClauseValues, Test};
use super::tables::{Tables, intern};
use crate::context::{AttributeReference, KIND};
use crate::diagnostic::{Code, Findings};
use crate::json::Value;

/// A compiled condition of a rule.
#[derive(Debug)]
pub struct Clause {
    /// The condition that it tests.
    pub condition: Condition,
    /// Whether it matches if the condition does not hold.
    pub negate: bool,
    /// The operator in the source.
    pub operator: Arc<str>,
    /// The values in the source.
    pub values: Arc<[Value]>,
}

/// The condition of a clause.
#[derive(Debug)]
pub enum Condition {
    /// Whether the context is in one of these segments, by slot.
    Segments(Box<[u32]>),
    /// A test on every kind that the context has.
    Kinds(Test),
    /// A test on an attribute of the context.
    Attribute(AttributeSlot, Test),
    /// A test on an attribute whose reference is invalid: evaluating it makes the flag malformed.
    InvalidReference,
}

impl Clause {
    pub(super) fn read<F: Findings>(
        fields: Fields<'_, F>,
        tables: &mut Tables,
    ) -> Result<Clause, Unreadable> {
        let empty: Arc<str> = Arc::from("");
        let operator = fields.text("op");
        let negate = fields.boolean("negate");
        let kind = fields.text("contextKind");
        let name = fields.text("attribute");
        let values = fields.list("values");
        let operator = operator?.unwrap_or(&empty);
        let kind = kind?.unwrap_or(&empty);
        let name = name?.unwrap_or(&empty);
        let values = values?;
        let condition = if &**operator == "segmentMatch" {
            let mut segments = Vec::new();
            for value in values.iter() {
                if let Value::String(key) = value {
                    segments.push(intern(&mut tables.segments, key));
                }
            }
            Condition::Segments(segments.into())
        } else {
            let clause_values =
                ClauseValues { values: &values, path: fields.path, findings: fields.findings };
            let test = Test::prepare(operator, &clause_values);
            match AttributeReference::beside_kind(name, kind) {
                Err(error) => {
                    fields.report(Code::INVALID_REFERENCE, "attribute", error);
                    Condition::InvalidReference
                }
                Ok(reference) if reference.is(KIND) => Condition::Kinds(test),
                Ok(reference) => {
                    let kind = kind_slot(&mut tables.kinds, kind);
                    let attribute = Attribute { kind, reference, compared_as: test.compared_as() };
                    Condition::Attribute(attribute_slot(&mut tables.attributes, attribute), test)
                }
            }
        };
        Ok(Clause { condition, negate: negate?, operator: Arc::clone(operator), values })
    }

    /// Compiles the clauses of a rule of a flag or a segment; a rule without any matches every
    /// context.
    pub(super) fn read_all<F: Findings>(
        fields: &Fields<'_, F>,
        tables: &mut Tables,
    ) -> Result<Box<[Clause]>, Unreadable> {
        let clauses = fields.each("clauses", |clause| Clause::read(clause, tables))?;
        if clauses.is_empty() {
            let message = "a rule without clauses matches every context; remove it or add one";
            fields.findings.add(Code::RULE_WITHOUT_CLAUSES, fields.path, message);
        }
        Ok(clauses)
    }
}
