"""The typed getters: accepted values and defaults."""

from typing import Any

import pytest

from documents import USER, flag, load
from isoflag import BoundFlags, Flags

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
def test_a_getter_takes_its_own_type_only(
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
def test_a_wrongly_typed_default_leaves_the_reason(getter: str) -> None:
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
