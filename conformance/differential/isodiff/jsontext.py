"""JSON for comparisons: every number is a double, text is canonical, absent differs from null."""

from __future__ import annotations

from typing import Any, TypeAlias

import rfc8785

Json: TypeAlias = Any
"""Any JSON value, as :mod:`json` reads it."""

LARGEST_EXACT = 2**53 - 1


def doubles(value: Json) -> Json:
    """The value with integers that a double cannot hold rounded to one."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if -LARGEST_EXACT <= value <= LARGEST_EXACT else float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, list):
        return [doubles(item) for item in value]
    return {key: doubles(item) for key, item in value.items()}


def canonical(value: Json) -> str:
    """RFC 8785 text."""
    return rfc8785.dumps(doubles(value)).decode()
