//! The current time: from the command line, else from the system. The core never reads a clock.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use isoflag::Value;
use isoflag_tools::read_moment;

use crate::outcome::Failure;

/// Larger numbers of seconds are assumed to be milliseconds.
const LATEST: u64 = 100_000_000_000;

/// The tolerated difference between clocks, in seconds.
const TOLERATED_SKEW: f64 = 300.0;

/// The option for the current time.
#[derive(Args)]
pub(crate) struct NowArgument {
    /// Current time in seconds since 1970 (default: the system clock)
    #[arg(long, value_name = "SECONDS")]
    now: Option<u64>,
}

impl NowArgument {
    /// Seconds since the epoch.
    pub(crate) fn seconds(&self) -> Result<f64, Failure> {
        Ok(seconds(self.now)? as f64)
    }
}

/// Returns this time in seconds since the epoch, or the system's.
pub(crate) fn seconds(given: Option<u64>) -> Result<u64, Failure> {
    let now = match given {
        Some(seconds) => seconds,
        None => match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(elapsed) => elapsed.as_secs(),
            Err(_) => {
                let message = "the system's clock is before 1970; pass `--now`";
                return Err(Failure::message(message));
            }
        },
    };
    if now > LATEST {
        return Err(Failure::message(format!(
            "`--now {now}` is not a time in seconds; divide milliseconds by 1000"
        )));
    }
    Ok(now)
}

/// Rejects a time in a file that is later than this clock.
pub(crate) fn not_in_the_future(moment: f64, now: f64, subject: &str) -> Result<(), Failure> {
    if moment > now + TOLERATED_SKEW {
        let (moment, now) = (moment.floor(), now.floor());
        return Err(Failure::message(format!(
            "{subject}: {moment} lies in the future, since it is {now} now; compare the clocks"
        )));
    }
    Ok(())
}

/// Parses seconds since 1970, a date, or a date and time.
pub(crate) fn moment(text: &str) -> Option<f64> {
    match text.parse::<u32>() {
        Ok(seconds) => Some(f64::from(seconds)),
        Err(_) => read_moment(&Value::from(text)),
    }
}

/// Parses an argument in the same forms.
pub(crate) fn moment_argument(text: &str) -> Result<f64, String> {
    moment(text).ok_or_else(|| "expected seconds since 1970 or `2026-01-31T12:00:00Z`".to_owned())
}
