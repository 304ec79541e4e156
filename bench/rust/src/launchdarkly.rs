//! LaunchDarkly's crate, and the check that both give the same answer.

use std::collections::HashMap;

use isoflag::{BoundFlags, Value};
use launchdarkly_server_sdk_evaluation::{
    Context, Detail, Flag, FlagValue, Segment, Store, evaluate,
};
use serde::Deserialize;
use serde_json::json;

use crate::Failure;

/// LaunchDarkly's crate with a document in memory.
#[derive(Debug, Deserialize)]
pub struct LaunchDarkly {
    pub flags: HashMap<String, Flag>,
    pub segments: HashMap<String, Segment>,
}

impl LaunchDarkly {
    pub fn load(text: &[u8]) -> Result<LaunchDarkly, Failure> {
        Ok(serde_json::from_slice(text)?)
    }

    pub fn context(text: &[u8]) -> Result<Context, Failure> {
        Ok(serde_json::from_slice(text)?)
    }

    pub fn evaluate<'a>(&'a self, flag: &'a Flag, context: &'a Context) -> Detail<&'a FlagValue> {
        evaluate(self, flag, context, None)
    }
}

impl Store for LaunchDarkly {
    fn flag(&self, flag_key: &str) -> Option<Flag> {
        self.flags.get(flag_key).cloned()
    }

    fn segment(&self, segment_key: &str) -> Option<Segment> {
        self.segments.get(segment_key).cloned()
    }
}

/// Fails unless both give the same value, variation index and reason. Returns the answer as JSON text.
pub fn agree(
    flag: &str,
    bound: &BoundFlags,
    launchdarkly: Option<(&LaunchDarkly, &[u8])>,
) -> Result<String, Failure> {
    let ours = bound.variation_detail(flag, Value::Null);
    let ours = [
        ours.value.to_canonical_json(),
        ours.variation_index.map_or_else(|| "null".to_owned(), |index| index.to_string()),
        ours.reason.to_canonical_json(),
    ];
    if let Some((theirs, context)) = launchdarkly {
        let model = theirs.flags.get(flag).ok_or("no such flag")?;
        let context = LaunchDarkly::context(context)?;
        let detail = theirs.evaluate(model, &context);
        let theirs = [
            serde_json::to_vec(&detail.value)?,
            serde_json::to_vec(&json!(detail.variation_index))?,
            serde_json::to_vec(&detail.reason)?,
        ];
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let theirs = Value::parse(theirs)?.to_canonical_json();
            if *ours != theirs {
                return Err(format!("`{flag}`: isoflag gives {ours}, LaunchDarkly {theirs}").into());
            }
        }
    }
    Ok(format!("[{}]", ours.join(",")))
}
