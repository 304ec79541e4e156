//! Converts the feature flags of Powertools for AWS Lambda: the first rule whose conditions all
//! match decides, else the default.

use std::sync::Arc;

use isoflag::{DocumentError, Flags, Object, Path, Value};

use super::Conversion;
use super::condition::{Condition, zone_of};
use crate::in_place::ordered_members;
use crate::note::Note;

/// The most rules that one rule becomes if several time ranges of it cross midnight.
const ALTERNATIVES: usize = 16;

pub(super) fn convert(text: &str) -> Result<Conversion, DocumentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Reports what is wrong with a text that is not JSON.
    let document = Flags::from_flag_map_json(text.as_bytes())?.document();
    let features = document.as_object().and_then(|all| all.get("flags")?.as_object()).cloned();
    let features = features.unwrap_or_default();
    let mut converter = Converter { text, zone: the_zone(&features), notes: Vec::new() };
    let mut flags = Vec::new();
    for (key, offset) in ordered_members(text, None).unwrap_or_default() {
        let path = Path::Root.member(&key);
        match features.get(&key).and_then(Value::as_object) {
            Some(feature) => {
                let flag = converter.flag(&key, feature, offset, &path);
                flags.extend(flag.map(|flag| (Arc::clone(&key), flag)));
            }
            None => converter.malformed(&path, "a feature is an object; it is left out"),
        }
    }
    if let Some(zone) = converter.zone.as_deref().filter(|zone| *zone != UTC) {
        let message = format!(
            "the time rules are those of `{zone}`: bind the clock with its offset from UTC"
        );
        converter.notes.push(Note::new("time-zone", &Path::Root, message));
    }
    let meta = Object::from_iter([("version", Value::from(1))]);
    let document = [
        ("meta", Value::Object(meta)),
        ("flags", Value::Object(Object::from_members(flags))),
        ("segments", Value::Object(Object::default())),
    ];
    let flags = Flags::from_value(Value::Object(Object::from_iter(document)))?;
    Ok(Conversion { flags, notes: converter.notes })
}

pub(super) const UTC: &str = "UTC";

/// The time zone of all time rules; `None` if they have several.
fn the_zone(features: &Object) -> Option<String> {
    let mut all =
        features.iter().filter_map(|(_, feature)| feature.as_object()?.get("rules")?.as_object());
    let rules =
        all.by_ref().flat_map(|rules| rules.iter().filter_map(|(_, rule)| rule.as_object()));
    let conditions = rules.filter_map(|rule| rule.get("conditions")?.as_array()).flatten();
    let mut zones = conditions.filter_map(|condition| zone_of(condition.as_object()?));
    let first = zones.next().unwrap_or(UTC);
    zones.all(|zone| zone == first).then(|| first.to_owned())
}

struct Converter<'t> {
    text: &'t str,
    zone: Option<String>,
    notes: Vec<Note>,
}

