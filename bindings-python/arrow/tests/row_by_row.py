"""The answers of `flags.variation_detail`, row by row."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

import isoflag
import isoflag.arrow

INVALID = object()
"""Takes the place of an invalid context."""

Row = tuple[Any, int | None, dict[str, Any]]


def expected(flags: isoflag.Flags, key: str, contexts: list[Any]) -> list[Row]:
    """Evaluates a flag for contexts, one by one."""
    details = [flags.variation_detail(key, context, None) for context in contexts]
    return [(detail.value, detail.variation_index, detail.reason) for detail in details]


def answered(flags: isoflag.Flags, key: str, data: Any, **arguments: Any) -> list[Row]:
    """Evaluates a flag for a table; text of a flag that serves other JSON is parsed."""
    table = pa.table(isoflag.arrow.evaluate(flags, data, [key], **arguments))
    rows = table.select([key, f"{key}.variation", f"{key}.reason"]).to_pylist()
    is_json = pa.types.is_dictionary(table.schema.field(key).type) and not serves_text(flags, key)
    return [
        (
            json.loads(row[key]) if is_json and row[key] is not None else row[key],
            row[f"{key}.variation"],
            json.loads(row[f"{key}.reason"]),
        )
        for row in rows
    ]


def serves_text(flags: isoflag.Flags, key: str) -> bool:
    """Whether all variations of a flag are text or null."""
    document = json.loads(flags.__reduce__()[1][0])
    flag = document["flags"][key]
    variations = flag.get("variations") if isinstance(flag, dict) else None
    return isinstance(variations, list) and all(
        isinstance(value, str | None) for value in variations
    )


def present(value: Any) -> Any:
    """Removes members that are null, at any depth: they are absent."""
    if isinstance(value, dict):
        return {name: present(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [present(element) for element in value]
    return value
