//! Reports about all documents: evaluations, the inventory, and flags to remove.

mod activity;
mod inventory;
mod retire;
mod review;

subcommands! {
    Activity(activity::Arguments) => activity::run,
    Inventory(inventory::Arguments) => inventory::run,
    Retire(retire::Arguments) => retire::run,
}
