//! Tools that examine or change documents.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Context, Flags, Value, utf16_order};
use isoflag_tools::{
    CheckOptions, ConversionSource, GroupBy, Impact, ProjectionOptions, PromoteOptions,
    ServedAnswer, SimulationCounter, TypingLanguage, changed_answers, check_environments,
    keys_in_text, raised, reach, stamped, written_in_place,
};

use super::{reloaded, some_keys};
use crate::Input;

/// The keys of two documents that are examined.
fn keys_of<'f>(before: &'f Flags, after: &'f Flags) -> BTreeSet<&'f str> {
    some_keys(before).into_iter().chain(some_keys(after)).collect()
}

/// Returns the keys, of those that are examined, whose answers differ for a context.
fn differing<'f>(before: &'f Flags, after: &'f Flags, contexts: &[Context]) -> BTreeSet<&'f str> {
    let mut differing = BTreeSet::new();
    for context in contexts.iter().take(2) {
        let [one, other] = [before, after].map(|flags| flags.bind(context));
        for key in keys_of(before, after) {
            if one.variation_detail(key, Value::Null) != other.variation_detail(key, Value::Null) {
                differing.insert(key);
            }
        }
    }
    differing
}

/// The differences between two documents. Parts: before, after, a context.
pub(crate) fn diff(input: &Input<'_>) {
    let (Some(before), Some(after)) = (input.flags(0), input.flags(1)) else { return };
    let found = isoflag_tools::diff(&before, &after);
    assert!(isoflag_tools::diff(&before, &before).is_empty());
    assert!(!found.to_value().is_null());
    let _ = (found.to_string(), found.to_markdown());
    let changed = changed_answers(&before, &after);
    assert!(changed.is_sorted_by(|one, other| utf16_order(one, other).is_lt()));
    assert!(found.answers().eq(changed.iter().map(|key| &**key)));
    assert!(!found.is_empty() || changed.is_empty());
    for key in differing(&before, &after, &input.contexts(2)) {
        assert!(changed.iter().any(|changed| **changed == *key), "`{key}` is not reported");
    }
}

/// The impact of a document. Parts: before, after, a context, an attribute.
pub(crate) fn impact(input: &Input<'_>) {
    let (Some(before), Some(after)) = (input.flags(0), input.flags(1)) else { return };
    let by = GroupBy::parse(input.text(3).unwrap_or_default()).ok();
    let by: Vec<GroupBy> = by.into_iter().collect();
    let contexts = input.contexts(2);
    let all = || contexts.iter().cloned().map(Some).chain([None]);
    let found: Impact = isoflag_tools::impact(&before, &after, all(), &by);
    let _ = (found.to_string(), found.to_markdown(), found.to_value());
    assert_eq!(found.contexts + found.invalid, all().count() as u64);
    let same = isoflag_tools::impact(&before, &before, all(), &by);
    assert!(same.changed == 0 && same.flags.is_empty());
    // A flag whose value differs for a context is in the impact, with as many contexts.
    for key in keys_of(&before, &after) {
        let values = |context: &Context| {
            [&before, &after].map(|flags| {
                let detail = flags.variation_detail(key, context, Value::Null);
                (detail.variation_index.is_some(), detail.value)
            })
        };
        let differs = |context: &&Context| {
            let [one, other] = values(context);
            one != other
        };
        let expected = contexts.iter().filter(differs).count() as u64;
        let counted = found.flags.iter().find(|flag| *flag.key == *key);
        assert_eq!(counted.map_or(0, |flag| flag.changed), expected, "`{key}`");
        if let Some(share) = counted.and_then(|flag| flag.largest_share(found.contexts)) {
            assert!((0.0..=1.0).contains(&share), "`{key}`: {share}");
        }
    }
}

