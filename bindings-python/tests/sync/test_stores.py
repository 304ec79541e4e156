"""Behaviour that all stores share, as in LaunchDarkly's feature stores."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from uuid import uuid4

import boto3
import pytest

from documents import document_in, flag
from dynamodb_tables import client_of, named_table, new_table
from isoflag.source.dynamodb_layout import ItemError, inited_key
from isoflag.store import (
    FEATURES,
    SEGMENTS,
    DynamoDbFeatureStore,
    FeatureStore,
    InMemoryFeatureStore,
    Kind,
)
from isoflag.sync import plan

Open: TypeAlias = Callable[[], FeatureStore]
"""Reopens a test's store like another process."""

KINDS: list[Kind] = [FEATURES, SEGMENTS]


@pytest.fixture(params=["in memory", "moto", "moto with a prefix", "the named table"])
def opened(request: pytest.FixtureRequest) -> Iterator[Open]:
    match request.param:
        case "in memory":
            store = InMemoryFeatureStore()
            yield lambda: store
            return
        case "the named table":
            table, client = named_table(), boto3.client("dynamodb")
            # A separate prefix for each test: the table may contain other data.
            prefix: str | None = f"isoflag-test-{uuid4().hex}"
        case name:
            client = client_of(request.getfixturevalue("endpoint"))
            table = new_table(client)
            prefix = "shop" if "prefix" in name else None
    yield lambda: DynamoDbFeatureStore(table, prefix=prefix, client=client)
    # The named table must be left unchanged.
    DynamoDbFeatureStore(table, prefix=prefix, client=client).init({})
    client.delete_item(TableName=table, Key=inited_key(prefix))


@pytest.fixture
def store(opened: Open) -> FeatureStore:
    return opened()


def item(key: str, version: int = 1, **properties: Any) -> dict[str, Any]:
    return {"key": key, "version": version, **properties}


def data(*items: dict[str, Any], kind: Kind = FEATURES) -> dict[str, dict[str, Any]]:
    return {kind: {each["key"]: each for each in items}}


def test_every_store_implements_the_protocol(store: FeatureStore) -> None:
    assert isinstance(store, FeatureStore)


def test_a_new_store_is_empty(store: FeatureStore) -> None:
    assert not store.initialized
    assert store.document() is None
    for kind in KINDS:
        assert store.get(kind, "a") is None
        assert store.all(kind) == {}


def test_init_initializes_the_store_for_all_processes(opened: Open) -> None:
    first, second = opened(), opened()
    first.init({})
    assert first.initialized
    assert second.initialized


def test_an_upsert_does_not_initialize_the_store(store: FeatureStore) -> None:
    store.upsert(FEATURES, item("a"))
    assert not store.initialized


@pytest.mark.parametrize("kind", KINDS)
def test_init_replaces_everything(opened: Open, kind: Kind) -> None:
    opened().init(data(item("a", 5), item("b", 5), kind=kind))
    opened().init(data(item("b", 2), item("c", 1), kind=kind))
    assert opened().all(kind) == {"b": item("b", 2), "c": item("c", 1)}
    assert opened().get(kind, "a") is None


def test_init_replaces_the_other_kind_and_meta(store: FeatureStore) -> None:
    store.init({**data(item("a"), kind=SEGMENTS), "meta": {"version": 3}})
    assert store.document() == {"flags": {}, "segments": {"a": item("a")}, "meta": {"version": 3}}
    store.init({})
    assert store.document() == {"flags": {}, "segments": {}}


@pytest.mark.parametrize("kind", ["flags", "Features", ""])
def test_init_rejects_an_unknown_kind(store: FeatureStore, kind: str) -> None:
    store.init(data(item("a")))
    with pytest.raises(ValueError, match=f"invalid kind `{kind}`"):
        store.init({kind: {"b": item("b")}})
    assert store.all(FEATURES) == {"a": item("a")}


def test_flags_and_segments_have_separate_keys(store: FeatureStore) -> None:
    store.init({**data(item("a", 1), kind=FEATURES), **data(item("a", 2), kind=SEGMENTS)})
    assert store.get(FEATURES, "a") == item("a", 1)
    assert store.get(SEGMENTS, "a") == item("a", 2)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upsert_accepts_a_higher_version(store: FeatureStore, kind: Kind) -> None:
    store.init(data(item("a", 10, on=False), kind=kind))
    assert store.upsert(kind, item("a", 11, on=True))
    assert store.get(kind, "a") == item("a", 11, on=True)
    assert store.upsert(kind, item("b", 1))
    assert store.get(kind, "b") == item("b", 1)


@pytest.mark.parametrize("version", [9, 10])
def test_an_upsert_ignores_a_version_that_is_not_higher(store: FeatureStore, version: int) -> None:
    store.init(data(item("a", 10)))
    assert not store.upsert(FEATURES, item("a", version, on=True))
    assert store.get(FEATURES, "a") == item("a", 10)


