"""The getters: accepted values, defaults, and conversion of values to Python."""

import copy
import gc
import math
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from documents import USER, flag, load
from isoflag import BoundFlags, EvaluationDetail, Flags

VALUES: dict[str, Any] = {
    "bool": True,
    "int": 3,
    "fraction": -2.75,
    "large": 1e300,
    "str": "blue",
    "array": [1, "a"],
    "object": {"a": 1},
    "null": None,
}

TAKES: dict[str, dict[str, Any]] = {
    "": VALUES,
    "json_": VALUES,
    "bool_": {"bool": True},
    "int_": {"int": 3, "fraction": -2, "large": int(1e300)},
    "float_": {"int": 3.0, "fraction": -2.75, "large": 1e300},
    "str_": {"str": "blue"},
}

DEFAULTS: list[Any] = [None, False, 7, 1.5, "default", {"a": [1]}, [], object(), float("nan")]

WRONG_TYPE = {"kind": "ERROR", "errorKind": "WRONG_TYPE"}


@pytest.fixture(scope="module")
def flags() -> Flags:
    return load(*[flag(name, value) for name, value in VALUES.items()])


@pytest.fixture(scope="module")
def bound(flags: Flags) -> BoundFlags:
    return flags.bind(USER)


@pytest.mark.parametrize("served", VALUES)
@pytest.mark.parametrize("getter", TAKES)
def test_a_getter_accepts_only_its_own_type(
    flags: Flags, bound: BoundFlags, getter: str, served: str
) -> None:
    default = object()
    takes = served in TAKES[getter]
    expected = TAKES[getter][served] if takes else default
    for got in (
        getattr(flags, f"{getter}variation")(served, USER, default),
        getattr(bound, f"{getter}variation")(served, default),
    ):
        assert got == expected
        assert type(got) is type(expected)
    for detail in (
        getattr(flags, f"{getter}variation_detail")(served, USER, default),
        getattr(bound, f"{getter}variation_detail")(served, default),
    ):
        assert detail.value == expected
        assert type(detail.value) is type(expected)
        assert detail.variation_index == (0 if takes else None)
        assert detail.reason == ({"kind": "FALLTHROUGH"} if takes else WRONG_TYPE)


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: type(default).__name__)
@pytest.mark.parametrize("getter", TAKES)
def test_a_default_of_any_type_is_returned(flags: Flags, getter: str, default: object) -> None:
    assert getattr(flags, f"{getter}variation")("missing", USER, default) is default
    detail = getattr(flags, f"{getter}variation_detail")("missing", USER, default)
    assert detail.value is default
    assert detail.reason == {"kind": "ERROR", "errorKind": "FLAG_NOT_FOUND"}


@pytest.mark.parametrize("getter", TAKES)
def test_a_default_of_another_type_does_not_change_the_reason(getter: str) -> None:
    flags = load(flag("off", True, on=False, offVariation=None))
    detail = getattr(flags, f"{getter}variation_detail")("off", USER, object())
    assert detail.reason == {"kind": "OFF"}


@pytest.mark.parametrize("getter", TAKES)
def test_arguments_may_be_named(flags: Flags, bound: BoundFlags, getter: str) -> None:
    name = f"{getter}variation"
    by_name = getattr(flags, name)(key="missing", context=USER, default=1, big_segments=None)
    assert by_name == 1
    assert getattr(bound, name)(key="missing", default=1) == 1
    with pytest.raises(TypeError):
        getattr(flags, name)("missing", USER)


# --- conversion to Python ---


SAFE = 2**53 - 1

NUMBERS: list[tuple[str, float, type]] = [
    ("0", 0, int),
    ("-0", 0, int),
    ("-0.0", 0, int),
    ("3", 3, int),
    ("3.0", 3, int),
    ("3e2", 300, int),
    ("-7", -7, int),
    ("0.1", 0.1, float),
    ("5e-324", 5e-324, float),
    (str(SAFE), SAFE, int),
    (str(-SAFE), -SAFE, int),
    (str(SAFE + 1), float(SAFE + 1), float),
    (str(-SAFE - 1), float(-SAFE - 1), float),
    (str(SAFE + 2), float(SAFE + 1), float),
    ("1e21", 1e21, float),
    ("1.7976931348623157e308", 1.7976931348623157e308, float),
]


