//! From a new flag to a finished feature: edits, promotion, statuses, artifacts and rollouts.

mod advance;
mod certify;
mod deployed;
mod finish;
mod flag;
mod promote;
mod status;

subcommands! {
    Flag(flag::Arguments) => flag::run,
    Promote(promote::Arguments) => promote::run,
    Status(status::Arguments) => status::run,
    Certify(certify::Arguments) => certify::run,
    Deployed(deployed::Arguments) => deployed::run,
    Finish(finish::Arguments) => finish::run,
    Advance(advance::Arguments) => advance::run,
}
