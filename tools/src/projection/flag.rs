//! Folds flags: prerequisites, targets, rules and the fallthrough.

use std::collections::BTreeSet;

use isoflag::Value;
use isoflag::model::{Flag, FlagState, OffVariation, Section, TargetList, Targeting, Targets};

use super::Fold;
use super::clauses::{Uses, never};
use super::source::{Members, Source, element, object, pick, pick_text};

/// A flag of the projection.
pub(super) struct FoldedFlag<'a> {
    pub(super) answers: Answers,
    pub(super) source: Source<'a>,
    pub(super) uses: Uses,
}

/// Room for the members of most flags.
const MEMBERS: usize = 12;

/// The answers that a flag can still give.
#[derive(Default)]
pub(super) struct Answers {
    variations: BTreeSet<u32>,
    /// Whether it can serve the caller's default.
    default: bool,
    /// Whether an evaluation can fail, or query the store of big segments.
    pub(super) can_fail: bool,
    /// Whether it is off, which no prerequisite may be.
    off: bool,
    /// Whether it is frozen: as a prerequisite, it can do anything.
    frozen: bool,
}

impl Answers {
    /// Adds a variation; `None` is an index out of range.
    pub(super) fn serve(&mut self, variation: Option<u32>) {
        match variation {
            Some(index) => drop(self.variations.insert(index)),
            None => self.default = true,
        }
    }

    /// Whether there is one answer.
    pub(super) fn is_decided(&self) -> bool {
        self.variations.len() + usize::from(self.default) == 1 && !self.can_fail
    }

    /// Whether a prerequisite on this variation can hold, and whether it can fail to.
    fn as_prerequisite(&self, wanted: i64) -> (bool, bool) {
        if self.frozen {
            return (true, true);
        }
        let serves = u32::try_from(wanted).is_ok_and(|wanted| self.variations.contains(&wanted));
        let serves_other = self.variations.len() > usize::from(serves);
        (serves && !self.off, self.off || serves_other || self.default)
    }
}

