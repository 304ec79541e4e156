//! Any bytes: they are a context or are refused, and a context's canonical form is read back as
//! the same context.
#![no_main]

use isoflag::Context;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Context::from_host_json(bytes);
    let Ok(context) = Context::from_json(bytes) else { return };
    let text = context.to_value().to_canonical_json();
    let again = Context::from_json(text.as_bytes()).unwrap();
    assert_eq!(again, context);
    assert_eq!(again.key(), context.key());
    let _ = context.with_clock(0.0, 60);
});
