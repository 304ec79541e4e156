//! Finds the flags that cannot answer.

use std::collections::BTreeMap;

use isoflag::model::{Flag, FlagState, Section, Served};
use isoflag::{Code, Diagnostic, Flags, Severity, Step};

/// The flags of a document that cannot answer, with the reason: a part of the flag is malformed, it is
/// on a cycle of prerequisites, or one of its prerequisites cannot answer. A flag that is off can, whatever
/// else it has.
pub(crate) struct MalformedFlags {
    reasons: BTreeMap<u32, Diagnostic>,
}

impl MalformedFlags {
    pub(crate) fn of(flags: &Flags) -> MalformedFlags {
        let model = flags.model();
        let errors = first_errors(flags);
        let mut reasons = BTreeMap::new();
        let mut dependents: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (slot, flag) in model.flags() {
            for prerequisite in flag.targeting().into_iter().flat_map(|on| &on.prerequisites) {
                dependents.entry(prerequisite.flag).or_default().push(slot);
            }
            let Some(errors) = errors.get(&**model.flag_key(slot)) else { continue };
            if let Some(error) = errors.cycle.or((!answers_alone(flag)).then_some(errors.first)) {
                reasons.insert(slot, error.clone());
            }
        }
        let mut open: Vec<u32> = reasons.keys().copied().collect();
        while let Some(slot) = open.pop() {
            let Some(reason) = reasons.get(&slot).cloned() else { continue };
            for dependent in dependents.remove(&slot).unwrap_or_default() {
                reasons.entry(dependent).or_insert_with(|| {
                    open.push(dependent);
                    reason.clone()
                });
            }
        }
        MalformedFlags { reasons }
    }

    /// The error because of which a flag cannot answer; its path may be in a flag that it needs.
    pub(crate) fn reason(&self, flags: &Flags, key: &str) -> Option<&Diagnostic> {
        self.reasons.get(&flags.handle(key)?.index())
    }
}

/// Whether a flag can answer, if all that it needs can.
fn answers_alone(flag: &Flag) -> bool {
    match &flag.state {
        FlagState::Malformed => false,
        FlagState::On(_, targeting) => !matches!(targeting.fallthrough, Served::Nothing),
        FlagState::Off(_) => true,
    }
}

/// The errors about a flag.
struct Errors<'f> {
    first: &'f Diagnostic,
    cycle: Option<&'f Diagnostic>,
}

fn first_errors(flags: &Flags) -> BTreeMap<&str, Errors<'_>> {
    let mut errors = BTreeMap::new();
    for found in flags.diagnostics().iter().filter(|found| found.severity() == Severity::Error) {
        if let [Step::Member(section), Step::Member(key), ..] = *found.path().steps()
            && section == Section::Flags.name()
        {
            let of_flag = errors.entry(key).or_insert(Errors { first: found, cycle: None });
            if found.code() == Code::PREREQUISITE_CYCLE.as_str() {
                of_flag.cycle = Some(found);
            }
        }
    }
    errors
}