impl Converter<'_> {
    fn malformed(&mut self, path: &Path<'_>, message: &str) {
        self.notes.push(Note::new("malformed-feature", path, message));
    }

    fn flag(
        &mut self,
        key: &str,
        feature: &Object,
        offset: usize,
        path: &Path<'_>,
    ) -> Option<Value> {
        let is_boolean = feature.get("boolean_type").and_then(Value::as_bool).unwrap_or(true);
        let default = feature.get("default").filter(|default| !default.is_null());
        let default = default.filter(|default| !is_boolean || default.as_bool().is_some());
        let Some(default) = default else {
            let message = "expected a default, a boolean unless `boolean_type` is false; the \
                           feature is left out";
            self.malformed(&path.member("default"), message);
            return None;
        };
        let mut variations = Variations::default();
        if is_boolean {
            variations.0 = vec![Value::Bool(false), Value::Bool(true)];
        }
        let default = variations.index(default);
        let rules = self.rules(feature, offset, path, &mut variations);
        let fallthrough = Object::from_iter([("variation", Value::from(default))]);
        // The "off" of a boolean feature is false, whatever its default is.
        let off = if is_boolean { 0 } else { default };
        let flag = [
            ("key", Value::from(key)),
            ("version", Value::from(1)),
            ("on", Value::Bool(true)),
            ("variations", Value::from(variations.0)),
            ("offVariation", Value::from(off)),
            ("fallthrough", Value::Object(fallthrough)),
            ("rules", Value::from(rules)),
            ("salt", Value::from(key)),
        ];
        Some(Value::Object(Object::from_iter(flag)))
    }

    /// The rules in the order of the text, which decides which one wins.
    fn rules(
        &mut self,
        feature: &Object,
        offset: usize,
        path: &Path<'_>,
        variations: &mut Variations,
    ) -> Vec<Value> {
        let (path, mut rules) = (path.member("rules"), Vec::new());
        let listed = match feature.get("rules") {
            None | Some(Value::Null) => return rules,
            Some(Value::Object(listed)) => listed,
            Some(_) => {
                self.malformed(&path, "expected an object; the rules are left out");
                return rules;
            }
        };
        let members = ordered_members(self.text, Some(offset)).unwrap_or_default();
        let at = members.iter().find(|(name, _)| &**name == "rules").map(|(_, offset)| *offset);
        let ordered = at.and_then(|at| ordered_members(self.text, Some(at))).unwrap_or_default();
        for (name, _) in ordered {
            let path = path.member(&name);
            let Some(rule) = listed.get(&name).and_then(Value::as_object) else {
                self.malformed(&path, "expected an object; the rule is left out");
                continue;
            };
            let Some(alternatives) = self.alternatives(rule, &path) else { continue };
            let value = rule.get("when_match").cloned().unwrap_or_default();
            let variation = variations.index(&value);
            for clauses in alternatives {
                let rule = [
                    ("id", Value::String(Arc::clone(&name))),
                    ("clauses", Value::from(clauses)),
                    ("variation", Value::from(variation)),
                ];
                rules.push(Value::Object(Object::from_iter(rule)));
            }
        }
        rules
    }

    /// The lists of clauses of which one must match; `None` if the rule is left out.
    fn alternatives(&mut self, rule: &Object, path: &Path<'_>) -> Option<Vec<Vec<Value>>> {
        let path = path.member("conditions");
        let conditions = rule.get("conditions").and_then(Value::as_array).unwrap_or_default();
        if conditions.is_empty() {
            self.malformed(&path, "a rule without conditions matches nothing; it is left out");
            return None;
        }
        let mut alternatives = vec![Vec::new()];
        let mut is_complete = true;
        for (index, condition) in conditions.iter().enumerate() {
            let path = path.element(index);
            let condition = Condition::read(condition, self.zone.as_deref());
            match condition.and_then(|condition| condition.clauses()) {
                Ok(choices) if alternatives.len() * choices.len() <= ALTERNATIVES => {
                    alternatives = alternatives
                        .iter()
                        .flat_map(|held: &Vec<Value>| {
                            choices.iter().map(|more| held.iter().chain(more).cloned().collect())
                        })
                        .collect();
                }
                Ok(_) => {
                    is_complete = false;
                    let message = "too many time ranges cross midnight; the rule is left out";
                    self.notes.push(Note::new("untranslated-condition", &path, message));
                }
                Err((code, reason)) => {
                    is_complete = false;
                    let message = format!("{reason}; the rule is left out");
                    self.notes.push(Note::new(code, &path, message));
                }
            }
        }
        is_complete.then_some(alternatives)
    }
}

/// The values of a flag, each once.
#[derive(Default)]
struct Variations(Vec<Value>);

impl Variations {
    fn index(&mut self, value: &Value) -> u32 {
        let index = self.0.iter().position(|held| held == value).unwrap_or_else(|| {
            self.0.push(value.clone());
            self.0.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}
