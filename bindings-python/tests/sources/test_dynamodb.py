"""A document in a DynamoDB table: its items in either layout, and the source."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from documents import USER, flag
from dynamodb_tables import client_of, moto_server, new_table
from isoflag import FlagClient, Flags
from isoflag.source import (
    UNCHANGED,
    DynamoDbSource,
    SourceContentError,
    SourceNotFoundError,
    SourceNotReadyError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from isoflag.source import dynamodb_layout as layout
from isoflag.source.dynamodb_layout import Item, ItemError, ItemTooLargeError
from scripted import PATIENT, Clock, fetched_from

pytestmark = pytest.mark.usefixtures("aws_credentials")

DOCUMENT: dict[str, Any] = {
    "meta": {"version": 12, "hash": "murmur3", "lastModifiedTimestamp": 1_800_000_000},
    "flags": {
        "a": flag("a", "blue", "gr\u00fcn", salt="s"),
        "gone": {"key": "gone", "version": 4, "deleted": True},
    },
    "segments": {"beta": {"key": "beta", "version": 2, "included": ["ada"]}},
}


def put(client: Any, *items: layout.Item) -> None:
    for item in items:
        client.put_item(TableName="flags", Item=item)


def fill(client: Any, document: dict[str, Any], prefix: str | None = None) -> None:
    for name in (layout.FEATURES, layout.SEGMENTS):
        section = document["flags" if name == layout.FEATURES else "segments"]
        for item in section.values():
            put(client, layout.encode_item(layout.namespace(name, prefix), item))
    if "meta" in document:
        put(client, layout.encode_meta(document["meta"], prefix))
    put(client, layout.inited_item(prefix))


@pytest.fixture
def table() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb")
        new_table(client, "flags")
        yield client


def living(document: dict[str, Any]) -> dict[str, Any]:
    """Returns the document without deleted items, as in a file."""
    flags = {key: each for key, each in document["flags"].items() if "variations" in each}
    return {**document, "flags": flags}


@pytest.mark.parametrize("prefix", [None, "shop"])
def test_the_source_returns_the_written_document(table: Any, prefix: str | None) -> None:
    fill(table, DOCUMENT, prefix)
    fill(table, {"flags": {"other": flag("other", 1)}, "segments": {}}, "another")
    source = DynamoDbSource("flags", prefix=prefix, timeout=60.0)
    fetched = fetched_from(source)
    assert Flags.from_json(fetched.document).digest == Flags.from_dict(living(DOCUMENT)).digest
    assert fetched.version == "12"
    assert source.fetch(fetched) is UNCHANGED
    put(table, layout.encode_item(layout.namespace("features", prefix), flag("a", "red")))
    assert source.fetch(fetched) is not UNCHANGED


def test_a_document_without_meta_has_none(table: Any) -> None:
    bare = {"flags": DOCUMENT["flags"], "segments": DOCUMENT["segments"]}
    fill(table, bare)
    fetched = fetched_from(DynamoDbSource("flags", timeout=60.0))
    assert Flags.from_json(fetched.document).digest == Flags.from_dict(living(bare)).digest
    assert fetched.version is None


def typed(value: Any) -> dict[str, Any]:
    """Returns a value in the form of Go's library for DynamoDB."""
    match value:
        case bool():
            return {"BOOL": value}
        case None:
            return {"NULL": True}
        case int() | float():
            return {"N": repr(value)}
        case str():
            return {"S": value}
        case list():
            return {"L": [typed(each) for each in value]}
    return {"M": {name: typed(each) for name, each in value.items()}}


def test_the_layout_of_2018_is_read_without_a_marker(table: Any) -> None:
    old = {
        "flags": {
            "a": flag("a", 2018, 0.25, trackEvents=False, sel=None, offVariation=None),
            "gone": {"key": "gone", "version": 4, "deleted": True},
        },
        "segments": DOCUMENT["segments"],
    }
    for name, section in ((layout.FEATURES, "flags"), (layout.SEGMENTS, "segments")):
        for key, item in old[section].items():
            put(table, {**typed(item)["M"], **layout.item_key(name, key)})
    fetched = fetched_from(DynamoDbSource("flags", timeout=60.0))
    flags = Flags.from_json(fetched.document)
    assert flags.digest == Flags.from_dict(living(old)).digest
    assert flags.int_variation("a", USER, 0) == 2018


