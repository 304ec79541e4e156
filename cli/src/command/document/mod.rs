//! Documents: new ones, their checks and differences, and what is made from them.

mod check;
mod contents;
mod convert;
mod diff;
mod impact;
mod init;
mod project;
mod stamp;
mod types;

subcommands! {
    Init(init::Arguments) => init::run,
    Check(check::Arguments) => check::run,
    Diff(diff::Arguments) => diff::run,
    Impact(impact::Arguments) => impact::run,
    Project(project::Arguments) => project::run,
    Convert(convert::Arguments) => convert::run,
    Stamp(stamp::Arguments) => stamp::run,
    /// Print the keys of a document's flags, sorted
    Keys(contents::Arguments) => contents::keys,
    /// Print a document's digest, which is identical on every host runtime
    Digest(contents::Arguments) => contents::digest,
    Types(types::Arguments) => types::run,
}
