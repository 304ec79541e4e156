//! Answers for contexts: single ones, their explanations and history, shares, and strategies.

mod blame;
mod eval;
mod explain;
mod simulate;
mod strategy;

subcommands! {
    Eval(eval::Arguments) => eval::run,
    Explain(explain::Arguments) => explain::run,
    Blame(blame::Arguments) => blame::run,
    Simulate(simulate::Arguments) => simulate::run,
    Strategy(strategy::Arguments) => strategy::run,
}
