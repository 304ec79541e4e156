//! A kind that the builder of contexts refuses.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::Context;

#[test]
fn only_a_kind_cannot_be_multi() {
    let multi = Context::builder("u").kind("multi").attribute("plan", "pro".into()).build();
    let error = multi.unwrap_err();
    assert_eq!((error.path(), error.code()), ("kind", "invalid-context"));
    let plan = Context::builder("u").kind("org").attribute("plan", "multi".into()).build();
    assert_eq!(plan.unwrap().to_value().to_string(), r#"{"key":"u","kind":"org","plan":"multi"}"#);
}
