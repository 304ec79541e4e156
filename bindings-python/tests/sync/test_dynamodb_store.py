"""Specifics of the DynamoDB store: its calls, layouts, limits, and compatibility."""

import json
import logging
import math
from collections.abc import Callable
from typing import Any

import ldclient
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from ldclient.integrations import DynamoDB
from ldclient.versioned_data_kind import (
    FEATURES as LD_FEATURES,
)
from ldclient.versioned_data_kind import (
    SEGMENTS as LD_SEGMENTS,
)

from documents import document_in, flag, shop_contexts, shop_document
from dynamodb_tables import CREDENTIALS, client_of, items_of, new_table
from isoflag import Context, Flags
from isoflag.source.deadline import until
from isoflag.source.dynamodb_layout import SIZE_LIMIT, ItemTooLargeError, inited_item, inited_key
from isoflag.store import FEATURES, SEGMENTS, DynamoDbFeatureStore, UnprocessedItemsError
from isoflag.sync import plan

PREFIXES = [None, "shop"]


@pytest.fixture
def client(endpoint: str) -> Any:
    return client_of(endpoint)


@pytest.fixture
def table(client: Any) -> str:
    return new_table(client)


@pytest.fixture
def store(client: Any, table: str) -> DynamoDbFeatureStore:
    return DynamoDbFeatureStore(table, client=client)


def launchdarklys(endpoint: str, table: str, prefix: str | None) -> Any:
    options = {"endpoint_url": endpoint, **CREDENTIALS}
    caching = ldclient.feature_store.CacheConfig.disabled()
    return DynamoDB.new_feature_store(table, prefix=prefix, dynamodb_opts=options, caching=caching)


