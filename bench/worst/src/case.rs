//! One input, its call, and the cost of the call.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use isoflag::{AllFlagsOptions, Context, Flags};
use isoflag_tools::{receipt, replay};
use serde_json::json;

use crate::ALLOCATOR;

/// The measured call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Loads the document.
    Load,
    /// Reads the context, binds it to the document and evaluates the flag `flag`.
    Context,
    /// Evaluates the flag `flag` for a bound context.
    Evaluate,
    /// Explains that evaluation and writes the explanation.
    Explain,
    /// Writes the state of all flags for a bound context.
    State,
    /// Replays a receipt of that evaluation.
    Replay,
}

impl Call {
    pub fn name(self) -> &'static str {
        match self {
            Call::Load => "load",
            Call::Context => "context",
            Call::Evaluate => "evaluate",
            Call::Explain => "explain",
            Call::State => "state",
            Call::Replay => "replay",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Case {
    pub call: Call,
    pub document: String,
    pub context: String,
}

/// The cost of a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Processor time, so that other programs do not count.
    pub time: Duration,
    /// The peak of the memory that it allocated.
    pub bytes: usize,
}

impl Case {
    pub fn new(call: Call, document: String, context: String) -> Case {
        Case { call, document, context }
    }

    /// Returns the size of the input in bytes.
    pub fn size(&self) -> usize {
        match self.call {
            Call::Load => self.document.len(),
            Call::Context => self.context.len(),
            _ => self.document.len() + self.context.len(),
        }
    }

    pub fn cost(&self) -> Cost {
        if self.call == Call::Load {
            return measured(|| Flags::from_json(self.document.as_bytes()));
        }
        let Ok(flags) = Flags::from_json(self.document.as_bytes()) else {
            return Cost::default();
        };
        if self.call == Call::Context {
            return measured(|| {
                Context::from_json(self.context.as_bytes())
                    .map(|context| flags.bind(&context).evaluate("flag"))
            });
        }
        let Ok(context) = Context::from_json(self.context.as_bytes()) else {
            return Cost::default();
        };
        let bound = flags.bind(&context);
        match self.call {
            Call::Explain => measured(|| bound.explain("flag").to_json()),
            Call::State => {
                measured(|| bound.all_flags_state(&AllFlagsOptions::default()).to_canonical_json())
            }
            Call::Replay => {
                let receipt = receipt(&flags, "flag", Some(&context), None).to_json();
                measured(|| replay(receipt.as_bytes(), &flags, Some(&context), None))
            }
            _ => measured(|| bound.evaluate("flag")),
        }
    }

    /// Returns the case as JSON for the other host runtimes.
    pub fn to_json(&self, name: &str, cost: Cost) -> serde_json::Value {
        json!({
            "name": name,
            "call": self.call.name(),
            "document": self.document,
            "context": self.context,
            "size": self.size(),
            "native": {"ms": milliseconds(cost.time), "bytes": cost.bytes},
        })
    }
}

fn measured<T>(call: impl FnOnce() -> T) -> Cost {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let start = ThreadTime::now();
    let result = black_box(call());
    let time = start.elapsed();
    let bytes = ALLOCATOR.peak_usage().saturating_sub(before);
    drop(result);
    Cost { time, bytes }
}

pub fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}