/// Checks. Parts: a document, options, and the document of another environment.
pub(crate) fn check(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    let options = match CheckOptions::read(&input.value(1)) {
        Ok(options) => options,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            CheckOptions::default()
        }
    };
    let found = isoflag_tools::check(&flags, &options);
    for finding in &found {
        assert!(!finding.message().is_empty() && !finding.to_value().is_null());
    }
    let again = isoflag_tools::check(&reloaded(&flags), &options);
    assert!(again.len() <= found.len());
    if let Some(other) = input.flags(2) {
        let both = check_environments(&[("one", &flags), ("other", &other)], &options);
        assert_eq!(both.len(), 2);
    }
    for key in some_keys(&flags) {
        let Some(reached) = reach(&flags, key) else { continue };
        for context in input.contexts(3).iter().take(2) {
            let detail = flags.variation_detail(key, context, Value::Null);
            let is_reached = match detail.variation_index {
                Some(index) => reached.served().iter().any(|one| one.variation == index),
                None => reached.serves_default() || reached.can_fail(),
            };
            assert!(is_reached, "`{key}` has {detail:?}, not in {reached:?}");
        }
    }
}

/// Edits of a text. Parts: the text, the edits, and the time.
pub(crate) fn edit(input: &Input<'_>) {
    let Some(text) = input.text(0) else { return };
    let edits = input.value(1);
    let edited = match isoflag_tools::edit(text, &edits, input.number(2)) {
        Ok(edited) => edited,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let before = Flags::from_json(text.as_bytes()).unwrap();
    let after = Flags::from_json(edited.as_bytes()).unwrap();
    assert_eq!(before.digest() == after.digest(), edited == text);
    let named: BTreeSet<&str> = edits
        .as_array()
        .unwrap_or_default()
        .iter()
        .filter_map(|edit| edit.as_object()?.get("key")?.as_str())
        .collect();
    for key in keys_of(&before, &after) {
        let [held, new] = [&before, &after].map(|flags| {
            let source = flags.source(Section::Flags, key)?.as_object()?;
            Some(source.iter().filter(|(name, _)| &***name != "lifecycle").count())
        });
        // Of the flags that no edit names, only the lifecycle can change.
        assert!(named.contains(key) || held == new, "`{key}` has changed");
    }
}

/// Flags of one document in the text of another. Parts: the source, the text, and the time.
pub(crate) fn promote(input: &Input<'_>) {
    let (Some(from), Some(text)) = (input.flags(0), input.text(1)) else { return };
    let now = input.number(2);
    let all = now as i64 % 2 == 1;
    let (with_rollout, with_targets, with_on) = (all, all, all);
    let options = PromoteOptions { features: &[], with_rollout, with_targets, with_on };
    match isoflag_tools::promote(&from, text, &options, now) {
        Ok(promoted) => {
            let again = isoflag_tools::promote(&from, &promoted.text, &options, now);
            assert_eq!(again.map(|again| again.text).ok().as_deref(), Some(&*promoted.text));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A later document in the text of an earlier one. Parts: the earlier, the later one.
pub(crate) fn in_place(input: &Input<'_>) {
    let (Some(before), Some(text)) = (input.flags(0), input.text(0)) else { return };
    let later = input.flags(1).or_else(|| stamped(&before, 99.0));
    let Some(later) = later else { return };
    match written_in_place(text, &before, &later) {
        Ok(written) => {
            let found = Flags::from_json(written.as_bytes()).unwrap();
            assert_eq!(found.digest(), later.digest());
            // Writing the earlier document again is possible, and changes nothing if it is equal.
            let same = written_in_place(&written, &found, &later).unwrap();
            assert_eq!(same, written);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Some(keys) = keys_in_text(text) {
        let named = before.keys().filter(|key| keys.contains(*key)).count();
        assert!(named <= keys.len());
    }
}

/// The document for clients. Parts: a document, known attributes, private references, a context.
pub(crate) fn project(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    let private = input.value(2);
    let private = private.as_array().unwrap_or_default().iter();
    let private: Vec<Arc<str>> = private.filter_map(|text| text.as_str().map(Arc::from)).collect();
    for known in [input.value(1), Value::Null] {
        let is_known = !known.is_null();
        let options = ProjectionOptions { known, private: private.clone() };
        let projection = match isoflag_tools::project(&flags, &options) {
            Ok(projection) => projection,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let report = projection.report();
        let _ = (report.to_value(), report.to_string(), report.complaints());
        let projected = &projection.flags;
        assert_eq!(projected.parent_digest(), Some(flags.digest()));
        let again = isoflag_tools::project(projected, &options).unwrap();
        assert_eq!(again.flags.document(), projected.document());
        assert_eq!(reloaded(projected).digest(), projected.digest());
        if is_known {
            continue;
        }
        for context in input.contexts(3).iter().take(2) {
            for key in some_keys(projected) {
                let [whole, folded] = [&flags, projected]
                    .map(|flags| flags.variation_detail(key, context, Value::Null));
                assert_eq!(folded, whole, "`{key}`");
            }
        }
    }
}

/// Types of flags.
pub(crate) fn typing(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    for language in TypingLanguage::ALL {
        let text = isoflag_tools::typing(&flags, language);
        assert_eq!(isoflag_tools::typing(&reloaded(&flags), language), text);
        // Keys and values are literals, so that no line of a document becomes a line of code.
        assert!(!text.contains(['\r', '\0', '\u{2028}', '\u{2029}']), "{text:?}");
    }
}

/// Documents of other tools.
pub(crate) fn convert(input: &Input<'_>) {
    let Some(text) = input.text(0) else { return };
    for source in [ConversionSource::Powertools, ConversionSource::AppConfig] {
        match isoflag_tools::convert(text, source) {
            Ok(conversion) => {
                let written = Flags::from_json(conversion.to_text().as_bytes()).unwrap();
                for section in [Section::Flags, Section::Segments] {
                    for key in some_keys(&conversion.flags) {
                        let [one, other] = [&written, &conversion.flags]
                            .map(|flags| flags.source(section, key).cloned());
                        assert_eq!(one, other, "`{key}`");
                    }
                }
                for note in &conversion.notes {
                    assert!(!note.message.is_empty() && !note.to_value().is_null());
                }
                for context in input.contexts(1) {
                    for key in some_keys(&written) {
                        let _ = written.variation_detail(key, &context, Value::Null);
                    }
                }
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A simulation and a raised share. Parts: a document, a context, a variation, buckets.
pub(crate) fn simulate(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    let contexts = input.contexts(1);
    let count =
        |index: usize| input.value(index).as_integer().and_then(|count| u32::try_from(count).ok());
    let (variation, buckets) = (count(2).unwrap_or(0), count(3).unwrap_or(50_000));
    for key in some_keys(&flags) {
        let Some(mut counter) = SimulationCounter::new(&flags, key) else { continue };
        contexts.iter().for_each(|context| counter.add(Some(context)));
        counter.add(None);
        let found = counter.finish();
        let _ = (found.to_value(), found.to_string());
        let counted: u64 = found.answers.iter().map(|(_, count)| count).sum();
        assert_eq!((found.contexts, found.invalid), (contexts.len() as u64, 1));
        assert_eq!(counted, found.contexts);
        for rollout in &found.rollouts {
            let buckets: u32 = rollout.shares.iter().map(|share| share.buckets).sum();
            assert_eq!(buckets, 100_000, "`{key}`");
            let counted: u64 = rollout.shares.iter().map(|share| share.count).sum();
            assert_eq!(counted, rollout.contexts, "`{key}`");
            let _ = (rollout.chi_square(), rollout.chi_square_bound());
            assert!(!rollout.shares.iter().any(|share| share.answer == ServedAnswer::Missing));
        }
        let Ok(after) = raised(&flags, key, variation, buckets) else { continue };
        for context in &contexts {
            let [one, other] = [&flags, &after]
                .map(|flags| flags.variation_detail(key, context, Value::Null).variation_index);
            assert!(one != Some(variation) || other == one, "`{key}` loses {variation}");
        }
    }
}
