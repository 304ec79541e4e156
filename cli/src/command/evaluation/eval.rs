//! `isoflag eval`: evaluates a flag.

use clap::{Args, ValueEnum};
use isoflag::{Value, ValueType};

use crate::arguments::{self, ContextArgument, DocumentArgument};
use crate::command::{Format, object, outcome_of};
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::{clock, evidence};

/// Evaluate one flag for one context
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,

    /// Key of the flag
    key: String,

    #[command(flatten)]
    context: ContextArgument,

    /// Default value as JSON or `@FILE`, returned if the flag serves nothing
    #[arg(long, value_name = "JSON", default_value = "null")]
    default: String,

    /// Expected type; a value of another type is the error WRONG_TYPE
    #[arg(long = "type", value_enum, default_value_t = Type::Any)]
    value_type: Type,

    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Type {
    Any,
    Bool,
    Number,
    String,
    Json,
}

impl From<Type> for ValueType {
    fn from(value_type: Type) -> ValueType {
        match value_type {
            Type::Any => ValueType::Any,
            Type::Bool => ValueType::Bool,
            Type::Number => ValueType::Number,
            Type::String => ValueType::String,
            Type::Json => ValueType::Json,
        }
    }
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    let default = arguments::json(input, "--default", &arguments.default)?;
    let bound = arguments.context.bind(&flags, input, console)?;
    let answer = bound.evaluate(&arguments.key).expecting(&flags, arguments.value_type.into());

    let value = flags.value_of(&answer).cloned().unwrap_or(default);
    let index = answer.variation_index();
    evidence::record(&flags, &arguments.key, index, clock::seconds(None)?)?;
    let reason = flags.reason_of(&answer);
    if arguments.format.json {
        console.line(object([
            ("value", value),
            ("variationIndex", index.map_or(Value::Null, Value::from)),
            ("reason", reason.to_value()),
        ]))?;
    } else {
        console.line(format_args!("value      {value}"))?;
        match index {
            Some(index) => console.line(format_args!("variation  {index}"))?,
            None => console.line("variation  none, so the default is served")?,
        }
        console.line(format_args!("reason     {}", reason.to_value()))?;
    }
    Ok(outcome_of(&reason))
}