impl<'a> Fold<'a> {
    /// Returns a flag of the document as it is in the projection.
    pub(super) fn folded_flag(&mut self, slot: u32) -> Option<&FoldedFlag<'a>> {
        if self.folded.get(slot).is_none() {
            let folded = self.fold_flag(slot)?;
            self.folded.put(slot, folded);
        }
        self.folded.get(slot)
    }

    fn fold_flag(&mut self, slot: u32) -> Option<FoldedFlag<'a>> {
        let model = self.model;
        let flag = model.flag(slot)?;
        let source = self.flags.source(Section::Flags, model.flag_key(slot))?;
        let frozen = self.frozen.flag(slot);
        let mut answers = Answers { frozen, ..Answers::default() };
        let mut uses = Uses::default();
        let mut members = metadata(flag, source);
        match &flag.state {
            FlagState::Malformed => {
                answers.can_fail = true;
                members.extend([("on", true.into()), ("variations", false.into())]);
            }
            FlagState::Off(off) => {
                answers.off = true;
                members.push(("on", false.into()));
                members.extend(off_variation(*off, &mut answers));
                members.push(("variations", variations(flag, &answers)));
            }
            FlagState::On(off, targeting) => {
                members.push(("on", true.into()));
                let own = self.on(*off, targeting, source, frozen, &mut answers, &mut uses);
                members.extend(own);
                if flag.metadata.track_events_fallthrough {
                    members.push(("trackEventsFallthrough", true.into()));
                }
                members.push(("variations", variations(flag, &answers)));
            }
        }
        Some(FoldedFlag { answers, source: object(members), uses })
    }

    fn on(
        &mut self,
        off: OffVariation,
        targeting: &'a Targeting,
        source: &'a Value,
        frozen: bool,
        answers: &mut Answers,
        uses: &mut Uses,
    ) -> Members<'a> {
        let mut members = Vec::with_capacity(MEMBERS);
        let mut salted = false;
        let (can_hold, can_break) = self.prerequisites(targeting, frozen, answers, uses);
        if !uses.prerequisites.is_empty() {
            let kept = 0..uses.prerequisites.len();
            let pick = |index| {
                let members = pick(element(source, "prerequisites", index), &["key", "variation"]);
                object(members.collect())
            };
            members.push(("prerequisites", kept.map(pick).collect()));
        }
        if can_break {
            members.extend(off_variation(off, answers));
        }
        let mut reaches_rules = can_hold;
        if can_hold {
            let (lists, decided) = self.targets(&targeting.targets, frozen, answers);
            members.extend(self.target_members(lists, source, uses));
            reaches_rules = !decided;
        }
        let mut rules = Vec::new();
        let mut reached = reaches_rules;
        for (index, rule) in targeting.rules.iter().enumerate().take_while(|_| reaches_rules) {
            let rule_source = element(source, "rules", index);
            let folded = self.clauses(&rule.clauses, rule_source, frozen);
            if folded.is_void() {
                rules.push(None);
                continue;
            }
            let found = folded.found;
            answers.can_fail |= found.can_fail;
            let mut own = vec![("clauses", folded.finish(uses))];
            if found.can_match {
                own.extend(self.served(&rule.served, rule_source, answers, &mut salted));
                if !rule.id.is_empty() {
                    own.push(("id", rule.id.clone().into()));
                }
                if rule.track_events {
                    own.push(("trackEvents", true.into()));
                }
            } else {
                own.push(("variation", 0.into()));
            }
            rules.push(Some(object(own)));
            if !found.can_miss {
                reached = false;
                break;
            }
        }
        // Nothing refers to the indices of the last ones.
        while rules.last().is_some_and(Option::is_none) {
            rules.pop();
        }
        if !rules.is_empty() {
            let rules = rules.into_iter().map(|rule| rule.unwrap_or_else(placeholder));
            members.push(("rules", rules.collect()));
        }
        let fallthrough = match reached {
            true => {
                let fallthrough = source.as_object().and_then(|flag| flag.get("fallthrough"));
                let fallthrough = fallthrough.unwrap_or(&Value::Null);
                self.served(&targeting.fallthrough, fallthrough, answers, &mut salted)
            }
            false => vec![("variation", 0.into())],
        };
        members.push(("fallthrough", object(fallthrough)));
        if salted {
            members.extend(pick(source, &["salt"]));
        }
        members
    }

    /// Whether all prerequisites can hold, and whether one can fail to. Those after one that never
    /// holds are not used.
    fn prerequisites(
        &mut self,
        targeting: &Targeting,
        frozen: bool,
        answers: &mut Answers,
        uses: &mut Uses,
    ) -> (bool, bool) {
        let mut any_breaks = false;
        for prerequisite in &targeting.prerequisites {
            uses.prerequisites.push(prerequisite.flag);
            let (can_hold, can_break) = match self.model.flag(prerequisite.flag) {
                None => (false, true),
                Some(_) if frozen || self.frozen.flag(prerequisite.flag) => {
                    answers.can_fail = true;
                    (true, true)
                }
                Some(_) => match self.folded_flag(prerequisite.flag) {
                    None => (false, true),
                    Some(folded) => {
                        answers.can_fail |= folded.answers.can_fail;
                        folded.answers.as_prerequisite(prerequisite.variation)
                    }
                },
            };
            any_breaks |= can_break;
            if !can_hold && !frozen {
                return (false, any_breaks);
            }
        }
        (true, any_breaks)
    }

    /// Returns the lists that may still name the context, and whether the last of them certainly
    /// does; that one has the known key alone.
    fn targets(
        &self,
        targets: &'a Targets,
        frozen: bool,
        answers: &mut Answers,
    ) -> (Vec<(&'a TargetList, Value)>, bool) {
        let mut kept = Vec::new();
        for (index, list) in targets.lists.iter().enumerate() {
            let targeted = match frozen {
                true => None,
                false => self.known.targeted(targets, index, list.kind),
            };
            if targeted == Some(false) || list.keys().is_empty() {
                continue;
            }
            answers.serve(list.variation);
            match self.known.key(list.kind).filter(|_| targeted.is_some()) {
                Some(key) => {
                    kept.push((list, Value::from(vec![key])));
                    return (kept, true);
                }
                None => kept.push((list, Value::Array(list.keys().clone()))),
            }
        }
        (kept, false)
    }

    fn target_members(
        &self,
        lists: Vec<(&TargetList, Value)>,
        source: &Value,
        uses: &mut Uses,
    ) -> Members<'a> {
        let is_user = |list: &TargetList| &**self.model.kind(list.kind) == "user";
        let has_order = source.as_object().and_then(|flag| flag.get("contextTargets"));
        let has_order = has_order.and_then(Value::as_array).is_some_and(|all| !all.is_empty());
        let mixed = has_order && !lists.iter().all(|(list, _)| is_user(list));
        let (mut targets, mut context_targets) = (Vec::new(), Vec::new());
        // Each index out of range is its own, as lists of equal indices refer to each other.
        for ((list, keys), out_of_range) in lists.into_iter().zip(1..) {
            uses.show(self.private.in_keys(self.model, list.kind));
            let variation = list.variation.map_or_else(|| Value::from(-out_of_range), Value::from);
            let entry = |keys: Value| {
                vec![("values", keys.into()), ("variation", variation.clone().into())]
            };
            let kind = ("contextKind", self.model.kind(list.kind).clone().into());
            if is_user(list) {
                targets.push(object(entry(keys)));
                if mixed {
                    let mut order = entry(Value::Array([].into()));
                    order.push(kind);
                    context_targets.push(object(order));
                }
            } else {
                let mut entry = entry(keys);
                entry.push(kind);
                let lists = if mixed { &mut context_targets } else { &mut targets };
                lists.push(object(entry));
            }
        }
        let members = [("targets", targets), ("contextTargets", context_targets)];
        let members = members.into_iter().filter(|(_, lists)| !lists.is_empty());
        members.map(|(name, lists)| (name, Source::List(lists))).collect()
    }
}

