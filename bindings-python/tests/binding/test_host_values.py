"""Values of the standard library in contexts and documents: numbers, times, identifiers, enums."""

import datetime as dt
import decimal
import enum
import json
import uuid
from typing import Any

import pytest

import hostile
from documents import USER, load, presence
from isoflag import Context, ContextError, Flags

AT_NOON = dt.datetime(2026, 1, 2, 12, 0, 0, 123_999, tzinfo=dt.timezone(dt.timedelta(hours=2)))


@pytest.fixture
def flags() -> Flags:
    return load(presence())


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (decimal.Decimal("0.10"), 0.1),
        (decimal.Decimal(9007199254740993), 2.0**53),
        (AT_NOON, "2026-01-02T10:00:00.123Z"),
        (hostile.LyingDateTime(2026, 1, 2, tzinfo=dt.timezone.utc), "2026-01-02T00:00:00.000Z"),
        (dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc), "0001-01-01T00:00:00.000Z"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (hostile.Mood.GOOD, ["good", 1]),
        (enum.Flag("Bits", {"A": 4}).A, 4),  # type: ignore[attr-defined]
    ],
    ids=repr,
)
def test_values_of_the_standard_library_become_json(value: object, held: object) -> None:
    for context in (
        Context("ada", attributes={"x": value}),
        Context.from_dict({**USER, "x": value}),
        Context._from_host({**USER, "x": value}),  # noqa: SLF001
    ):
        assert context.to_dict()["x"] == held
    document = Flags.from_dict({"flags": {"f": {"key": "f", "variations": [value]}}})
    assert json.loads(document.to_json())["flags"]["f"]["variations"] == [held]


HOST_VALUES = {
    "decimal": (decimal.Decimal("1.5"), 1.5),
    "date": (dt.date(2026, 1, 2), "2026-01-02"),
    "datetime": (AT_NOON, "2026-01-02T10:00:00.123Z"),
    "uuid": (uuid.UUID(int=1), str(uuid.UUID(int=1))),
    "enum": (hostile.Mood.GOOD, ["good", 1]),
    "enum of an enum": (enum.Enum("Outer", {"X": hostile.Mood.GOOD}).X, ["good", 1]),  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("case", HOST_VALUES)
def test_a_value_of_the_standard_library_counts_like_its_json(flags: Flags, case: str) -> None:
    value, held = HOST_VALUES[case]
    whole = {"kind": "user", "key": "ada", "x": [held] * 10_000, "pad": ""}
    whole["pad"] = "p" * ((1 << 20) - len(json.dumps(whole, separators=(",", ":"))))
    largest = {**whole, "x": [value] * 10_000}
    assert flags.variation("presence", largest, None) is True
    assert flags.variation("presence", {**largest, "pad": f"{whole['pad']}p"}, None) is None
    # The context is the first level.
    deepest: Any = value
    for _ in range(126 if isinstance(held, list) else 127):
        deepest = [deepest]
    assert flags.variation("presence", {**USER, "x": deepest}, None) is True
    Context.from_dict({**USER, "x": deepest})
    with pytest.raises(ContextError, match="nested deeper"):
        Context.from_dict({**USER, "x": [deepest]})


def test_an_enum_that_contains_itself_is_an_absent_attribute(flags: Flags) -> None:
    endless = enum.Enum("Endless", {"X": 1}).X  # type: ignore[attr-defined]
    endless._value_ = endless
    assert flags.variation("presence", {**USER, "x": endless}, None) is False
    assert flags.variation("presence", {**USER, "x": 1, "y": endless}, None) is True
