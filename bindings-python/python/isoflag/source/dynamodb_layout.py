"""Encodes and decodes LaunchDarkly's layout of flags and segments in a DynamoDB table.

Two layouts can be decoded. In the current one an item is ``{"namespace": {"S": "features"}, "key":
{"S": "checkout"}, "version": {"N": "7"}, "item": {"S": "<the flag's JSON>"}}``; in the layout of
2018 every property of the flag is a separate attribute. Only the current one is written.

Items have the form of DynamoDB's low-level API: attribute names with a type and a value. Nothing in
this module calls AWS.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from isoflag._core import printable
from isoflag._errors import Picklable

__all__ = [
    "FEATURES",
    "META_KEY",
    "PARTITION_KEY",
    "REVISION",
    "SEGMENTS",
    "SIZE_LIMIT",
    "SORT_KEY",
    "Item",
    "ItemError",
    "ItemTooLargeError",
    "decode_item",
    "encode_item",
    "encode_meta",
    "inited_item",
    "inited_key",
    "is_current_layout",
    "item_json",
    "item_key",
    "item_size",
    "meta_key",
    "namespace",
]

Item: TypeAlias = Mapping[str, Mapping[str, Any]]
"""An item or key of DynamoDB's low-level API, such as ``{"version": {"N": "7"}}``."""

PARTITION_KEY: Final = "namespace"
"""The name of the table's partition key, a string."""

SORT_KEY: Final = "key"
"""The name of the table's sort key, a string."""

FEATURES: Final = "features"
"""The namespace of flags, without prefix."""

SEGMENTS: Final = "segments"
"""The namespace of segments, without prefix."""

META_KEY: Final = "meta"
"""The sort key of the item with a document's ``meta``."""

REVISION: Final = "revision"
"""The attribute with the revision of the table's contents, in the item that marks it as filled."""

SIZE_LIMIT: Final = 409_600
"""The largest item of DynamoDB, in bytes; LaunchDarkly's own stores stop at 400,000."""

_KEY_LIMIT: Final = 1024
_MAX_DIGITS: Final = 38

_INITED: Final = "$inited"
_ISOFLAG: Final = "$isoflag"
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
# Properties that identify an item of the layout of 2018: two of a flag, two of a segment.
_PROPERTIES_OF_2018 = frozenset({"variations", "on", "included", "rules"})


class ItemError(Picklable, ValueError):
    """The item is in neither layout, or cannot be written."""

    key: str
    """The item's sort key: the key of the flag or segment."""

    def __init__(self, message: str, *, key: str) -> None:
        """Creates the error for the item with this sort key."""
        super().__init__(printable(message))
        self.key = key


class ItemTooLargeError(ItemError):
    """The item is larger than DynamoDB allows."""

    size: int
    """Size of the item in bytes."""

    def __init__(self, message: str, *, key: str, size: int) -> None:
        """Creates the error for the item with this sort key and size in bytes."""
        super().__init__(message, key=key)
        self.size = size


def namespace(name: str, prefix: str | None = None) -> str:
    """Returns the partition key of a namespace: ``features``, or ``<prefix>:features``."""
    return f"{prefix}:{name}" if prefix else name


def item_key(name: str, key: str) -> dict[str, dict[str, str]]:
    """Returns DynamoDB's key of an item, for a namespace that includes its prefix."""
    return {PARTITION_KEY: {"S": name}, SORT_KEY: {"S": key}}


def inited_key(prefix: str | None = None) -> dict[str, dict[str, str]]:
    """Returns the key of the item that marks the table as filled."""
    marker = namespace(_INITED, prefix)
    return item_key(marker, marker)


def inited_item(prefix: str | None = None, *, revision: str = "") -> dict[str, dict[str, str]]:
    """Returns the item that marks the table as filled; it is written last.

    ``revision`` names the contents of the table, so that a reader recognizes them. While they
    change, and if another program fills the table, the item has none.
    """
    return {**inited_key(prefix), **({REVISION: {"S": revision}} if revision else {})}


def meta_key(prefix: str | None = None) -> dict[str, dict[str, str]]:
    """Returns the key of the item with a document's ``meta``, which other SDKs do not read."""
    return item_key(namespace(_ISOFLAG, prefix), META_KEY)


def is_current_layout(item: Item) -> bool:
    """Returns whether an item is in the current layout rather than that of 2018."""
    return "item" in item or not _PROPERTIES_OF_2018 & item.keys()


def item_json(item: Item) -> str:
    """Returns the JSON text of the flag, segment or ``meta`` in an item of either layout.

    In the current layout it is the text exactly as written, which is not validated; numbers of the
    layout of 2018 keep their digits. Raises ``ItemError`` if the item is in neither layout.
    """
    key = _text(item, SORT_KEY)
    if _is_deleted(item):
        return json.dumps({"key": key, "version": _version(item, key), "deleted": True})
    if "item" in item:
        return _text(item, "item")
    if not is_current_layout(item):
        properties = {name: value for name, value in item.items() if name != PARTITION_KEY}
        try:
            return _object_json(properties, key)
        except RecursionError as error:
            raise ItemError(f"the item `{key}` is nested too deeply", key=key) from error
    raise ItemError(
        f"unknown layout of the item `{key}`: it has neither `item` nor the properties of a flag "
        "or segment; check that this is LaunchDarkly's table",
        key=key,
    )