def calls_of(client: Any) -> list[tuple[str, dict[str, Any]]]:
    """Returns a list that records the client's calls."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        calls.append((model.name, json.loads(json.dumps(params))))

    client.meta.events.register("provide-client-params.dynamodb", note)
    return calls


@pytest.mark.parametrize("prefix", PREFIXES)
def test_launchdarklys_sdk_evaluates_a_table_that_this_store_wrote(
    client: Any, endpoint: str, table: str, prefix: str | None
) -> None:
    document = shop_document()
    # LaunchDarkly buckets by SHA-1 only.
    del document["meta"]["hash"]
    store = DynamoDbFeatureStore(table, prefix=prefix, client=client)
    store.write(plan(store.document(), document))

    flags = Flags.from_dict(document)
    config = ldclient.Config(
        sdk_key="sdk",
        feature_store=launchdarklys(endpoint, table, prefix),
        use_ldd=True,
        send_events=False,
    )
    keys = flags.keys()
    compared = 0
    with ldclient.LDClient(config) as sdk:
        for context in shop_contexts():
            # The SDK no longer supports legacy users.
            now = context if "kind" in context else Context.from_dict(context).to_dict()
            parsed = ldclient.Context.from_dict(now)
            for key in keys:
                theirs = sdk.variation_detail(key, parsed, None)
                ours = flags.variation_detail(key, context, None)
                assert (ours.value, ours.variation_index) == (theirs.value, theirs.variation_index)
                compared += 1
    assert compared == len(flags) * len(shop_contexts())


@pytest.mark.parametrize("prefix", PREFIXES)
def test_launchdarklys_store_and_this_one_read_each_other(
    client: Any, endpoint: str, table: str, prefix: str | None
) -> None:
    theirs = launchdarklys(endpoint, table, prefix)
    ours = DynamoDbFeatureStore(table, prefix=prefix, client=client)
    first, second = flag("a", 1), {**flag("a", 2), "version": 2}
    theirs.init({LD_FEATURES: {"a": first}, LD_SEGMENTS: {}})
    assert ours.initialized
    assert ours.get(FEATURES, "a") == first
    assert ours.upsert(FEATURES, second)
    assert theirs.get(LD_FEATURES, "a", lambda item: item["version"]) == 2
    theirs.upsert(LD_FEATURES, first)
    assert ours.get(FEATURES, "a") == second
    theirs.delete(LD_FEATURES, "a", 3)
    assert ours.get(FEATURES, "a") is None
    assert not ours.upsert(FEATURES, {**second, "version": 3})
    assert ours.upsert(FEATURES, {**second, "version": 4})
    assert ours.delete(FEATURES, "a", 5)
    assert theirs.get(LD_FEATURES, "a", lambda item: item) is None
    assert theirs.all(LD_FEATURES, dict) == {}


def test_environments_share_a_table_by_their_prefix(client: Any, table: str) -> None:
    test = DynamoDbFeatureStore(table, prefix="test", client=client)
    live = DynamoDbFeatureStore(table, prefix="live", client=client)
    plain = DynamoDbFeatureStore(table, client=client)
    for version, each in enumerate((test, live, plain), 1):
        assert not each.initialized
        each.init({FEATURES: {"a": flag("a", version=version)}, "meta": {"version": version}})
    test.init({})
    assert test.document() == {"flags": {}, "segments": {}}
    for version, each in ((2, live), (3, plain)):
        document = document_in(each)
        assert (document["flags"]["a"]["version"], document["meta"]) == (
            version,
            {"version": version},
        )


def test_the_items_are_those_of_the_layout(
    client: Any, store: DynamoDbFeatureStore, table: str
) -> None:
    store.init({FEATURES: {"a": {"key": "a", "version": 7}}, "meta": {"version": 3}})
    marker = inited_item(
        revision=client.get_item(TableName=table, Key=inited_key())["Item"]["revision"]["S"]
    )
    assert sorted(items_of(client, table), key=str) == sorted(
        [
            {
                "namespace": {"S": "features"},
                "key": {"S": "a"},
                "version": {"N": "7"},
                "item": {"S": '{"key":"a","version":7}'},
            },
            {
                "namespace": {"S": "$isoflag"},
                "key": {"S": "meta"},
                "version": {"N": "3"},
                "item": {"S": '{"version":3}'},
            },
            marker,
        ],
        key=str,
    )


def test_init_writes_dependencies_before_their_dependents(
    client: Any, store: DynamoDbFeatureStore, table: str
) -> None:
    document = shop_document()
    store.init({FEATURES: {"gone": flag("gone", 1)}})
    calls = calls_of(client)
    store.init({FEATURES: document["flags"], SEGMENTS: document["segments"]})
    writes = [(name, params) for name, params in calls if name in {"BatchWriteItem", "PutItem"}]
    batches = [
        {
            (
                kind,
                *(
                    at["S"]
                    for name, at in sorted(request.get("Item", request.get("Key")).items())
                    if name in {"key", "namespace"}
                ),
            )
            for each in params["RequestItems"][table]
            for kind, request in each.items()
        }
        for name, params in writes
        if name == "BatchWriteItem"
    ]
    when = {write: number for number, batch in enumerate(batches) for write in batch}

    def written(namespace: str, key: str) -> int:
        return when["PutRequest", key, namespace]

    for key, each in document["flags"].items():
        for prerequisite in each.get("prerequisites", []):
            assert written(FEATURES, prerequisite["key"]) < written(FEATURES, key)
        assert all(
            written(SEGMENTS, used) < written(FEATURES, key) for used in document["segments"]
        )
    assert written(SEGMENTS, "loyal-customers") < written(SEGMENTS, "early-adopters")
    assert when["DeleteRequest", "gone", FEATURES] == len(batches) - 1
    assert writes[-1][0] == "PutItem"
    assert inited_item().items() <= writes[-1][1]["Item"].items()


def test_reading_calls_only_getitem_and_query(client: Any, store: DynamoDbFeatureStore) -> None:
    store.init({FEATURES: {"a": flag("a", 1)}})
    calls = calls_of(client)
    store.get(FEATURES, "a")
    store.all(SEGMENTS)
    store.document()
    assert {name for name, _ in calls} == {"GetItem", "Query"}
    assert all(params["ConsistentRead"] is True for _, params in calls)


def test_all_pages_of_a_query_are_read(store: DynamoDbFeatureStore) -> None:
    # DynamoDB returns at most a megabyte per page.
    items = {f"f{index}": flag(f"f{index}", "x" * 300_000) for index in range(5)}
    store.init({FEATURES: items})
    assert store.all(FEATURES) == items


def test_the_layout_of_2018_is_read_and_replaced(
    client: Any, store: DynamoDbFeatureStore, table: str
) -> None:
    client.put_item(
        TableName=table,
        Item={
            "namespace": {"S": "features"},
            "key": {"S": "old"},
            "version": {"N": "4"},
            "on": {"BOOL": True},
            "variations": {"L": [{"BOOL": True}, {"N": "9007199254740993"}]},
            "fallthrough": {"M": {"variation": {"N": "0"}}},
            "offVariation": {"NULL": True},
        },
    )
    old = {
        "key": "old",
        "version": 4,
        "on": True,
        "variations": [True, 9007199254740993],
        "fallthrough": {"variation": 0},
        "offVariation": None,
    }
    assert store.get(FEATURES, "old") == old
    assert store.all(FEATURES) == {"old": old}
    assert not store.initialized
    assert not store.upsert(FEATURES, {"key": "old", "version": 4})
    assert store.upsert(FEATURES, {"key": "old", "version": 5})
    (item,) = items_of(client, table)
    assert set(item) == {"namespace", "key", "version", "item"}
    assert store.get(FEATURES, "old") == {"key": "old", "version": 5}


@pytest.mark.parametrize(
    "broken",
    [
        {"version": {"N": "3"}, "item": {"S": "<html>"}},
        {"version": {"N": "3"}, "item": {"S": "[]"}},
        {"version": {"N": "3"}, "item": {"S": '{"key": "a"'}},
        {"version": {"N": "3"}, "item": {"BOOL": True}},
        {"version": {"N": "3"}, "payload": {"S": "?"}},
        {"version": {"N": "3.5"}, "deleted": {"BOOL": True}},
    ],
)
def test_an_invalid_item_is_logged_and_replaced(
    client: Any,
    store: DynamoDbFeatureStore,
    table: str,
    broken: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    store.init({FEATURES: {"b": flag("b", 1)}})
    key = {"namespace": {"S": "features"}, "key": {"S": "a"}}
    client.put_item(TableName=table, Item={**key, **broken})
    with caplog.at_level(logging.WARNING, "isoflag.store"):
        assert store.get(FEATURES, "a") is None
    assert "`a`" in caplog.text
    assert store.all(FEATURES) == {"b": flag("b", 1)}
    document = {"flags": {"a": flag("a", 1), "b": flag("b", 1)}, "segments": {}}
    store.write(plan(store.document(), document))
    if broken["version"]["N"] == "3":
        assert store.document() == document


def test_an_oversized_item_leaves_the_table_unchanged(
    client: Any, store: DynamoDbFeatureStore, table: str
) -> None:
    store.init({FEATURES: {"a": flag("a", 1)}})
    before = items_of(client, table)
    large = {"flags": {"a": flag("a", 2, version=2), "z": flag("z", "x" * SIZE_LIMIT)}}
    with pytest.raises(ItemTooLargeError, match="`z`"):
        store.write(plan(store.document(), large))
    with pytest.raises(ItemTooLargeError, match="`z`"):
        store.init({FEATURES: large["flags"]})
    assert items_of(client, table) == before


def test_an_unknown_kind_is_rejected(store: DynamoDbFeatureStore) -> None:
    with pytest.raises(ValueError, match="`flags`"):
        store.get("flags", "a")  # type: ignore[arg-type]


def test_an_empty_table_name_is_rejected() -> None:
    with pytest.raises(ValueError, match="invalid `table`"):
        DynamoDbFeatureStore("")


class Refusing:
    """A DynamoDB that leaves items of batches unprocessed, and records its requests."""

    def __init__(self, leave: Callable[[int, list[Any]], list[Any]]) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.markers = 0
        self.sleeps: list[float] = []
        self._leave = leave
        client = client_of("http://127.0.0.1:9")
        self._paginator = client.get_paginator("query")

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        (batch,) = RequestItems.values()
        self.batches.append(batch)
        left = self._leave(len(self.batches), batch)
        return {"UnprocessedItems": {"flags": left} if left else {}}

    def put_item(self, *, ConditionExpression: str = "", **_: Any) -> dict[str, Any]:  # noqa: N803
        if ConditionExpression == "attribute_exists(#revision)":
            # The table is empty.
            failed: Any = {"Error": {"Code": "ConditionalCheckFailedException"}}
            raise ClientError(failed, "PutItem")
        self.markers += 1
        return {}

    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Items": []}]

    def store(self) -> DynamoDbFeatureStore:
        return DynamoDbFeatureStore("flags", client=self, sleep=self.sleeps.append)


def keys_of(batch: list[dict[str, Any]]) -> list[str]:
    return [each["PutRequest"]["Item"]["key"]["S"] for each in batch if "PutRequest" in each]


FORTY = {FEATURES: {f"f{index:02}": flag(f"f{index:02}", 1) for index in range(40)}}


def test_unprocessed_items_are_written_again() -> None:
    dynamodb = Refusing(lambda call, batch: batch[-3:] if call <= 3 else [])
    dynamodb.store().init(FORTY)
    assert all(len(batch) <= 25 for batch in dynamodb.batches)
    first, second, *_ = map(keys_of, dynamodb.batches)
    assert second[:3] == first[-3:]
    assert {key for batch in dynamodb.batches for key in keys_of(batch)} == set(FORTY[FEATURES])
    assert dynamodb.sleeps == [0.05, 0.1, 0.2]
    assert dynamodb.markers == 1


def test_retries_and_their_pauses_are_limited() -> None:
    dynamodb = Refusing(lambda _, batch: batch)
    with pytest.raises(UnprocessedItemsError, match="40 items") as raised:
        dynamodb.store().init(FORTY)
    assert raised.value.count == 40
    assert len(dynamodb.batches) == 10
    assert max(dynamodb.sleeps) == dynamodb.sleeps[-1] == 2.0
    # Neither dependents of unwritten items nor the marker are written.
    assert dynamodb.markers == 0


def test_no_pause_is_longer_than_the_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    dynamodb = Refusing(lambda _, batch: batch)
    monkeypatch.setattr(
        "isoflag.source.deadline.time.monotonic", lambda: math.fsum(dynamodb.sleeps)
    )
    with until(0.5), pytest.raises(TimeoutError, match="about to end"):
        dynamodb.store().init(FORTY)
    assert dynamodb.sleeps == pytest.approx([0.05, 0.1, 0.2, 0.15])


def test_the_delay_is_reset_after_a_successful_batch() -> None:
    # With 99 items in batches of 25, every other batch leaves one unprocessed.
    dynamodb = Refusing(lambda call, batch: batch[:1] if call % 2 else [])
    dynamodb.store().init(
        {FEATURES: {f"f{index:02}": flag(f"f{index:02}", 1) for index in range(99)}}
    )
    assert dynamodb.sleeps == [0.05, 0.05, 0.05, 0.05]


def test_aws_errors_are_raised_as_botocores(client: Any) -> None:
    store = DynamoDbFeatureStore("nowhere", client=client)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        store.get(FEATURES, "a")
    with Stubber(client) as stubber:
        stubber.add_client_error("put_item", "ThrottlingException")
        with pytest.raises(client.exceptions.ClientError, match="ThrottlingException"):
            store.upsert(FEATURES, flag("a", 1))
