//! `isoflag impact`: the contexts whose answers a change of the document changes.

use clap::Args;
use isoflag_tools::{GroupBy, ImpactCounter, Percentage};

use crate::arguments::Container;
use crate::command::Format;
use crate::console::Console;
use crate::contexts::ContextsArgument;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Show which answers change between two documents, from what to what, and for how many contexts
///
/// Without contexts, shares are derived from the documents. They are exact for rollouts by key, of
/// the contexts that reach the part of the flag; other shares depend on attributes, and are not
/// estimated.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Old flag document (`-` for stdin)
    old: String,

    /// New flag document (`-` for stdin)
    new: String,

    #[command(flatten)]
    container: Container,

    #[command(flatten)]
    contexts: ContextsArgument,

    /// Group the contexts by an attribute, such as `country`, `/address/city` or `org.plan`
    #[arg(long, value_name = "ATTRIBUTE", requires = "contexts")]
    by: Vec<String>,

    /// Exit with 1 if more than this share of the contexts may get another value of any flag, such
    /// as `5%`. Without contexts, a share that depends on attributes counts as more
    #[arg(long, value_name = "SHARE")]
    fail_over: Option<Percentage>,

    /// Print Markdown, for a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let mut load = |file| arguments.container.load_file(input, file);
    let (old, new) = (load(&arguments.old)?, load(&arguments.new)?);
    let by = arguments.by.iter().map(|attribute| GroupBy::parse(attribute));
    let by = by.collect::<Result<Vec<GroupBy>, _>>();
    let by = by.map_err(|error| Failure::message(format!("`--by`: {error}")))?;
    let mut counter = ImpactCounter::new(&old, &new, &by);
    arguments.contexts.read(input, console, |context| counter.add(context))?;
    let impact = counter.finish();
    if arguments.format.json {
        console.line(impact.to_value().to_canonical_json())?;
    } else if arguments.markdown {
        console.lines(impact.to_markdown())?;
    } else {
        console.lines(&impact)?;
    }
    let complaints = arguments.fail_over.map(|bound| impact.complaints(bound)).unwrap_or_default();
    for complaint in &complaints {
        console.complain(complaint);
    }
    Ok(if complaints.is_empty() { Outcome::Fine } else { Outcome::Findings })
}