@pytest.mark.parametrize(("text", "value", "of"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_a_number_is_an_int_if_that_is_exact(text: str, value: float, of: type) -> None:
    document = f"""{{"flags": {{"n": {{"key": "n", "on": false, "offVariation": 0,
                   "variations": [{text}, [{text}], {{"n": {text}}}]}}}}}}"""
    flags = Flags.from_json(document)
    served: Any = flags.variation("n", USER, None)
    assert served == value
    assert math.copysign(1, served) == math.copysign(1, value)
    assert type(served) is of
    assert flags.variation_detail("n", USER, None).value == value
    floating = flags.float_variation("n", USER, None)
    assert floating == value
    assert type(floating) is float
    integer = flags.int_variation("n", USER, None)
    assert integer == math.trunc(value)
    assert type(integer) is int


def test_a_number_has_its_type_at_any_depth() -> None:
    flags = load(flag("v", {"a": [1, 1.5, {"b": 2.0}], "c": 2**53}))
    served = flags.variation("v", USER, None)
    assert served == {"a": [1, 1.5, {"b": 2}], "c": 2**53}
    assert type(served["a"][2]["b"]) is int
    assert type(served["c"]) is float


@pytest.mark.parametrize("text", ["", "plain", "größer", "\U0001f600", "\0", '"\\\n', "\ufeff"])
def test_a_str_is_returned_unchanged(text: str) -> None:
    assert load(flag("s", text)).variation("s", USER, None) == text


@pytest.mark.parametrize("value", [None, True, False])
def test_a_constant_is_returned_unchanged(value: object) -> None:
    detail = load(flag("c", value)).variation_detail("c", USER, "default")
    assert detail.value is value
    assert detail.variation_index == 0


def test_a_key_may_contain_any_character() -> None:
    keys = ["plain", "größer", "\U0001f600", "with space", "\0"]
    flags = load(*[flag(key, index) for index, key in enumerate(keys)])
    assert [flags.variation(key, USER, None) for key in keys] == list(range(len(keys)))


def test_the_default_is_returned_unchanged() -> None:
    default = object()
    flags = load(flag("off", 1, on=False, offVariation=None))
    assert flags.variation("off", USER, default) is default
    detail = flags.variation_detail("off", USER, default)
    assert detail.value is default
    assert detail.variation_index is None
    assert detail.reason == {"kind": "OFF"}


READERS: list[Callable[[Flags], Any]] = [
    lambda flags: flags.variation("v", USER, None),
    lambda flags: flags.json_variation("v", USER, None),
    lambda flags: flags.variation_detail("v", USER, None).value,
    lambda flags: flags.bind(USER).variation("v", None),
    lambda flags: flags.bind(USER).json_variation_detail("v", None).value,
    lambda flags: flags.all_flags_state(USER)["v"],
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("value", [{"a": {"b": [1]}}, [{"a": 1}]])
def test_changing_a_returned_value_does_not_affect_later_results(
    read: Callable[[Flags], Any], value: Any
) -> None:
    flags = load(flag("v", value))
    first = read(flags)
    assert first == value
    first.clear()
    assert read(flags) == value


SHARING_READERS: list[Callable[[Flags], Any]] = [
    lambda flags: flags.variation("v", USER, None, copy=False),
    lambda flags: flags.json_variation("v", USER, None, copy=False),
    lambda flags: flags.json_variation_detail("v", USER, None, copy=False).value,
    lambda flags: flags.bind(USER).variation("v", None, copy=False),
    lambda flags: flags.bind(USER).variation_detail("v", None, copy=False).value,
]


@pytest.mark.parametrize("read", SHARING_READERS)
@pytest.mark.parametrize("value", [{"a": {"b": [1]}}, [{"a": 1}]])
def test_readers_without_a_copy_share_one_value(read: Callable[[Flags], Any], value: Any) -> None:
    flags = load(flag("v", value))
    shared = read(flags)
    assert shared == value
    for other in SHARING_READERS:
        assert other(flags) is shared
    # This breaks the rule, but the copies of others remain right.
    shared.clear()
    assert flags.variation("v", USER, None) == value


def test_a_detail_returns_the_same_objects_each_time() -> None:
    bound = load(flag("v", {"a": 1})).bind(USER)
    detail = bound.variation_detail("v", None)
    assert detail.value is detail.value
    assert detail.reason is detail.reason
    detail.value["a"] = 2
    detail.reason["kind"] = "CHANGED"
    assert detail.value == {"a": 2}
    assert detail.reason == {"kind": "CHANGED"}
    other = bound.variation_detail("v", None)
    assert other.value == {"a": 1}
    assert other.reason == {"kind": "FALLTHROUGH"}


def test_a_detail_outlives_its_flags() -> None:
    detail = load(flag("v", {"a": [1, 2]})).bind(dict(USER)).variation_detail("v", None)
    gc.collect()
    assert detail.value == {"a": [1, 2]}
    assert detail.reason == {"kind": "FALLTHROUGH"}


def test_details_are_equal_by_their_members() -> None:
    flags = load(flag("v", {"a": 1}), flag("w", {"a": 1}), flag("x", {"a": 2}))
    detail = flags.variation_detail("v", USER, None)
    assert detail == flags.variation_detail("w", USER, None)
    assert detail != flags.variation_detail("x", USER, None)
    assert detail == EvaluationDetail({"a": 1}, 0, {"kind": "FALLTHROUGH"})
    assert detail != EvaluationDetail({"a": 1}, None, {"kind": "FALLTHROUGH"})
    assert detail != ({"a": 1}, 0, {"kind": "FALLTHROUGH"})
    with pytest.raises(TypeError):
        hash(detail)


def test_a_detail_unpacks_matches_and_prints() -> None:
    detail = load(flag("v", "blue")).variation_detail("v", USER, None)
    value, index, reason = detail
    assert (value, index, reason) == ("blue", 0, {"kind": "FALLTHROUGH"})
    match detail:
        case EvaluationDetail("blue", 0, {"kind": kind}):
            assert kind == "FALLTHROUGH"
        case _:
            pytest.fail("the pattern does not match")
    assert repr(detail) == (
        "EvaluationDetail(value='blue', variation_index=0, reason={'kind': 'FALLTHROUGH'})"
    )


def test_a_detail_can_be_copied() -> None:
    detail = load(flag("v", {"a": 1})).variation_detail("v", USER, None)
    assert pickle.loads(pickle.dumps(detail)) == detail
    deep = copy.deepcopy(detail)
    deep.value["a"] = 2
    assert detail.value == {"a": 1}


class Token:
    """An object that supports weak references."""


def test_a_cycle_through_a_detail_is_collected() -> None:
    flags = load(flag("v", {"a": 1}))
    for key in ("v", "missing"):
        detail: Any = flags.variation_detail(key, USER, {})
        token = Token()
        watch = weakref.ref(token)
        detail.value["token"] = token
        detail.value["self"] = detail
        detail.reason["self"] = detail
        del detail, token
        gc.collect()
        assert watch() is None
