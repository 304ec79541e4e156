use std::collections::HashMap;

use launchdarkly_server_sdk_evaluation::{
    Context, Detail, Flag, FlagValue, Segment, Store, evaluate,
};
use serde::Deserialize;

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
