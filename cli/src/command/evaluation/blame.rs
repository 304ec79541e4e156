//! `isoflag blame`: the version of a document that changed an answer.

use clap::Args;
use isoflag::{BoundFlags, Value};

use crate::arguments::{Container, ContextArgument};
use crate::command::{Format, object};
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::table::{Cell, Table};
use crate::versions::{Version, Versions};

/// Name the version of a document that changed an answer, with the explanations before and after
///
/// FILE is a document in a git repository, whose commits are read from the latest, or a folder with
/// a file for each version, in the order of their names.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Key of the flag
    flag: String,

    /// Flag document in a git repository, or a folder of versions
    file: String,

    #[command(flatten)]
    container: Container,

    #[command(flatten)]
    context: ContextArgument,

    #[command(flatten)]
    format: Format,
}

/// The answer of one version.
struct Answered {
    version: Version,
    value: Option<Value>,
    bound: BoundFlags,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let key = arguments.flag.as_str();
    let context = arguments.context.read(input, console)?;
    let mut latest: Option<Answered> = None;
    let mut before: Option<Answered> = None;
    for version in Versions::of(&arguments.file)? {
        let version = version?;
        let flags = match arguments.container.load(&version.source) {
            Ok(flags) => flags,
            Err(error) => {
                console.complain(format_args!("ignoring {}: {error}", version.name));
                continue;
            }
        };
        let bound = context.bind(&flags);
        let value = flags.value_of(&bound.evaluate(key)).cloned();
        let this = Answered { version, value, bound };
        match &latest {
            Some(held) if held.value != this.value => {
                before = Some(this);
                break;
            }
            // The earliest version with this answer is the one that changed it.
            _ => latest = Some(this),
        }
    }
    let Some(after) = latest else {
        return Err(Failure::message(format!("`{}` has no readable version", arguments.file)));
    };
    if arguments.format.json {
        let before = before.as_ref().map(|before| before.to_value(key)).unwrap_or_default();
        let after = after.to_value(key);
        let members = [("key", Value::from(key)), ("before", before), ("after", after)];
        console.line(object(members).to_canonical_json())?;
        return Ok(Outcome::Fine);
    }
    let served = |value: &Option<Value>| match value {
        Some(value) => value.to_canonical_json(),
        None => "the default".to_owned(),
    };
    let Some(before) = before else {
        let (value, name) = (served(&after.value), &after.version.name);
        console.line(format_args!("`{key}` serves {value} since the first version, {name}"))?;
        return console.lines(after.bound.explain(key)).map(|()| Outcome::Fine);
    };
    let (old, new) = (served(&before.value), served(&after.value));
    console.line(format_args!("`{key}` serves {new} instead of {old} since"))?;
    console.line(format_args!("  {}", after.version.name))?;
    console.line("")?;
    let mut table = Table::new(&[&before.version.short, &after.version.short]);
    let [one, other] = [&before, &after].map(|each| each.bound.explain(key).to_string());
    let (mut one, mut other) = (one.lines(), other.lines());
    loop {
        let (left, right) = (one.next(), other.next());
        if left.is_none() && right.is_none() {
            break;
        }
        table.row(vec![Cell::new(left.unwrap_or("")), Cell::new(right.unwrap_or(""))]);
    }
    console.table(&table)?;
    Ok(Outcome::Fine)
}

impl Answered {
    fn to_value(&self, key: &str) -> Value {
        object([
            ("version", Value::from(self.version.name.as_str())),
            ("value", self.value.clone().unwrap_or_default()),
            ("explanation", self.bound.explain(key).to_value()),
        ])
    }
}