def decode_item(item: Item) -> dict[str, Any]:
    """Returns the flag, segment or ``meta`` in an item of either layout, as a JSON object.

    A deleted one is ``{"key": ..., "version": ..., "deleted": True}``. Raises ``ItemError`` if the
    item is in neither layout or does not contain a JSON object.
    """
    key = _text(item, SORT_KEY)
    try:
        value = json.loads(item_json(item))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ItemError):
            raise
        raise ItemError(
            f"`item` of the item `{key}` is not valid JSON: {error}; write the item again", key=key
        ) from error
    if not isinstance(value, dict):
        raise ItemError(
            f"`item` of the item `{key}` is not a JSON object; write the item again", key=key
        )
    return value


def encode_item(name: str, data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Returns the item of a flag, segment or tombstone in the current layout.

    ``name`` is a namespace with its prefix; ``data`` needs a ``key``; a missing version is 0.
    Raises ``ItemTooLargeError`` above ``SIZE_LIMIT``, and ``ItemError`` without a key.
    """
    key = data.get("key")
    if not isinstance(key, str) or not key:
        raise ItemError("a flag or segment lacks `key`; add it", key="")
    return _encoded(name, key, data)


def encode_meta(meta: Mapping[str, Any], prefix: str | None = None) -> dict[str, dict[str, str]]:
    """Returns the item with a document's ``meta``.

    Raises ``ItemTooLargeError`` above ``SIZE_LIMIT``.
    """
    return _encoded(namespace(_ISOFLAG, prefix), META_KEY, meta)


def item_size(item: Item) -> int:
    """Returns the size of an item in bytes as DynamoDB counts it, attribute names included.

    Text counts in UTF-8; a number takes one byte for two significant digits plus one or two; lists
    and maps take three bytes plus one for each element, in addition to their contents.
    """
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    size = 0
    open_values: list[Mapping[str, Any]] = [typed]
    while open_values:
        for kind, value in open_values.pop().items():
            match kind:
                case "S":
                    size += len(str(value).encode())
                case "N":
                    size += _number_size(str(value))
                case "B":
                    size += len(value)
                case "SS" | "NS" | "BS":
                    open_values.extend({kind[0]: each} for each in value)
                case "M":
                    size += 3 + sum(1 + len(name.encode()) for name in value)
                    open_values.extend(value.values())
                case "L":
                    size += 3 + len(value)
                    open_values.extend(value)
                case _:
                    # A boolean or null.
                    size += 1
    return size


def _number_size(digits: str) -> int:
    mantissa = digits.lower().partition("e")[0]
    significant = mantissa.lstrip("+-").replace(".", "").strip("0")
    return (len(significant) + 1) // 2 + 1 + mantissa.startswith("-")


def _encoded(name: str, key: str, data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    version = data.get("version", 0)
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        too_long = len(key.encode()) > _KEY_LIMIT
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ItemError(
            f"JSON cannot represent the item `{key}` of `{name}`: {error}", key=key
        ) from error
    if too_long:
        raise ItemError(
            f"the key `{key[:80]}…` of `{name}` exceeds DynamoDB's limit of {_KEY_LIMIT} bytes; "
            "shorten it",
            key=key,
        )
    if isinstance(version, int) and abs(version) >= 10**_MAX_DIGITS:
        raise ItemError(
            f"the version of the item `{key}` of `{name}` exceeds DynamoDB's limit of "
            f"{_MAX_DIGITS} digits; use a smaller one",
            key=key,
        )
    item = {
        **item_key(name, key),
        "version": {"N": str(version if type(version) is int else 0)},
        "item": {"S": text},
    }
    size = item_size(item)
    if size > SIZE_LIMIT:
        raise ItemTooLargeError(
            f"the item `{key}` of `{name}` has {size} bytes, the limit is {SIZE_LIMIT}; move its "
            "lists of keys to a segment, or split them",
            key=key,
            size=size,
        )
    return item


def _text(item: Item, name: str) -> str:
    value = item.get(name, {}).get("S")
    if isinstance(value, str):
        return value
    key = item.get(SORT_KEY, {}).get("S", "")
    raise ItemError(f"`{name}` of the item `{key}` is not a string; write the item again", key=key)


def _is_deleted(item: Item) -> bool:
    return "item" not in item and item.get("deleted", {}).get("BOOL") is True


def _version(item: Item, key: str) -> int:
    digits = item.get("version", {}).get("N", "0")
    try:
        return int(digits)
    except ValueError as error:
        raise ItemError(
            f"`version` of the item `{key}` is not an integer: `{digits}`; write the item again",
            key=key,
        ) from error


def _object_json(attributes: Mapping[str, Any], key: str) -> str:
    members = (
        f"{json.dumps(name)}:{_attribute_json(value, key)}" for name, value in attributes.items()
    )
    return "{" + ",".join(members) + "}"


def _attribute_json(attribute: Mapping[str, Any], key: str) -> str:
    """Returns a typed attribute as JSON; numbers are decimal strings and keep their digits."""
    (kind, value), *others = attribute.items() if attribute else [("", None)]
    if not others:
        match kind:
            case "S" | "BOOL" if isinstance(value, str | bool):
                return json.dumps(value)
            case "N" if isinstance(value, str) and _JSON_NUMBER.fullmatch(value):
                return value
            case "NULL":
                return "null"
            case "M" if isinstance(value, Mapping):
                return _object_json(value, key)
            case "L" if isinstance(value, list):
                return "[" + ",".join(_attribute_json(each, key) for each in value) + "]"
            case "SS" if isinstance(value, list):
                return json.dumps(sorted(value))
    raise ItemError(
        f"the item `{key}` has an attribute of type `{kind}`, which JSON cannot represent",
        key=key,
    )
