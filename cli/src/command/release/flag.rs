//! `isoflag flag`: adds, switches, rolls out, targets and removes one flag of a document.

use clap::{Args, Subcommand};
use isoflag::{Object, Value, printable};
use isoflag_tools::{Percentage, edit as edit_text};

use crate::arguments::json;
use crate::command::object;
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::text_edit::TextEdit;

/// Edit one flag of a document: no other byte changes
///
/// The versions of the flag and the document are raised, and flags whose answers can differ are
/// marked as changed now. An edit that does not fit the document is rejected, with exit code 1.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    operation: Operation,
}

#[derive(Subcommand)]
enum Operation {
    /// Add a flag that is off: a boolean one, or one with these members
    #[command(allow_missing_positional = true)]
    Add {
        /// Key of the new flag
        key: String,
        /// Members of the flag, as JSON or `@FILE`, such as `{"variations": ["blue", "red"]}`
        #[arg(value_name = "MEMBERS")]
        members: Option<String>,
        #[command(flatten)]
        target: TextEdit,
    },
    /// Turn a flag on
    On {
        /// Key of the flag
        key: String,
        #[command(flatten)]
        target: TextEdit,
    },
    /// Turn a flag off
    Off {
        /// Key of the flag
        key: String,
        /// Turn it off even if it is a prerequisite of flags that are on
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        target: TextEdit,
    },
    /// Change the shares of the variations in a flag's fallthrough
    Rollout {
        /// Key of the flag
        key: String,
        /// Share of the "on" variation, such as `25%`; of another one, such as `2=25%`; or all
        /// shares, such as `0=50%,1=30%,2=20%`
        #[arg(value_name = "SHARES")]
        shares: String,
        #[command(flatten)]
        target: TextEdit,
    },
    /// Serve a variation to contexts by key
    Target {
        /// Key of the flag
        key: String,
        /// Index of the variation and keys of contexts, such as `1=ada,grace`; `none=ada` removes
        /// keys from all lists
        #[arg(value_name = "VARIATION=KEYS", value_parser = targeted)]
        keys: (Option<u32>, Vec<String>),
        /// Kind of the contexts
        #[arg(long, value_name = "KIND", default_value = "user")]
        kind: String,
        #[command(flatten)]
        target: TextEdit,
    },
    /// Remove a flag
    Remove {
        /// Key of the flag
        key: String,
        #[command(flatten)]
        target: TextEdit,
    },
}

/// Parses `1=ada,grace` or `none=ada`.
fn targeted(text: &str) -> Result<(Option<u32>, Vec<String>), String> {
    let parsed = text.split_once('=').and_then(|(variation, keys)| {
        let variation = if variation == "none" { None } else { Some(variation.parse().ok()?) };
        let keys: Vec<String> = keys.split(',').map(str::to_owned).collect();
        keys.iter().all(|key| !key.is_empty()).then_some((variation, keys))
    });
    parsed.ok_or_else(|| {
        "expected the index of a variation and keys of contexts, such as `1=ada,grace`".to_owned()
    })
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let (op, key, document, members) = match &arguments.operation {
        Operation::Add { key, members, target } => {
            let flag = members.as_deref().map(|members| json(input, "MEMBERS", members));
            ("add", key, target, vec![("flag", flag.transpose()?.unwrap_or_default())])
        }
        Operation::On { key, target } => ("on", key, target, Vec::new()),
        Operation::Off { key, force, target } => {
            ("off", key, target, vec![("force", Value::Bool(*force))])
        }
        Operation::Rollout { key, shares, target } => ("rollout", key, target, rollout(shares)?),
        Operation::Target { key, keys: (variation, keys), kind, target } => {
            let values = keys.iter().map(|key| Value::from(key.as_str())).collect();
            let variation = variation.map(Value::from).unwrap_or_default();
            let kind = Value::from(kind.as_str());
            let members = vec![("variation", variation), ("values", values), ("contextKind", kind)];
            ("target", key, target, members)
        }
        Operation::Remove { key, target } => ("remove", key, target, Vec::new()),
    };
    let named = [("op", Value::from(op)), ("key", Value::from(key.as_str()))];
    let edit = Value::Object(Object::from_iter(named.into_iter().chain(members)));
    let edits = Value::from(vec![edit]);
    document.run(input, console, |text, now| Ok((edit_text(text, &edits, now)?, None)))
}

/// Parses `25%`, `2=25%` or `0=50%,1=50%`.
fn rollout(shares: &str) -> Result<Vec<(&'static str, Value)>, Failure> {
    let invalid = || {
        Failure::message(format!(
            "invalid shares `{}`: expected a percentage of at most 3 decimals such as `25%`, or `2=25%`, or `0=50%,1=50%`",
            printable(shares)
        ))
    };
    let buckets = |text: &str| {
        let percentage: Option<Percentage> = text.parse().ok();
        percentage.and_then(Percentage::buckets).ok_or_else(invalid)
    };
    let percent = |buckets: u32| Value::from(f64::from(buckets) / 1000.0);
    if !shares.contains('=') {
        return Ok(vec![("percent", percent(buckets(shares)?))]);
    }
    let mut parsed = Vec::new();
    for share in shares.split(',') {
        let (variation, share) = share.split_once('=').ok_or_else(invalid)?;
        let variation: u32 = variation.trim().parse().map_err(|_| invalid())?;
        parsed.push((variation, buckets(share)?));
    }
    if let [(variation, buckets)] = parsed.as_slice() {
        return Ok(vec![("variation", Value::from(*variation)), ("percent", percent(*buckets))]);
    }
    let entry = |(variation, buckets): (u32, u32)| {
        object([("variation", Value::from(variation)), ("weight", Value::from(buckets))])
    };
    Ok(vec![("weights", parsed.into_iter().map(entry).collect())])
}
