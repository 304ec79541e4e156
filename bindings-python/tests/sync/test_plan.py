"""The writes that bring a store to another document, and their order."""

import copy
import random
from collections.abc import Mapping
from typing import Any

import pytest

from documents import clause, document_in, flag, shop_document
from isoflag import Flags
from isoflag.store import InMemoryFeatureStore
from isoflag.sync import Plan, plan


def segment(key: str, version: int = 1, *, uses: list[str] | None = None) -> dict[str, Any]:
    clauses = [clause("", "segmentMatch", *uses)] if uses else []
    return {"key": key, "version": version, "rules": [{"clauses": clauses}]}


def needing(key: str, *prerequisites: str, version: int = 1) -> dict[str, Any]:
    needed = [{"key": each, "variation": 0} for each in prerequisites]
    return flag(key, True, version=version, prerequisites=needed)


def document(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Returns a document of flags, which have variations, and segments."""
    return {
        "flags": {each["key"]: each for each in items if "variations" in each},
        "segments": {each["key"]: each for each in items if "variations" not in each},
        **members,
    }


def written(planned: Plan) -> list[str]:
    return [("-" if each.deletes else "") + each.key for each in planned]


EMPTY = document()

ORDERS: dict[str, tuple[Mapping[str, Any] | None, Mapping[str, Any], list[str]]] = {
    "an empty document for a store that was never initialized": (None, EMPTY, ["$inited"]),
    "an empty document for an empty store": (EMPTY, EMPTY, []),
    "segments, flags, meta, the marker": (
        None,
        document(flag("a", 1), segment("s"), meta={"version": 1}),
        ["s", "a", "meta", "$inited"],
    ),
    "equal items are not written": (
        document(flag("a", 1), segment("s"), meta={"version": 1}),
        document(flag("a", 1), segment("s"), meta={"version": 1}),
        [],
    ),
    "prerequisites before dependents": (
        EMPTY,
        document(needing("a", "b"), needing("b", "c"), needing("c")),
        ["c", "b", "a"],
    ),
    "prerequisites through an unchanged flag": (
        document(needing("a", "b"), needing("b", "c"), needing("c")),
        document(needing("a", "b", version=2), needing("b", "c"), needing("c", version=2)),
        ["c", "a"],
    ),
    "segments before segments that use them": (
        EMPTY,
        document(segment("a", uses=["b", "c"]), segment("b", uses=["c"]), segment("c")),
        ["c", "b", "a"],
    ),
    "a cycle by its keys, after the rest": (
        EMPTY,
        document(needing("c", "b"), needing("b", "c"), needing("d", "b"), needing("z")),
        ["z", "b", "c", "d"],
    ),
    "a flag that needs itself or a missing flag": (
        EMPTY,
        document(needing("a", "a"), needing("b", "nowhere")),
        ["b", "a"],
    ),
    "deletes come last, dependents first": (
        document(needing("a", "b"), needing("b"), segment("t", uses=["s"]), segment("s")),
        document(flag("z", 1), meta={"version": 1}),
        ["z", "-a", "-b", "-t", "-s", "meta"],
    ),
    "a removed meta": (document(meta={"version": 1}), EMPTY, ["-meta"]),
    "a changed meta": (
        document(meta={"version": 1}),
        document(meta={"version": 1, "hash": "sha1"}),
        ["meta"],
    ),
    "a flag whose members are not lists": (
        EMPTY,
        document(flag("a", 1, prerequisites={"key": "b"}), flag("b", 1, prerequisites=[5, {}])),
        ["a", "b"],
    ),
    "True is not 1": (
        document(flag("a", True), meta={"version": 1}),
        document(flag("a", 1), meta={"version": 2}),
        ["a", "meta"],
    ),
    "1.0 is 1": (document(flag("a", 1)), document(flag("a", 1.0)), []),
    "members that are not objects": ({"flags": [], "segments": None}, {"flags": None}, []),
}


@pytest.mark.parametrize("case", ORDERS)
def test_the_order_of_writes(case: str) -> None:
    old, new, order = ORDERS[case]
    before = copy.deepcopy((old, new))
    assert written(plan(old, new)) == order
    assert (old, new) == before


@pytest.mark.parametrize(
    "other",
    [
        {"search": {"enabled": True}},
        {"a": flag("a", 1)},
        {"flagValues": {"a": True}},
        {"path": "/", "data": EMPTY},
        {"meta": {"version": 1}},
    ],
    ids=["a profile of AppConfig", "a map of flags", "values", "a stream's", "meta alone"],
)
def test_a_document_in_another_form_is_rejected(other: dict[str, Any]) -> None:
    for old in (None, document(flag("a", 1))):
        with pytest.raises(ValueError, match="neither `flags` nor `segments`"):
            plan(old, other)


def test_items_of_a_wave_do_not_depend_on_each_other() -> None:
    items = [needing("a", "b"), needing("b"), needing("c"), segment("s"), segment("t")]
    waves = plan(EMPTY, document(*items)).waves()
    assert [[each.key for each in wave] for wave in waves] == [["s", "t"], ["b", "c"], ["a"]]


def test_a_tombstone_is_one_version_later() -> None:
    (operation,) = plan(document(flag("a", 1, version=7)), EMPTY)
    assert operation.item == {"key": "a", "version": 8, "deleted": True}
    assert operation.version == 8


def test_a_tombstone_is_not_deleted_again() -> None:
    dead = {"flags": {"a": {"key": "a", "version": 8, "deleted": True}}}
    assert len(plan(dead, EMPTY)) == 0


def test_a_recreated_flag_is_written_regardless_of_its_version() -> None:
    dead = {"flags": {"a": {"key": "a", "version": 8, "deleted": True}}}
    (operation,) = plan(dead, document(flag("a", 1, version=1)))
    assert (operation.version, operation.replaces) == (1, 8)


def test_a_tombstone_of_the_document_is_written() -> None:
    old = document(flag("a", 1, version=2))
    dead = {"key": "a", "version": 5, "deleted": True}
    (operation,) = plan(old, {"flags": {"a": dead}})
    assert operation.item == dead
    assert len(plan({"flags": {"a": dead}}, {"flags": {"a": dead}})) == 0


def test_a_changed_item_is_written_regardless_of_its_version() -> None:
    old = document(flag("a", 1, version=3), flag("b", 1, version=3), flag("c", 1))
    new = document(flag("a", 2, version=3), flag("b", 2, version=2), flag("c", 2, version=2))
    planned = plan(old, new)
    assert [(each.key, each.version, each.replaces) for each in planned] == [
        ("a", 3, 3),
        ("b", 2, 3),
        ("c", 2, 1),
    ]
    assert planned.refused == ()


def test_an_item_under_another_name_is_refused() -> None:
    planned = plan(EMPTY, {"flags": {"a": flag("b", 1), "c": [], "d": flag("d", 1)}})
    assert written(planned) == ["d"]
    assert [each.key for each in planned.refused] == ["a", "c"]


@pytest.mark.parametrize("stamps", [(100, 101), (100, 100), (100, 99), (100, None), (None, None)])
def test_a_document_that_goes_back_is_written(stamps: tuple[int | None, int | None]) -> None:
    before, after = (
        {"version": version, **({} if stamp is None else {"lastModifiedTimestamp": stamp})}
        for version, stamp in zip((5, 4), stamps, strict=True)
    )
    old = document(flag("a", 1, version=5), segment("s", 5), flag("b", 1), meta=before)
    new = document(flag("a", 2, version=4), segment("s", 2, uses=["s"]), flag("c", 1), meta=after)
    store = InMemoryFeatureStore()
    for each in (old, new):
        store.write(plan(store.document(), each))
    held = document_in(store)
    assert held["flags"].pop("b") == {"key": "b", "version": 2, "deleted": True}
    assert held == new
    store.write(plan(store.document(), old))
    held = document_in(store)
    assert held["flags"].pop("c") == {"key": "c", "version": 2, "deleted": True}
    assert held == old


def test_dependencies_are_written_before_their_dependents() -> None:
    """A reader between two writes never sees a flag without its dependencies."""
    new = shop_document()
    present: set[str] = set()
    for operation in plan(None, new):
        if operation.kind == "features":
            assert operation.item is not None
            needed = {each["key"] for each in operation.item.get("prerequisites", [])}
            assert needed | new["segments"].keys() <= present
        present.add(operation.key)


def test_any_document_leads_to_any_other() -> None:
    """For random documents a plan writes the new document, and a second plan is empty."""
    chance = random.Random(7)  # noqa: S311
    for _ in range(200):
        store = InMemoryFeatureStore()
        versions = dict.fromkeys("abcdef", 50)
        for number in range(1, 6):
            items = []
            for key in chance.sample(sorted(versions), chance.randrange(7)):
                versions[key] += chance.randrange(-9, 9)
                uses = chance.sample(sorted(versions), 2)
                made = (
                    segment(key, versions[key], uses=uses)
                    if key in "abc"
                    else needing(key, *uses, version=versions[key])
                )
                items.append(made)
            new = document(*items, **({"meta": {"version": 9 - number}} if number % 2 else {}))
            store.write(plan(store.document(), new))
            held = document_in(store)
            alive = {
                member: {k: v for k, v in held[member].items() if not v.get("deleted")}
                for member in ("flags", "segments")
            }
            assert {**held, **alive} == new
            assert len(plan(held, new)) == 0
            assert Flags.from_dict({**held, **alive}).digest == Flags.from_dict(new).digest


def test_a_chain_of_5000_prerequisites_is_planned() -> None:
    chain = [needing(f"f{index:05}", f"f{index + 1:05}") for index in range(5000)]
    assert written(plan(EMPTY, document(*chain)))[0] == "f04999"
