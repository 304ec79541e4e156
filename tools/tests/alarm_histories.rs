//! Random plans under random histories of alarms.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "a test may read its environment")]

mod planned_documents;

use isoflag::model::Section;
use isoflag::{Flags, Value};
use isoflag_tools::{Decision, DecisionKind, advance};
use planned_documents::{alarms, document, only};

/// A pseudo-random sequence (xorshift), which is the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A random plan, and the number of its stages.
fn random_plan(random: &mut Random) -> (String, u64, u64) {
    let mut stages = Vec::new();
    let mut longest = 0;
    let mut duration = |random: &mut Random| {
        let seconds = random.below(5) * 60;
        longest = longest.max(seconds);
        seconds
    };
    if random.below(2) == 0 {
        stages.push(format!(r#"{{"segment": "staff", "duration": {}}}"#, duration(random)));
    }
    let mut share = 0;
    for _ in 0..random.below(4) {
        share += 1 + random.below(20);
        stages.push(format!(r#"{{"share": {share}, "duration": {}}}"#, duration(random)));
    }
    stages.push(format!(r#"{{"share": 100, "duration": {}}}"#, duration(random)));
    let plan = format!(
        r#"{{"alarms": ["a", "b"], "startTimestamp": {}, "stages": [{}]}}"#,
        random.below(600),
        stages.join(", ")
    );
    (plan, stages.len() as u64, longest)
}

/// The weight of the variation in the source, 0 while the flag is off; and whether the segment has it.
fn shares(flags: &Flags) -> (i64, bool) {
    let flag = flags.source(Section::Flags, "new").unwrap();
    let get = |value: &Value, name: &str| {
        value.as_object().and_then(|object| object.get(name)).cloned().unwrap_or_default()
    };
    if get(flag, "on").as_bool() != Some(true) {
        return (0, false);
    }
    let segment = get(flag, "rules").as_array().is_some_and(|rules| !rules.is_empty());
    let fallthrough = get(flag, "fallthrough");
    if get(&fallthrough, "variation").as_integer() == Some(0) {
        return (100_000, true);
    }
    let entries = get(&get(&fallthrough, "rollout"), "variations");
    let entries = entries.as_array().unwrap().iter();
    let own = entries.filter(|entry| get(entry, "variation").as_integer() == Some(0));
    let share = own.map(|entry| get(entry, "weight").as_integer().unwrap()).sum();
    (share, segment || share == 100_000)
}

/// The report of a failure.
#[derive(Debug)]
#[allow(dead_code, reason = "only printed")]
struct Failure<'a> {
    seed: u64,
    turn: u64,
    plan: &'a str,
    states: &'a [(&'a str, &'a str)],
    found: &'a Decision,
}

/// A share never rises while an alarm is on or unknown, nor before its time; a share falls when an
/// alarm begins; and a plan completes if its alarms remain quiet.
fn check_history(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (plan, stages, longest) = random_plan(&mut random);
    let mut flags = document("", &plan);
    let mut now = 0;
    let (mut since, mut risen_at) = (0, 0);
    let mut quiet_since = None;
    let mut is_complete = false;
    let noisy = random.below(40);
    for turn in 0.. {
        let is_noisy = turn < noisy;
        // The clock goes back now and then.
        now = if is_noisy && random.below(10) == 0 {
            now - random.below(90).min(now)
        } else {
            now + random.below(150)
        };
        let mut states = Vec::new();
        for name in ["a", "b"] {
            match if is_noisy { random.below(8) } else { 7 } {
                0 => {}
                1 | 2 => states.push((name, "alarm")),
                _ => states.push((name, "ok")),
            }
        }
        let is_quiet = states.len() == 2 && states.iter().all(|(_, state)| *state == "ok");
        let is_alarm = states.iter().any(|(_, state)| *state == "alarm");
        let before = shares(&flags);
        let advanced = advance(&flags, &alarms(&states), now as f64);
        let found = only(&advanced).clone();
        let after = shares(&advanced.flags);
        let failure = Failure { seed, turn, plan: &plan, states: &states, found: &found };
        if after > before {
            assert!(is_quiet, "{failure:?}");
            assert_eq!(found.kind, DecisionKind::NextStage, "{failure:?}");
            assert!(now >= risen_at, "{failure:?}");
        }
        if is_alarm && !is_complete && before > (0, false) && quiet_since.is_some() {
            assert!(after < before, "{failure:?}");
        }
        assert_eq!(found.changed, advanced.flags.version() != flags.version(), "{failure:?}");
        // The least time passes from each change on: a new stage, an alarm, and the end of one.
        if found.changed {
            since = since.max(now);
            risen_at = since + duration_of(&plan, found.stage.unwrap_or(0));
        }
        is_complete |= found.kind == DecisionKind::Complete;
        assert!(!is_complete || found.kind == DecisionKind::Complete, "{failure:?}");
        flags = advanced.flags;
        if is_alarm {
            quiet_since = None;
        } else if is_quiet {
            quiet_since = quiet_since.or(Some(now));
        }
        if !is_noisy && is_complete {
            assert_eq!(shares(&flags), (100_000, true), "{failure:?}");
            return;
        }
        // Every stage passes in at most the longest time and the distance of two calls.
        let limit = noisy + 40 + stages * (longest / 30 + 8);
        assert!(turn < limit, "{failure:?}");
    }
}

fn duration_of(plan: &str, stage: usize) -> u64 {
    let plan = Value::parse(plan.as_bytes()).unwrap();
    let stages = plan.as_object().unwrap().get("stages").unwrap().as_array().unwrap();
    let duration = stages[stage].as_object().unwrap().get("duration").unwrap();
    u64::try_from(duration.as_integer().unwrap()).unwrap()
}

#[test]
fn shares_rise_only_in_quiet_times_and_reach_everybody() {
    let histories = std::env::var("HISTORIES");
    let histories = histories.map_or(5_000, |number| number.parse().unwrap());
    for seed in 1..=histories {
        check_history(seed);
    }
}
