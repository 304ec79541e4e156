"""One item of a DynamoDB table, in either layout."""

import json
from typing import Any

import pytest

from isoflag.source import dynamodb_layout as layout
from isoflag.source.dynamodb_layout import Item, ItemError, ItemTooLargeError

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


def test_the_text_of_the_current_layout_is_kept_to_the_letter() -> None:
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
def test_an_item_that_cannot_be_read_is_named(item: Item, message: str) -> None:
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
def test_what_has_no_item_is_an_error(data: dict[str, Any]) -> None:
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
