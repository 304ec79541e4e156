"""Input that is nested too deeply is rejected or omitted, and overflows no stack."""

import json
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from documents import document, flag, load, presence
from isoflag import Context, ContextError, DocumentError, Flags
from isoflag.aws_http import Guard, config_response
from isoflag.source.dynamodb_layout import ItemError, decode_item, encode_item, encode_meta
from isoflag.openfeature_context import context_json
from isoflag.store import InMemoryFeatureStore
from isoflag.testing import FlagOverrides
from lambda_events import HTTP_EVENTS

DEPTHS = [100, 124, 126, 127, 128, 129, 150, 330, 490, 500, 990, 1000, 5000, 100_000]
OK, BAD_REQUEST = 200, 400


def lists(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def mappings(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


def is_too_deep(levels: int) -> bool:
    # The context is the first of 128 levels.
    return levels > 127


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_nested_context_of_ofrep_is_taken_or_a_bad_request(levels: int, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    value = opening * levels + "1" + closing * levels
    body = f'{{"context":{{"targetingKey":"a","x":{value}}}}}'
    for make in HTTP_EVENTS.values():
        response = config_response(make("POST", body=body), load(flag("f", 1)), form="ofrep")
        assert response["statusCode"] == (BAD_REQUEST if is_too_deep(levels) else OK)


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("nested", [lists, mappings])
def test_openfeature_leaves_the_depth_to_the_core(levels: int, nested: Any) -> None:
    given = {"x": nested(levels)}
    mapped = context_json(given, "ada")
    flags = load(presence("x"))
    present = flags.variation("presence", mapped, None)
    assert present is not is_too_deep(levels)
    # Its neighbours are kept.
    assert load(presence("y")).variation("presence", {**mapped, "y": 1}, None) is True


def test_what_holds_itself_or_many_times_the_same_is_copied_once() -> None:
    own: dict[str, Any] = {}
    own["own"] = own
    shared: Any = {"at": datetime(2026, 1, 1, tzinfo=timezone.utc)}
    for _ in range(100):
        shared = [shared, shared]
    mapped = context_json({"x": own, "y": 1}, "ada")
    assert load(presence("x")).variation("presence", mapped, None) is False
    assert load(presence("y")).variation("presence", mapped, None) is True
    # Written out it has 2^100 elements, too large for a valid context.
    mapped = context_json({"x": shared, "y": 1}, "ada")
    assert load(presence("y")).variation("presence", mapped, None) is None


class Endless(Mapping[Any, Any]):
    """A mapping with infinitely many names."""

    def __init__(self, name: Any) -> None:
        self.name = name

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield self.name

    def __getitem__(self, _: Any) -> Any:
        return ""

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("name", ["\ud800", "", "a", 5, ("a",), None])
def test_a_mapping_without_an_end_ends(name: Any) -> None:
    flags = load(presence("y"))
    endless = Endless(name)
    assert flags.variation("presence", {"kind": "user", "key": "a", "y": 1, "x": endless}, 0) == 0
    assert flags.variation("presence", endless, 0) == 0
    assert flags.variation("presence", context_json({"x": endless, "y": 1}, "a"), 0) == 0
    with pytest.raises(ContextError):
        Context.from_dict({"kind": "user", "key": "a", "x": endless})


@pytest.mark.parametrize(
    "date",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_date_that_has_no_time_in_utc_is_absent(date: datetime) -> None:
    mapped = context_json({"x": date, "y": 1}, "ada")
    assert load(presence("x")).variation("presence", mapped, None) is False
    assert load(presence("y")).variation("presence", mapped, None) is True


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("nested", [lists, mappings])
def test_every_way_in_refuses_what_is_too_deep(levels: int, nested: Any) -> None:
    value = nested(levels)
    context = {"kind": "user", "key": "a", "x": value}
    if is_too_deep(levels):
        with pytest.raises(ContextError):
            Context.from_dict(context)
        with pytest.raises(ContextError):
            Context("a", attributes={"x": value})
    else:
        assert Context.from_dict(context).to_dict() == context
    deep = document(flag("f", value))
    ways: list[Any] = [
        lambda: Flags.from_dict(deep),
        lambda: Flags.from_flag_map(deep["flags"]),
        lambda: load(flag("f", 1)).apply(deep),
        lambda: FlagOverrides().load(deep),
        lambda: FlagOverrides().__setitem__("f", value),
    ]
    for way in ways:
        # A flag's value is three or four levels down.
        refused = pytest.raises(DocumentError) if levels > 124 else nullcontext()
        with refused:
            way()
    writes: list[Any] = [
        lambda: encode_item("features", flag("f", value)),
        lambda: encode_meta({"x": value}),
        lambda: InMemoryFeatureStore().upsert("features", flag("f", value)),
        lambda: decode_item({"key": {"S": "f"}, "item": {"S": "[" * levels}}),
        lambda: decode_item({"key": {"S": "f"}, "on": typed(levels)}),
    ]
    for write in writes:
        with suppress(ItemError):
            write()


def typed(levels: int) -> Any:
    value: Any = {"S": "x"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


@pytest.mark.parametrize("levels", [500, 100_000])
def test_a_guard_answers_a_context_that_is_too_deep(levels: int) -> None:
    @Guard(load(flag("f", True)), context=lambda request: request.json()).requires_flag("f")
    def submit(_: Any) -> str:
        return "done"

    text = '{"kind":"user","key":"a","x":' + "[" * levels + "]" * levels + "}"
    for make in HTTP_EVENTS.values():
        answer: Any = submit(make("POST", body=text))
        assert answer == "done" or answer["statusCode"] == BAD_REQUEST
        response = config_response(
            make("POST", body=text), load(flag("f", 1)), context=lambda request: request.json()
        )
        assert response["statusCode"] == BAD_REQUEST
        assert json.loads(response["body"])["error"]


def test_what_was_json_is_not_copied() -> None:
    value = [[{"a": 1}]]
    mapped = context_json({"x": value}, "ada", is_json=True)
    assert mapped == {"kind": "user", "key": "ada", "x": value}
    assert mapped["x"] is value
    assert context_json({"x": value}, "ada")["x"] == value