@pytest.mark.parametrize("filled", [False, True])
def test_a_partially_filled_table_is_not_ready(table: Any, *, filled: bool) -> None:
    if filled:
        put(table, layout.encode_item("features", flag("a", 1)))
    clock = Clock()
    client = FlagClient(DynamoDbSource("flags", timeout=60.0), **PATIENT, clock=clock)
    assert client.all_flags_state(USER) == {"$flagsState": {}, "$valid": False}
    assert isinstance(client.status.error, SourceNotReadyError)
    assert "`$inited`" in str(client.status.error)
    put(table, layout.inited_item("other"))
    clock.advance(1)
    assert not client.refresh().ready
    put(table, layout.inited_item())
    clock.advance(60)
    assert client.refresh().ready


def test_a_broken_item_does_not_affect_others(table: Any) -> None:
    fill(table, DOCUMENT)
    for key, broken in [
        ("cut", '{"key":"cut"'),
        ("escape", '{}},"segments":{"x":{}'),
        ("nan", '{"key":"nan","variations":[NaN]}'),
        ("half", '{"key":"half","salt":"\\ud800"}'),
        ("huge", '{"key":"huge","version":1e999}'),
        ("deep", "[" * 100_000),
        ("deeper", "[" * 500 + "]" * 500),
    ]:
        item = {"version": {"N": "1"}, "item": {"S": broken}}
        put(table, {**layout.item_key("features", key), **item})
    put(table, {**layout.item_key("features", "foreign"), "colour": {"S": "blue"}})
    client = FlagClient(DynamoDbSource("flags", timeout=60.0), clock=Clock())
    assert client.variation("a", USER, None) == "blue"
    assert client.status.error is None
    broken_keys = ["cut", "deep", "deeper", "escape", "foreign", "half", "huge", "nan"]
    for key in broken_keys:
        reason = client.variation_detail(key, USER, None).reason
        assert reason == {"kind": "ERROR", "errorKind": "MALFORMED_FLAG"}, key
    assert client.flags.keys() == ["a", *broken_keys]


def test_a_broken_meta_is_a_content_error(table: Any) -> None:
    fill(table, DOCUMENT)
    put(table, {**layout.meta_key(), "item": {"S": "{"}})
    with pytest.raises(SourceContentError, match="`meta`"):
        DynamoDbSource("flags", timeout=60.0).fetch(None)


def test_all_pages_are_read_consistently_and_nothing_is_scanned() -> None:
    calls: list[tuple[str, dict[str, Any]]] = []
    items = [layout.encode_item("features", flag(key, key)) for key in ("a", "b", "c")]
    pages = {None: items[:2], "b": items[2:]}

    class Table:
        def get_item(self, **parameters: Any) -> Any:
            calls.append(("GetItem", parameters))
            marked = parameters["Key"] == layout.inited_key()
            return {"Item": layout.inited_item()} if marked else {}

        def query(self, **parameters: Any) -> Any:
            calls.append(("Query", parameters))
            if parameters["ExpressionAttributeValues"][":namespace"]["S"] != "features":
                return {"Items": []}
            start = parameters.get("ExclusiveStartKey", {}).get("key", {}).get("S")
            more = {} if start else {"LastEvaluatedKey": layout.item_key("features", "b")}
            return {"Items": pages[start], **more}

    fetched = fetched_from(DynamoDbSource("flags", client=Table(), timeout=60.0))
    assert list(json.loads(fetched.document)["flags"]) == ["a", "b", "c"]
    assert [name for name, _ in calls] == ["GetItem", "GetItem", "Query", "Query", "Query"]
    assert all(parameters["ConsistentRead"] is True for _, parameters in calls)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", SourceUnauthorizedError),
        ("ResourceNotFoundException", SourceNotFoundError),
        ("ProvisionedThroughputExceededException", SourceUnavailableError),
    ],
)
def test_an_aws_error_has_its_own_class(code: str, kind: type[Exception]) -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stubber:
        stubber.add_client_error("get_item", code)
        with pytest.raises(kind) as raised:
            DynamoDbSource("flags", prefix="shop", client=client, timeout=60.0).fetch(None)
    assert type(raised.value) is kind
    assert str(raised.value).startswith("dynamodb://flags/shop: ")