/// A rule that never matches, in place of one that is false, so that later rules keep their indices.
fn placeholder<'a>() -> Source<'a> {
    object(vec![("clauses", Source::List(vec![never()])), ("variation", 0.into())])
}

/// The members that no answer depends on, as far as a client needs them.
fn metadata<'a>(flag: &Flag, source: &'a Value) -> Members<'a> {
    let metadata = &flag.metadata;
    let mut members = Vec::with_capacity(MEMBERS);
    members.extend(pick_text(source, "key"));
    if metadata.version.abs() > 0.0 {
        members.push(("version", metadata.version.into()));
    }
    if metadata.track_events {
        members.push(("trackEvents", true.into()));
    }
    members.extend(metadata.debug_events_until.map(|until| ("debugEventsUntilDate", until.into())));
    if metadata.client_side {
        members.push(("clientSide", true.into()));
    }
    members
}

fn off_variation<'a>(
    off: OffVariation,
    answers: &mut Answers,
) -> Option<(&'static str, Source<'a>)> {
    let index: Value = match off {
        OffVariation::Default => {
            answers.serve(None);
            return None;
        }
        OffVariation::Variation(index) => {
            answers.serve(Some(index));
            index.into()
        }
        OffVariation::OutOfRange => {
            answers.serve(None);
            (-1).into()
        }
    };
    Some(("offVariation", index.into()))
}

/// The values up to the last that can be served, null in place of those that cannot.
fn variations<'a>(flag: &'a Flag, answers: &Answers) -> Source<'a> {
    let last = answers.variations.last().map_or(0, |last| *last as usize);
    let each = (0..).zip(flag.variations.iter()).take(last + 1);
    let value = |(index, value): (u32, &'a Value)| match answers.variations.contains(&index) {
        true => Source::Same(value),
        false => Source::Same(&Value::Null),
    };
    each.map(value).collect()
}
