//! The call `agreement`: evaluates each flag of a projection for each context, with the projection
//! and with the whole document.

use isoflag::{BigSegments, BoundFlags, Context, Flags, Value};
use isoflag_tools::{project, projected_json};

use super::case::{Failure, projection_options};
use super::{array, list, object, sweep};

pub(crate) fn answer(
    whole: &Flags,
    big: Option<&BigSegments>,
    arguments: &Value,
) -> Result<Value, Failure> {
    let options = projection_options(arguments);
    let projection = projected_json(whole, &options)?;
    // As a page loads it.
    let folded = Flags::from_json(projection.as_bytes())?;
    assert_eq!(project(whole, &options)?.flags.digest(), folded.digest(), "the digests");
    assert_eq!(projected_json(&folded, &options)?, projection, "the projection of a projection");
    let contexts = array(arguments, "contexts").iter();
    let contexts = contexts.map(|value| Context::from_host(value.clone()).ok());
    let contexts: Vec<Option<Context>> = contexts.collect();
    let details = |flags: &Flags| {
        let row = |context: &Option<Context>| {
            let bound: BoundFlags = flags.bind_with(context.as_ref(), big);
            let keys = folded.keys();
            list(keys.map(|key| sweep::shown(flags, bound.evaluate(key), Value::Null)))
        };
        list(contexts.iter().map(row)).to_canonical_json()
    };
    Ok(object([
        ("folded", details(&folded).into()),
        ("projection", projection.as_str().into()),
        ("whole", details(whole).into()),
    ]))
}