def test_over_a_socket() -> None:
    clock = Clock()
    with moto_server() as url:
        client = client_of(url)
        new_table(client, "flags")
        fill(client, DOCUMENT)
        flags = FlagClient(
            DynamoDbSource("flags", client=client, timeout=60.0), **PATIENT, clock=clock
        )
        assert flags.variation("a", USER, None) == "blue"
        assert flags.status.version == 12
        put(client, layout.encode_item("features", flag("a", "red", version=2)))
        clock.advance(60)
        assert flags.variation("a", USER, None) == "red"
    clock.advance(60)
    assert flags.variation("a", USER, None) == "red"
    assert isinstance(flags.status.error, SourceUnavailableError)


# --- one item ---


CURRENT: Item = {
    "namespace": {"S": "shop:features"},
    "key": {"S": "dark-mode"},
    "version": {"N": "7"},
    "item": {
        "S": '{"key":"dark-mode","version":7,"on":true,"variations":[1e2,12345678901234567890]}'
    },
}
FLAG_2018: Item = {
    "namespace": {"S": "features"},
    "key": {"S": "dark-mode"},
    "version": {"N": "7"},
    "on": {"BOOL": True},
    "salt": {"S": "s\u00e4lt"},
    "offVariation": {"NULL": True},
    "variations": {
        "L": [{"BOOL": True}, {"N": "12345678901234567890"}, {"M": {"a": {"N": "0.5"}}}]
    },
    "fallthrough": {"M": {"variation": {"N": "0"}}},
    "rules": {"L": []},
    "deleted": {"BOOL": False},
}
SEGMENT_2018: Item = {
    "namespace": {"S": "segments"},
    "key": {"S": "beta"},
    "version": {"N": "2"},
    "included": {"L": [{"S": "ada"}]},
    "excluded": {"SS": ["mia", "eve"]},
}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            CURRENT,
            {
                "key": "dark-mode",
                "version": 7,
                "on": True,
                "variations": [100.0, 12345678901234567890],
            },
        ),
        (
            FLAG_2018,
            {
                "key": "dark-mode",
                "version": 7,
                "on": True,
                "salt": "s\u00e4lt",
                "offVariation": None,
                "variations": [True, 12345678901234567890, {"a": 0.5}],
                "fallthrough": {"variation": 0},
                "rules": [],
                "deleted": False,
            },
        ),
        (
            SEGMENT_2018,
            {"key": "beta", "version": 2, "included": ["ada"], "excluded": ["eve", "mia"]},
        ),
        (
            {"key": {"S": "gone"}, "version": {"N": "3"}, "deleted": {"BOOL": True}},
            {"key": "gone", "version": 3, "deleted": True},
        ),
        (
            {**FLAG_2018, "deleted": {"BOOL": True}},
            {"key": "dark-mode", "version": 7, "deleted": True},
        ),
    ],
    ids=["current", "flag of 2018", "segment of 2018", "tombstone attribute", "tombstone of 2018"],
)
def test_an_item_of_either_layout_is_read(item: Item, expected: dict[str, Any]) -> None:
    assert layout.decode_item(item) == expected


def test_the_text_of_an_item_is_returned_unchanged() -> None:
    assert layout.item_json(CURRENT) == CURRENT["item"]["S"]
    assert "12345678901234567890" in layout.item_json(FLAG_2018)


