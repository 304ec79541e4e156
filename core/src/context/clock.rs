//! The context kind `clock`, so that rules on the time of day are ordinary clauses.

use std::sync::Arc;

use super::Context;
use super::error::ContextError;
use super::individual::Individual;
use crate::calendar;
use crate::json::{self, Object, Value};

const CLOCK: &str = "clock";

/// The seconds of a day.
const DAY: i64 = 86_400;
/// The seconds from the epoch to the year 10000.
const END: f64 = 253_402_300_800.0;

impl Context {
    /// Returns this context with the kind `clock`: its key is `clock`, and its attributes are
    /// `epochMillis` and, at the given offset from UTC, `minuteOfDay` (0 to 1439), `dayOfWeek` (1
    /// to 7, Monday is 1) and `date` (`2026-01-31`). An existing clock is replaced.
    ///
    /// `now_ms` is in milliseconds since the epoch, `offset_minutes` east of UTC. The core reads no
    /// clock; the caller does.
    ///
    /// # Errors
    ///
    /// If the time is outside the years 0 to 9999.
    pub fn with_clock(&self, now_ms: f64, offset_minutes: i32) -> Result<Context, ContextError> {
        let attributes = attributes(now_ms, offset_minutes).ok_or_else(|| {
            let shown = match Value::number(now_ms) {
                Some(now) => [&now.to_canonical_json(), " ms"].concat(),
                None => "a number that is not finite".to_owned(),
            };
            ContextError::invalid(CLOCK, [&*shown, " is not in the years 0 to 9999"].concat())
        })?;
        let clock = Individual {
            kind: Arc::from(CLOCK),
            key: Arc::from(CLOCK),
            name: None,
            anonymous: false,
            attributes,
            private: Box::default(),
        };
        let mut individuals = self.individuals().to_vec();
        individuals.retain(|individual| &*individual.kind != CLOCK);
        individuals.push(clock);
        Context::of(individuals)
    }
}

fn attributes(now_ms: f64, offset_minutes: i32) -> Option<Object> {
    let seconds = (now_ms / 1000.0).floor();
    let seconds = Some(seconds).filter(|seconds| *seconds < END)? as i64;
    let local = seconds.saturating_add(i64::from(offset_minutes) * 60);
    let (days, seconds_of_day) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let (year, month, day) = calendar::date(days.max(-END as i64));
    if !(0..=9999).contains(&year) {
        return None;
    }
    // The sum of a power of ten and a number has the number's leading zeros after its first digit.
    let padded = |zeros: i64, number: i64| json::integer(zeros + number).split_off(1);
    let date = [&*padded(10_000, year), "-", &padded(100, month), "-", &padded(100, day)].concat();
    let attributes = Object::default()
        .with("epochMillis", Value::from(now_ms))
        .with("minuteOfDay", Value::from(seconds_of_day / 60))
        .with("dayOfWeek", Value::from((days + 3).rem_euclid(7) + 1))
        .with("date", Value::from(date));
    Some(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(now_ms: f64, offset_minutes: i32) -> String {
        let context = Context::builder("u").build().unwrap();
        let clock = context.with_clock(now_ms, offset_minutes).unwrap();
        clock
            .individual(CLOCK)
            .map(|clock| Value::Object(clock.attributes.clone()).to_string())
            .unwrap()
    }

    #[test]
    fn midnight_and_weekdays() {
        // Thursday, 1 January 1970.
        assert_eq!(
            clock(0.0, 0),
            r#"{"date":"1970-01-01","dayOfWeek":4,"epochMillis":0,"minuteOfDay":0}"#
        );
        assert_eq!(
            clock(0.0, -1),
            r#"{"date":"1969-12-31","dayOfWeek":3,"epochMillis":0,"minuteOfDay":1439}"#
        );
        assert_eq!(
            clock(-1.0, 0),
            r#"{"date":"1969-12-31","dayOfWeek":3,"epochMillis":-1,"minuteOfDay":1439}"#
        );
    }

    #[test]
    fn a_clock_is_replaced_and_its_time_must_be_in_range() {
        let context = Context::builder("u").build().unwrap();
        let twice = context.with_clock(0.0, 0).unwrap().with_clock(60_000.0, 0).unwrap();
        assert_eq!(twice.key(), "clock:clock:user:u");
        for now in [f64::NAN, f64::INFINITY, 1e15, -1e15] {
            assert!(context.with_clock(now, 0).is_err());
        }
    }
}
