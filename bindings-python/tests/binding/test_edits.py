"""``isoflag.edit`` and ``isoflag.convert``; Powertools decides the answers of its own flags."""

import datetime as dt
import json
import logging
import time
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isoflag
from isoflag import Context, convert, edit, promote

TEXT = (
    '{ "flags": {"new":  {"on": false, "variations": [false, true], '
    '"fallthrough": {"variation": 1}}}}'
)


def test_the_time_is_that_of_the_host() -> None:
    before = int(time.time())
    after = json.loads(edit(TEXT, [{"op": "on", "key": "new"}]))
    assert before <= after["meta"]["lastModifiedTimestamp"] <= time.time()


@pytest.mark.parametrize(
    ("edits", "code", "path"),
    [
        ([{"op": "on", "key": "old"}], "unknown-flag", "flags.old"),
        ([{"op": "rollout", "key": "new", "percent": 101}], "invalid-edit", "edits[0].percent"),
        ([{"op": "on", "key": "new", "force": object()}], "no-json-form", "[0].force"),
        ({"op": "on", "key": "new"}, "invalid-edit", "edits"),
    ],
)
def test_a_rejected_edit_is_a_document_error(edits: Any, code: str, path: str) -> None:
    with pytest.raises(isoflag.DocumentError) as raised:
        edit(TEXT, edits)
    assert raised.value.path == path
    if code != "no-json-form":
        assert raised.value.code == code


def test_an_invalid_argument_is_named() -> None:
    with pytest.raises(ValueError, match="`now`: `1800000000000` is not a time in seconds"):
        edit(TEXT, [], now=1.8e12)
    with pytest.raises(isoflag.DocumentError) as raised:
        edit(b'{"flags": {"\xff": {}}}', [])
    assert raised.value.code == "not-json"
    with pytest.raises(TypeError, match="expected JSON text"):
        edit({"flags": {}}, [])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown source `unleash`"):
        convert("{}", "unleash")  # type: ignore[arg-type]


STAGING = (
    '{"flags": {"new": {"on": true, "variations": [false, true], "fallthrough": {"rollout": '
    '{"variations": [{"variation": 1, "weight": 100000}]}}, "description": "d"}, "other": {}}}'
)


def test_a_rejected_promotion_is_a_document_error() -> None:
    with pytest.raises(isoflag.DocumentError, match="no-such-flag") as raised:
        promote(STAGING, TEXT, features=["no-such-flag"])
    assert (raised.value.code, raised.value.path) == ("unknown-flag", "flags.no-such-flag")
    for source, text in (("{", TEXT), (STAGING, "{")):
        with pytest.raises(isoflag.DocumentError) as raised:
            promote(source, text)
        assert raised.value.code == "not-json"
    with pytest.raises(ValueError, match="1800000000000` is not a time in seconds"):
        promote(STAGING, TEXT, now=1.8e12)
    with pytest.raises(TypeError, match="`features`"):
        promote(STAGING, TEXT, features="new")
    with pytest.raises(TypeError, match="expected JSON text"):
        promote(STAGING, {"flags": {}})  # type: ignore[arg-type]


SCALARS = st.sampled_from(["a", "ab", "b", "", 2, 3, 2.5])
NUMBERS = st.sampled_from([1, 2, 2.5, 3])
LISTS = st.lists(SCALARS, max_size=3)
TEXTS = st.sampled_from(["a", "b", "ab"])
TIMES = st.sampled_from(["00:00", "09:30", "12:00", "23:59"])
DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
ZONE = {"TIMEZONE": "UTC"}