def test_the_layouts_are_distinguished() -> None:
    assert layout.is_current_layout(CURRENT)
    assert not layout.is_current_layout(FLAG_2018)
    assert not layout.is_current_layout(SEGMENT_2018)
    assert layout.is_current_layout(layout.inited_item())


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"key": {"S": "k"}}, "unknown layout of the item `k`"),
        ({"key": {"N": "1"}}, "`key` of the item `` is not a string"),
        ({"key": {"S": "k"}, "item": {"B": b"{}"}}, "`item` of the item `k` is not a string"),
        ({"key": {"S": "k"}, "item": {"S": "{"}}, "`item` of the item `k` is not valid JSON: "),
        ({"key": {"S": "k"}, "item": {"S": "[]"}}, "`item` of the item `k` is not a JSON object"),
        ({"key": {"S": "k"}, "on": {"B": b""}}, "an attribute of type `B`"),
        ({"key": {"S": "k"}, "on": {}}, "an attribute of type ``"),
        ({"key": {"S": "k"}, "on": {"N": "NaN"}}, "an attribute of type `N`"),
        (
            {"key": {"S": "k"}, "deleted": {"BOOL": True}, "version": {"N": "1.5"}},
            "`version` of the item `k` is not an integer: `1.5`",
        ),
    ],
)
def test_an_unreadable_item_is_reported_with_its_key(item: Item, message: str) -> None:
    with pytest.raises(ItemError) as raised:
        layout.decode_item(item)
    assert message in str(raised.value)


def test_an_item_is_written_in_the_current_layout() -> None:
    flag = {"key": "dark-mode", "version": 7, "on": True, "salt": "s\u00e4lt"}
    item = layout.encode_item(layout.namespace(layout.FEATURES, "shop"), flag)
    assert item == {
        "namespace": {"S": "shop:features"},
        "key": {"S": "dark-mode"},
        "version": {"N": "7"},
        "item": {"S": '{"key":"dark-mode","version":7,"on":true,"salt":"s\u00e4lt"}'},
    }
    assert layout.decode_item(item) == flag


def test_the_names_are_those_of_launchdarkly() -> None:
    assert layout.namespace(layout.SEGMENTS) == "segments"
    assert layout.inited_item() == {"namespace": {"S": "$inited"}, "key": {"S": "$inited"}}
    assert layout.inited_key("p") == {"namespace": {"S": "p:$inited"}, "key": {"S": "p:$inited"}}
    assert layout.meta_key("p") == {"namespace": {"S": "p:$isoflag"}, "key": {"S": "meta"}}


def test_meta_is_one_item() -> None:
    meta = {"version": 12, "hash": "murmur3", "note": 1.5}
    item = layout.encode_meta(meta, "p")
    assert item["version"] == {"N": "12"}
    assert {name: item[name] for name in ("namespace", "key")} == layout.meta_key("p")
    assert layout.decode_item(item) == meta


@pytest.mark.parametrize(
    "data", [{}, {"key": ""}, {"key": 1}, {"key": "k", "x": float("inf")}, {"key": "k", "x": {1}}]
)
def test_invalid_data_cannot_be_encoded(data: dict[str, Any]) -> None:
    with pytest.raises(ItemError):
        layout.encode_item("features", data)


def test_the_limit_counts_bytes_of_utf8() -> None:
    def of(length: int) -> dict[str, Any]:
        return {"key": "k", "version": 1, "salt": "\u00e4" * length}

    overhead = layout.item_size(layout.encode_item("features", of(0)))
    most = (layout.SIZE_LIMIT - overhead) // 2
    assert layout.item_size(layout.encode_item("features", of(most))) == overhead + 2 * most
    with pytest.raises(ItemTooLargeError, match="`k` of `features` has 4") as raised:
        layout.encode_item("features", of(most + 1))
    assert raised.value.size == overhead + 2 * most + 2
    assert raised.value.key == "k"
    assert json.loads(layout.item_json(layout.encode_item("features", of(1))))["salt"] == "\u00e4"
