//! `isoflag strategy`: applies a strategy to a document.

use clap::Args;
use isoflag::{Context, Value};
use isoflag_tools::{Strategy, StrategyKind, System, changed_answers, strategy_for, with_strategy};

use crate::arguments::DocumentArgument;
use crate::command::{Format, object};
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::replacement::{OutArgument, replace};

/// Write the document under a strategy, or show which strategy is chosen
///
/// A strategy turns flags on and off by their `lifecycle.status`. With `--system` and a context,
/// `meta.strategies` chooses it.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,

    /// `flush-out`, `production-state`, `next-release`, `custom`, `beta`, `production` or
    /// `custom-production`
    #[arg(required_unless_present = "system", conflicts_with = "system")]
    strategy: Option<String>,

    /// Flag that a custom strategy turns on; repeatable
    #[arg(long, value_name = "KEY", requires = "strategy")]
    on: Vec<String>,

    /// Flag that a custom strategy turns off; repeatable
    #[arg(long, value_name = "KEY", requires = "strategy")]
    off: Vec<String>,

    /// Flag whose feature is in the deployed artifact; repeatable. Default: the flags with
    /// `lifecycle.deployedTimestamp`
    #[arg(long, value_name = "KEY", requires = "strategy")]
    deployed: Vec<String>,

    /// Use the strategy that this system chooses: `development` or `production`
    #[arg(long, requires = "context")]
    system: Option<String>,

    /// Context for the choice, as JSON, `@FILE` or `-`
    #[arg(long, value_name = "JSON", requires = "system")]
    context: Option<String>,

    #[command(flatten)]
    out: OutArgument,

    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    let strategy = match (&arguments.system, &arguments.context) {
        (Some(system), Some(context)) => {
            let system = System::named(system).ok_or_else(|| {
                let message = format!(
                    "`--system {system}` is not a system; use `development` or `production`"
                );
                Failure::message(message)
            })?;
            let context = Context::from_json(&input.read_argument(context)?)
                .map_err(|error| Failure::message(format!("invalid context: {error}")))?;
            strategy_for(&flags, system, &context).unwrap_or(StrategyKind::Production.into())
        }
        _ => arguments.strategy()?,
    };
    let overlaid = with_strategy(&flags, &strategy)
        .map_err(|error| Failure::message(format!("cannot apply the strategy: {error}")))?;
    let text = format!("{}\n", overlaid.document());
    match arguments.out.file() {
        Some(file) => replace(file, text.as_bytes())?,
        None if !arguments.format.json => return console.document(&text).map(|()| Outcome::Fine),
        None => {}
    }
    if arguments.format.json {
        console.line(object([
            ("strategy", strategy.to_value()),
            ("digest", Value::from(overlaid.digest())),
            (
                "changed",
                changed_answers(&flags, &overlaid).into_iter().map(Value::String).collect(),
            ),
        ]))?;
    } else if let Some(file) = arguments.out.file() {
        console.line(format_args!("{file}: {}", strategy.kind))?;
    }
    Ok(Outcome::Fine)
}

impl Arguments {
    fn strategy(&self) -> Result<Strategy, Failure> {
        let list = |keys: &[String]| -> Value {
            keys.iter().map(|key| Value::from(key.as_str())).collect()
        };
        let name = Value::from(self.strategy.as_deref().unwrap_or_default());
        let deployed = if self.deployed.is_empty() { Value::Null } else { list(&self.deployed) };
        let written = object([
            ("strategy", name),
            ("on", list(&self.on)),
            ("off", list(&self.off)),
            ("deployed", deployed),
        ]);
        Strategy::read(&written).map_err(|error| Failure::message(error.to_string()))
    }
}
