//! A module imports only modules before it, so that there are no cycles.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../core/tests/module_order/mod.rs"]
mod order;

#[test]
fn modules_import_only_modules_before_them() {
    let order = [
        "ternary",
        "appconfig_key",
        "activity",
        "last_evaluated",
        "analysis",
        "lifecycle",
        "strategy",
        "check",
        "diff",
        "impact",
        "simulation",
        "certification",
        "inventory",
        "retirement",
        "receipt",
        "typing",
    ];
    order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order);
}
