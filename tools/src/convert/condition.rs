//! Converts the conditions of Powertools' rules to clauses.

use isoflag::model::epoch_milliseconds;
use isoflag::{Object, Value};

use super::powertools::UTC;

/// A note's code, and the reason.
type Reason = (&'static str, String);

/// The clauses of which all must match, in each list; of the lists one must match.
type Choices = Vec<Vec<Value>>;

const DAYS: [&str; 7] =
    ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/// One condition of a rule.
pub(super) struct Condition<'a> {
    action: &'a str,
    key: &'a str,
    value: &'a Value,
    /// The time zone of all time rules of the document; `None` if they have several.
    zone: Option<&'a str>,
}

/// The time zone of a condition on the time; `None` for other conditions.
pub(super) fn zone_of(condition: &Object) -> Option<&str> {
    condition.get("action")?.as_str()?.strip_prefix("SCHEDULE_")?;
    let zone = condition.get("value")?.as_object()?.get("TIMEZONE");
    Some(zone.and_then(Value::as_str).unwrap_or(UTC))
}

impl<'a> Condition<'a> {
    pub(super) fn read(condition: &'a Value, zone: Option<&'a str>) -> Result<Self, Reason> {
        let members = condition.as_object();
        let text = |name: &str| members?.get(name)?.as_str();
        let value = members.and_then(|members| members.get("value"));
        match (text("action"), text("key"), value) {
            (Some(action), Some(key), Some(value)) => Ok(Condition { action, key, value, zone }),
            _ => Err(untranslated("expected `action`, `key` and `value`")),
        }
    }

    pub(super) fn clauses(&self) -> Result<Choices, Reason> {
        let (op, negate) = match self.action {
            "EQUALS" => ("in", false),
            "NOT_EQUALS" => ("in", true),
            "VALUE_IN_KEY" => ("in", false),
            "VALUE_NOT_IN_KEY" => ("in", true),
            "IN" | "KEY_IN_VALUE" | "ANY_IN_VALUE" => return self.in_list(false),
            "NOT_IN" | "KEY_NOT_IN_VALUE" | "NONE_IN_VALUE" => return self.in_list(true),
            "STARTSWITH" => ("startsWith", false),
            "ENDSWITH" => ("endsWith", false),
            "KEY_GREATER_THAN_VALUE" => ("greaterThan", false),
            "KEY_GREATER_THAN_OR_EQUAL_VALUE" => ("greaterThanOrEqual", false),
            "KEY_LESS_THAN_VALUE" => ("lessThan", false),
            "KEY_LESS_THAN_OR_EQUAL_VALUE" => ("lessThanOrEqual", false),
            "SCHEDULE_BETWEEN_TIME_RANGE" => return self.time_range(),
            "SCHEDULE_BETWEEN_DATETIME_RANGE" => return self.datetime_range(),
            "SCHEDULE_BETWEEN_DAYS_OF_WEEK" => return self.days(),
            "ALL_IN_VALUE" | "MODULO_RANGE" => {
                return Err(untranslated(&format!("no operator is like `{}`", self.action)));
            }
            action => return Err(("unknown-action", format!("unknown action `{action}`"))),
        };
        let fits = match op {
            "in" => is_scalar(self.value),
            "startsWith" | "endsWith" => self.value.as_str().is_some(),
            _ => self.value.as_number().is_some(),
        };
        if !fits {
            let message = format!("`{}` of {} cannot be compared", self.action, a_type(self.value));
            return Err(untranslated(&message));
        }
        Ok(vec![vec![self.clause(op, vec![self.value.clone()], negate)?]])
    }

    fn in_list(&self, negate: bool) -> Result<Choices, Reason> {
        match self.value.as_array() {
            Some(values) if values.iter().all(is_scalar) => {
                Ok(vec![vec![self.clause("in", values.to_vec(), negate)?]])
            }
            _ => {
                let message =
                    format!("`{}` needs a list of texts, numbers or booleans", self.action);
                Err(untranslated(&message))
            }
        }
    }