def test_an_older_write_of_another_process_is_ignored(opened: Open) -> None:
    first, second = opened(), opened()
    first.init(data(item("a", 1)))
    assert second.upsert(FEATURES, item("a", 3))
    assert not first.upsert(FEATURES, item("a", 2))
    assert first.get(FEATURES, "a") == item("a", 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_item_is_absent(store: FeatureStore, kind: Kind) -> None:
    store.init(data(item("a", 10), item("b", 1), kind=kind))
    assert store.delete(kind, "a", 11)
    assert store.get(kind, "a") is None
    assert store.all(kind) == {"b": item("b", 1)}


@pytest.mark.parametrize("version", [9, 10])
def test_a_delete_that_is_not_newer_is_ignored(store: FeatureStore, version: int) -> None:
    store.init(data(item("a", 10)))
    assert not store.delete(FEATURES, "a", version)
    assert store.get(FEATURES, "a") == item("a", 10)


def test_deleting_an_unknown_item_leaves_a_tombstone(store: FeatureStore) -> None:
    store.init({})
    assert store.delete(FEATURES, "a", 10)
    assert not store.upsert(FEATURES, item("a", 10))
    assert store.get(FEATURES, "a") is None
    document = document_in(store)
    assert document["flags"] == {"a": item("a", 10, deleted=True)}
    assert store.upsert(FEATURES, item("a", 11))
    assert store.get(FEATURES, "a") == item("a", 11)


def test_an_item_without_a_version_has_the_version_0(store: FeatureStore) -> None:
    store.init({FEATURES: {"a": {"key": "a"}}})
    assert not store.upsert(FEATURES, {"key": "a", "on": True})
    assert store.upsert(FEATURES, item("a", 1))


def test_many_items_are_stored_unchanged(store: FeatureStore) -> None:
    items = [flag(f"flag-{index}", {"text": "Grüße, 東京 \U0001f600"}, 1e-7) for index in range(60)]
    store.init(data(*items))
    assert store.all(FEATURES) == data(*items)[FEATURES]


def test_items_are_copied_in_and_out(store: FeatureStore) -> None:
    given = item("a", variations=[1])
    store.init(data(given))
    given["variations"].append(2)
    got = store.get(FEATURES, "a")
    assert got == item("a", variations=[1])
    got.clear()
    store.all(FEATURES)["a"].clear()
    assert store.get(FEATURES, "a") == item("a", variations=[1])


@pytest.mark.parametrize("broken", [{"version": 1}, {"key": "", "version": 1}, {"key": 5}])
def test_an_item_without_a_key_is_rejected(store: FeatureStore, broken: dict[str, Any]) -> None:
    with pytest.raises(ItemError, match="`key`"):
        store.upsert(FEATURES, broken)
    with pytest.raises(ItemError, match="`key`"):
        store.init({FEATURES: {"a": broken}})
    assert not store.initialized


def test_an_item_under_another_key_is_rejected(store: FeatureStore) -> None:
    with pytest.raises(ItemError, match="`a`"):
        store.init({FEATURES: {"a": item("b")}})


def test_an_item_without_a_json_form_is_rejected(store: FeatureStore) -> None:
    with pytest.raises(ItemError, match="JSON"):
        store.upsert(FEATURES, item("a", value=float("nan")))


def test_a_plan_fills_an_empty_store(store: FeatureStore) -> None:
    document = {"meta": {"version": 1}, "flags": {"a": item("a")}, "segments": {"s": item("s")}}
    planned = plan(store.document(), document)
    assert store.write(planned) == len(planned)
    assert store.initialized
    assert store.document() == document


def test_a_plan_changes_what_differs(store: FeatureStore) -> None:
    store.init({**data(item("a"), item("b"), item("c", 4)), "meta": {"version": 1}})
    document = {
        "meta": {"version": 2, "hash": "sha1"},
        "flags": {"a": item("a", 2, on=True), "b": item("b"), "d": item("d")},
        "segments": {"s": item("s")},
    }
    planned = plan(store.document(), document)
    assert store.write(planned) == len(planned) == 5
    now = document_in(store)
    assert now["flags"].pop("c") == item("c", 5, deleted=True)
    assert now == document
    assert len(plan(store.document(), document)) == 0


def test_a_plan_removes_meta(store: FeatureStore) -> None:
    store.init({"meta": {"version": 1}})
    assert store.write(plan(store.document(), {"flags": {}, "segments": {}})) == 1
    assert store.document() == {"flags": {}, "segments": {}}


def test_a_late_plan_keeps_newer_items(opened: Open) -> None:
    store = opened()
    store.init(data(item("a", 1), item("b", 1)))
    late = plan(store.document(), {"flags": data(item("a", 2), item("b", 2))[FEATURES]})
    opened().upsert(FEATURES, item("a", 3))
    assert store.write(late) == 1
    assert store.all(FEATURES) == data(item("a", 3), item("b", 2))[FEATURES]


def test_a_document_that_goes_back_is_written(store: FeatureStore) -> None:
    new = {
        "meta": {"version": 2, "lastModifiedTimestamp": 200},
        "flags": data(item("a", 5, on=True), item("b", 1))[FEATURES],
        "segments": data(item("s", 9))[FEATURES],
    }
    old = {
        "meta": {"version": 1, "lastModifiedTimestamp": 100},
        "flags": data(item("a", 4), item("c", 1))[FEATURES],
        "segments": data(item("s", 3))[FEATURES],
    }
    for document in (old, new, old, new):
        planned = plan(store.document(), document)
        assert store.write(planned) == len(planned)
        assert store.all(FEATURES) == document["flags"]
        assert store.all(SEGMENTS) == document["segments"]
        now = document_in(store)
        assert now["meta"] == document["meta"]
        # Single items are still accepted by version only.
        for key, each in document["flags"].items():
            assert not store.upsert(FEATURES, {**each, "late": key})


def test_a_plan_replaces_an_item_of_the_same_version(store: FeatureStore) -> None:
    store.init({**data(item("a", 5)), "meta": {"version": 1}})
    document = {"meta": {"version": 2}, "flags": {"a": item("a", 5, on=True)}, "segments": {}}
    store.write(plan(store.document(), document))
    assert store.document() == document
