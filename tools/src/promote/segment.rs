//! Makes a segment that the target lacks.

use isoflag::{Object, Path, Value};

use super::{PromoteOptions, member, only};
use crate::note::Note;

/// The lists of individual members.
const LISTS: [&str; 4] = ["included", "excluded", "includedContexts", "excludedContexts"];

/// Returns the segment, without its individual members, and with shares of 0, unless they are to be
/// carried.
pub(super) fn carried(
    key: &str,
    source: &Object,
    options: &PromoteOptions<'_>,
    notes: &mut Vec<Note>,
) -> Object {
    let section = Path::Root.member("segments");
    let path = section.member(key);
    let has_list = |name: &&&str| {
        member(source, name).and_then(Value::as_array).is_some_and(|list| !list.is_empty())
    };
    let lists: Vec<&str> = LISTS.iter().filter(has_list).copied().collect();
    let mut segment: Object =
        only(source, |name| options.with_targets || !LISTS.contains(&name)).collect();
    segment = segment.with("version", Value::from(1));
    if let (Some(rules), false) =
        (source.get("rules").and_then(Value::as_array), options.with_rollout)
    {
        let mut has_weights = false;
        let rule = |rule: &Value| match rule.as_object() {
            Some(members) if member(members, "weight").is_some() => {
                has_weights = true;
                members.with("weight", Value::from(0)).into()
            }
            _ => rule.clone(),
        };
        let rules: Value = rules.iter().map(rule).collect();
        segment = segment.with("rules", rules);
        if has_weights {
            notes.push(Note::new(
                "rollout-left-out",
                &path.member("rules"),
                "the percentages of a new segment are not carried; its `weight` is 0 until you set it",
            ));
        }
    }
    if !lists.is_empty() && !options.with_targets {
        notes.push(Note::new(
            "targets-left-out",
            &path,
            format!("individual members are not carried: `{}`", lists.join("`, `")),
        ));
    }
    segment
}
