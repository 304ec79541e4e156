//! `isoflag promote`: carries flags from the document of one environment to that of the next.

use clap::Args;
use isoflag_tools::{PromoteOptions, promote};

use crate::arguments::load_editable;
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::text_edit::TextEdit;

/// Carry flags from one document to another, such as from staging to production
///
/// A flag that FILE lacks is added switched off. A flag that it has gets the definition of FROM:
/// variations, rules and prerequisites. FILE keeps whether a flag is on, its percentages, individual
/// targets, off variation, salt and status. Missing flags and segments that a carried flag needs
/// are added too, and notes name the parts that were left out. If anything does not fit, nothing is
/// written and the exit code is 1.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag document to carry flags from, which is only read
    from: String,

    #[command(flatten)]
    to: TextEdit,

    /// Key of a flag to carry; repeatable (default: all flags)
    #[arg(long, value_name = "KEY")]
    feature: Vec<String>,

    /// Carry percentages too: those of the fallthrough and of rules, and the planned rollout
    #[arg(long)]
    with_rollout: bool,

    /// Carry individual targets too
    #[arg(long)]
    with_targets: bool,

    /// Carry whether a flag is on too
    #[arg(long)]
    with_on: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let from = load_editable(&input.read(&arguments.from)?)?;
    let options = PromoteOptions {
        features: &arguments.feature,
        with_rollout: arguments.with_rollout,
        with_targets: arguments.with_targets,
        with_on: arguments.with_on,
    };
    arguments.to.run(input, console, |text, now| {
        let promoted = promote(&from, text, &options, now)?;
        Ok((promoted.text, Some(promoted.notes)))
    })
}
