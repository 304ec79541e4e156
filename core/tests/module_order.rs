//! A module imports only modules before it, so that there are no cycles.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "module_order/mod.rs"]
mod order;

#[test]
fn modules_import_only_modules_before_them() {
    let order = [
        "limits",
        "steps",
        "balanced_tree",
        "hash_index",
        "calendar",
        "printable",
        "json",
        "key_set",
        "context",
        "digest",
        "diagnostic",
        "document",
        "model",
        "evaluate",
        "explain",
        "flags",
        "freshness",
    ];
    order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order);
}
