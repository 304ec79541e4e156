//! The states of alarms.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::Value;

/// The states of alarms by name. The state of an alarm that is not in it is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    on: BTreeSet<Arc<str>>,
    quiet: BTreeSet<Arc<str>>,
}

/// The alarms of one plan that do not let it advance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GuardingAlarms {
    /// Those that are on.
    pub(super) on: Vec<Arc<str>>,
    /// Those of unknown state.
    pub(super) unknown: Vec<Arc<str>>,
}

impl Alarms {
    /// Parses a mapping from names to states: `ok` or `alarm`, or CloudWatch's `OK`, `ALARM` and
    /// `INSUFFICIENT_DATA`, which is unknown.
    ///
    /// # Errors
    ///
    /// If it is not a mapping, or a state is invalid.
    pub fn read(written: &Value) -> Result<Alarms, String> {
        let mut alarms = Alarms::default();
        let Some(members) = written.as_object() else {
            return Err(format!(
                "invalid alarms {written}: expected a mapping from names to states"
            ));
        };
        for (name, state) in members.iter() {
            let text = state.as_str().unwrap_or_default();
            alarms.set(name, text).map_err(|()| {
                format!("`{name}`: invalid state {state}: expected `ok` or `alarm`")
            })?;
        }
        Ok(alarms)
    }

    /// Sets the state of an alarm, see [`Alarms::read`]. Of several states the alarm counts.
    ///
    /// # Errors
    ///
    /// If the state is invalid.
    #[allow(clippy::result_unit_err, reason = "the caller names the place")]
    pub fn set(&mut self, name: &str, state: &str) -> Result<(), ()> {
        let alarms = match state.to_ascii_lowercase().as_str() {
            "ok" => &mut self.quiet,
            "alarm" => &mut self.on,
            "insufficient_data" => return Ok(()),
            _ => return Err(()),
        };
        alarms.insert(Arc::from(name));
        Ok(())
    }

    /// Returns the alarms among these that do not let a plan advance.
    pub(super) fn guarding(&self, names: &BTreeSet<Arc<str>>) -> GuardingAlarms {
        let mut found = GuardingAlarms::default();
        for name in names {
            if self.on.contains(name) {
                found.on.push(Arc::clone(name));
            } else if !self.quiet.contains(name) {
                found.unknown.push(Arc::clone(name));
            }
        }
        found
    }
}