    fn clause(&self, op: &str, values: Vec<Value>, negate: bool) -> Result<Value, Reason> {
        if matches!(self.key, "kind" | "_meta" | "") {
            let message = format!("`{}` cannot be an attribute of a context", self.key);
            return Err(untranslated(&message));
        }
        // A reference that begins with a slash is a path.
        let attribute = match self.key.strip_prefix('/') {
            Some(_) => format!("/{}", self.key.replace('~', "~0").replace('/', "~1")),
            None => self.key.to_owned(),
        };
        Ok(clause("user", &attribute, op, values, negate))
    }

    /// The value of a condition on the time, if its zone is that of the clock.
    fn schedule(&self) -> Result<&'a Object, Reason> {
        let value = self.value.as_object();
        let value = value.ok_or_else(|| untranslated("the value of a time rule is an object"))?;
        let zone = value.get("TIMEZONE").and_then(Value::as_str).unwrap_or(UTC);
        if self.zone.unwrap_or(UTC) == zone {
            return Ok(value);
        }
        let message =
            format!("the time zone `{zone}` is not that of all time rules; a clock has one");
        Err(("time-zone", message))
    }

    fn time_range(&self) -> Result<Choices, Reason> {
        let value = self.schedule()?;
        let minute = |name: &str| -> Option<u32> {
            let (hour, minute) = value.get(name)?.as_str()?.split_once(':')?;
            let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        };
        let (Some(start), Some(end)) = (minute("START"), minute("END")) else {
            return Err(untranslated("expected `START` and `END` such as `09:30`"));
        };
        let is =
            |op, minute: u32| clause("clock", "minuteOfDay", op, vec![Value::from(minute)], false);
        let (start_clause, end_clause) =
            (is("greaterThanOrEqual", start), is("lessThanOrEqual", end));
        Ok(if end < start {
            vec![vec![start_clause], vec![end_clause]]
        } else {
            vec![vec![start_clause, end_clause]]
        })
    }

    fn datetime_range(&self) -> Result<Choices, Reason> {
        let value = self.schedule()?;
        if zone(value) != UTC {
            let message = format!("the moments of the time zone `{}` are unknown", zone(value));
            return Err(("time-zone", message));
        }
        let moment = |name: &str| {
            let text = value.get(name)?.as_str()?.replacen(' ', "T", 1);
            let text = if text.contains('T') { text } else { format!("{text}T00:00:00") };
            epoch_milliseconds(&format!("{text}Z"))
        };
        let (Some(start), Some(end)) = (moment("START"), moment("END")) else {
            return Err(untranslated("expected `START` and `END` such as `2026-01-31T12:00:00`"));
        };
        let is =
            |op, moment: f64| clause("clock", "epochMillis", op, vec![Value::from(moment)], false);
        Ok(vec![vec![is("greaterThanOrEqual", start), is("lessThanOrEqual", end)]])
    }

    fn days(&self) -> Result<Choices, Reason> {
        let days = self.schedule()?.get("DAYS").and_then(Value::as_array);
        let number = |day: &Value| {
            let day = day.as_str()?;
            let index = (1_u32..).zip(DAYS).find(|(_, name)| *name == day);
            index.map(|(number, _)| Value::from(number))
        };
        let numbers: Option<Vec<Value>> = days.and_then(|days| days.iter().map(number).collect());
        let numbers = numbers.ok_or_else(|| untranslated("expected `DAYS` such as `MONDAY`"))?;
        Ok(vec![vec![clause("clock", "dayOfWeek", "in", numbers, false)]])
    }
}

fn zone(value: &Object) -> &str {
    value.get("TIMEZONE").and_then(Value::as_str).unwrap_or(UTC)
}

fn untranslated(message: &str) -> Reason {
    ("untranslated-condition", message.to_owned())
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_))
}

fn a_type(value: &Value) -> String {
    format!("a value that is {}", value.type_name())
}

fn clause(kind: &str, attribute: &str, op: &str, values: Vec<Value>, negate: bool) -> Value {
    let mut members = vec![
        ("contextKind", Value::from(kind)),
        ("attribute", Value::from(attribute)),
        ("op", Value::from(op)),
        ("values", Value::from(values)),
    ];
    if negate {
        members.push(("negate", Value::Bool(true)));
    }
    Value::Object(members.into_iter().collect())
}
