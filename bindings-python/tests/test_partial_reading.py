"""Reading only the needed part of a dict does not change any result.

A mapping of another class is always read whole: each context is evaluated in both forms.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import hostile
from documents import clause, document, flag
from isoflag import Flags
from test_hostile_contexts import ABSENT

LIMIT = 1 << 20


class Whole(Mapping[str, Any]):
    """A dict wrapped in another mapping class."""

    def __init__(self, held: dict[str, Any]) -> None:
        self._held = held

    def __getitem__(self, key: str) -> Any:
        return self._held[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def flags() -> Flags:
    plan = {"id": "plan", "clauses": [clause("plan", "in", "pro")], "variation": 1}
    city = {"clauses": [clause("/address/city", "in", "Berlin")], "variation": 2}
    seats = {
        "clauses": [{"contextKind": "org", "attribute": "seats", "op": "in", "values": [4]}],
        "variation": 3,
    }
    kinds = {"clauses": [clause("kind", "in", "device")], "variation": 4}
    named = {"clauses": [clause("name", "in", "Ada")], "variation": 5}
    rules = [plan, city, seats, kinds, named]
    return Flags.from_dict(document(flag("mentions", 0, 1, 2, 3, 4, 5, rules=rules)))


def plain(**attributes: Any) -> dict[str, Any]:
    return {"kind": "user", "key": "ada"} | attributes


def multi(**attributes: Any) -> dict[str, Any]:
    return {"kind": "multi", "user": {"key": "ada"}, "org": {"key": "acme"} | attributes}


ORDINARY: dict[str, Any] = {
    "nothing else": plain(),
    "mentioned": plain(plan="pro"),
    "mentioned within": plain(address={"city": "Berlin", "zip": set()}),
    "mentioned within and clean": plain(address={"city": "Berlin"}),
    "built in": plain(name="Ada"),
    "another kind": {"kind": "device", "key": "d"},
    "many kinds": multi(seats=4, hue=1),
    "one of many is not a dict": multi() | {"device": Whole({"key": "d"})},
    "one of many is not an object": multi() | {"device": 3},
    "one of many has no key": multi() | {"device": {}},
    "many kinds without any": {"kind": "multi"},
    "legacy user": {"key": "ada", "custom": {"plan": "pro"}, "address": {"city": "Berlin"}},
    "no kind": {"key": "ada", "kind": None, "plan": "pro"},
    "kind is not a str": {"key": "ada", "kind": 1},
    "kind is not a kind": {"key": "ada", "kind": "a b"},
    "no key": {"kind": "user"},
    "key is not a str": {"kind": "user", "key": 1},
    "key is not finite": {"kind": "user", "key": float("nan")},
    "name is not a str": plain(name=1),
    "anonymous is not a bool": plain(anonymous="yes"),
    "meta": plain(_meta={"privateAttributes": ["plan"]}, plan="pro"),
    "meta is not an object": plain(_meta=[1]),
    "private is not a list": plain(_meta={"privateAttributes": "plan"}),
    "a name is not a str": {**plain(plan="pro"), 1: 2},
    "a name has no JSON form": plain(plan="pro") | {hostile.LONE_SURROGATE: 1},
    "a kind has no JSON form": multi(seats=4) | {hostile.LONE_SURROGATE: {"key": "x"}},
    "an empty name": plain(plan="pro") | {"": 1},
}


def alike(context: dict[str, Any]) -> None:
    shared = flags()
    part = shared.variation_detail("mentions", context, "default")
    whole = shared.variation_detail("mentions", Whole(context), "default")
    assert part == whole
    bound = shared.bind(context).explain("mentions").to_json()
    assert bound == shared.bind(Whole(context)).explain("mentions").to_json()
    assert shared.big_segment_keys(context) == shared.big_segment_keys(Whole(context))
    assert shared.all_flags_state(context, now=0) == shared.all_flags_state(Whole(context), now=0)


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_contexts(name: str) -> None:
    alike(ORDINARY[name])


@pytest.mark.parametrize("place", ["plan", "other", "name", "_meta", "kind", "key"])
@pytest.mark.parametrize("name", ABSENT)
def test_an_attribute_without_a_json_form(name: str, place: str) -> None:
    make: Callable[[], Any] = ABSENT[name]
    alike({"kind": "user", "key": "ada", "name": "Ada", place: make()})
    alike(multi(**{place: make()}))


@pytest.mark.parametrize("at", ["plan", "other"])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_largest_context(at: str, over: int) -> None:
    empty = len('{"key":"ada","kind":"user","":""}') + len(at)
    context = plain(**{at: "x" * (LIMIT - empty + over)})
    alike(context)
    reason = flags().variation_detail("mentions", context, None).reason
    assert (reason["kind"] == "ERROR") is (over > 0)


def test_a_large_context_of_numbers() -> None:
    """Each number counts as one byte in the budget, and twenty in the limited text."""
    for count in (40_000, 70_000):
        context = plain(other=[0.1234567890123456] * count, plan="pro")
        alike(context)
        value = flags().variation("mentions", context, None)
        assert value == (1 if count * 19 < LIMIT else None)


def test_parts_that_are_shared_many_times() -> None:
    shared: list[Any] = ["x"]
    for _ in range(40):
        shared = [shared, shared]
    alike(plain(plan="pro", other=shared))
