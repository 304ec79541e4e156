//! Finds the flags that cannot answer.

use isoflag::model::{Flag, FlagState, Section, Served};
use isoflag::{Code, Diagnostic, Flags, Severity, Step};

/// The flags of a document that cannot answer, with the reason: a part of the flag is malformed, it is
/// on a cycle of prerequisites, or one of its prerequisites cannot answer. A flag that is off can, whatever
/// else it has.
pub(crate) struct MalformedFlags<'f> {
    flags: &'f Flags,
    /// By the slots of the flags.
    reasons: Vec<Option<&'f Diagnostic>>,
}

impl<'f> MalformedFlags<'f> {
    pub(crate) fn of(flags: &'f Flags) -> MalformedFlags<'f> {
        let model = flags.model();
        let count = model.flags().map(|(slot, _)| slot as usize + 1).max();
        let mut first_errors = vec![None; count.unwrap_or(0)];
        let mut reasons = first_errors.clone();
        let is_error = |found: &&Diagnostic| found.severity() == Severity::Error;
        for found in flags.diagnostics().iter().filter(is_error) {
            let Some(slot) = slot_of(flags, found) else { continue };
            let is_cycle = found.code() == Code::PREREQUISITE_CYCLE.as_str();
            let found_in = if is_cycle { &mut reasons } else { &mut first_errors };
            if let Some(first @ None) = found_in.get_mut(slot) {
                *first = Some(found);
            }
        }
        let mut dependents = vec![Vec::new(); reasons.len()];
        for (slot, flag) in model.flags() {
            for prerequisite in flag.targeting().into_iter().flat_map(|on| &on.prerequisites) {
                if let Some(dependents) = dependents.get_mut(prerequisite.flag as usize) {
                    dependents.push(slot as usize);
                }
            }
            if let (Some(reason @ None), Some(first)) =
                (reasons.get_mut(slot as usize), first_errors.get(slot as usize))
                && !answers_alone(flag)
            {
                *reason = *first;
            }
        }
        let mut open: Vec<usize> = (0..reasons.len()).collect();
        while let Some(slot) = open.pop() {
            let Some(found @ Some(_)) = reasons.get(slot).copied() else { continue };
            for dependent in dependents.get_mut(slot).map(std::mem::take).unwrap_or_default() {
                if let Some(reason @ None) = reasons.get_mut(dependent) {
                    *reason = found;
                    open.push(dependent);
                }
            }
        }
        MalformedFlags { flags, reasons }
    }

    /// The error because of which a flag cannot answer; its path may be in a flag that it needs.
    pub(crate) fn reason(&self, key: &str) -> Option<&'f Diagnostic> {
        let slot = self.flags.handle(key)?.index();
        self.reasons.get(slot as usize).copied().flatten()
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

/// The slot of the flag that a diagnostic is about.
fn slot_of(flags: &Flags, found: &Diagnostic) -> Option<usize> {
    match *found.path().steps() {
        [Step::Member(section), Step::Member(key), ..] if section == Section::Flags.name() => {
            Some(flags.handle(key)?.index() as usize)
        }
        _ => None,
    }
}