# The values of each action, by the attribute that it reads: `one` is a scalar and `many` a list.
# Scalars exclude 0, 1 and booleans, which are equal in Python.
VALUES: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "EQUALS": ("one", SCALARS),
    "NOT_EQUALS": ("one", SCALARS),
    "KEY_GREATER_THAN_VALUE": ("one", NUMBERS),
    "KEY_GREATER_THAN_OR_EQUAL_VALUE": ("one", NUMBERS),
    "KEY_LESS_THAN_VALUE": ("one", NUMBERS),
    "KEY_LESS_THAN_OR_EQUAL_VALUE": ("one", NUMBERS),
    "STARTSWITH": ("one", TEXTS),
    "ENDSWITH": ("one", TEXTS),
    "IN": ("one", LISTS),
    "NOT_IN": ("one", LISTS),
    "KEY_IN_VALUE": ("one", LISTS),
    "KEY_NOT_IN_VALUE": ("one", LISTS),
    "VALUE_IN_KEY": ("many", SCALARS),
    "VALUE_NOT_IN_KEY": ("many", SCALARS),
    "ANY_IN_VALUE": ("many", LISTS),
    "NONE_IN_VALUE": ("many", LISTS),
    "SCHEDULE_BETWEEN_TIME_RANGE": (
        "CURRENT_TIME",
        st.builds(lambda start, end: {"START": start, "END": end, **ZONE}, TIMES, TIMES),
    ),
    "SCHEDULE_BETWEEN_DAYS_OF_WEEK": (
        "CURRENT_DAY_OF_WEEK",
        st.lists(st.sampled_from(DAYS), min_size=1).map(lambda days: {"DAYS": days, **ZONE}),
    ),
    "SCHEDULE_BETWEEN_DATETIME_RANGE": (
        "CURRENT_DATETIME",
        st.just({"START": "2026-01-30T00:00:00", "END": "2026-02-02T12:00:00", **ZONE}),
    ),
}


def condition(action: str) -> st.SearchStrategy[dict[str, Any]]:
    key, values = VALUES[action]
    return values.map(lambda value: {"action": action, "key": key, "value": value})


CONDITIONS = st.sampled_from(sorted(VALUES)).flatmap(condition)


def features(boolean: bool) -> st.SearchStrategy[dict[str, Any]]:
    served = st.booleans() if boolean else st.sampled_from([{"a": [1]}, "text", [], 7, 0.5])
    rule = st.fixed_dictionaries(
        {"when_match": served, "conditions": st.lists(CONDITIONS, min_size=1, max_size=2)}
    )
    # The order of the rules is that of the text, not that of their names.
    rules = st.lists(rule, max_size=4).map(
        lambda all_: {f"rule {9 - n}": one for n, one in enumerate(all_)}
    )
    return st.fixed_dictionaries(
        {"default": served, "boolean_type": st.just(boolean), "rules": rules}
    )


MOMENTS = st.datetimes(dt.datetime(2026, 1, 29), dt.datetime(2026, 2, 4))  # noqa: DTZ001
NOTHING = object()


@settings(max_examples=400, deadline=None)
@given(
    st.booleans().flatmap(features),
    st.fixed_dictionaries({}, optional={"one": SCALARS, "many": LISTS}),
    MOMENTS,
)
def test_powertools_has_the_same_answers(
    feature: dict[str, Any], attributes: dict[str, Any], moment: dt.datetime
) -> None:
    flags_module = pytest.importorskip("aws_lambda_powertools.utilities.feature_flags")
    from aws_lambda_powertools.utilities.feature_flags import comparators  # noqa: PLC0415

    now = moment.replace(tzinfo=dt.timezone.utc, microsecond=0)

    class Store(flags_module.StoreProvider):  # type: ignore[misc, name-defined]
        def get_configuration(self) -> dict[str, Any]:
            return {"feature": feature}

        get_raw_configuration = property(get_configuration)

    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patched.setattr(comparators, "_get_now_from_timezone", lambda _: now)
        evaluator = flags_module.FeatureFlags(Store(), logger=logging.getLogger("powertools"))
        expected = evaluator.evaluate(name="feature", context=attributes, default=None)
    conversion = convert(json.dumps({"feature": feature}))
    assert conversion.notes == []
    assert conversion.flags.diagnostics == []
    context = Context.from_dict({"kind": "user", "key": "k", **attributes})
    clocked = context.with_clock(now.timestamp() * 1000, 0)
    assert conversion.flags.variation("feature", clocked, NOTHING) == expected
