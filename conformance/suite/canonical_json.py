"""Canonical JSON (RFC 8785), by a package that does not depend on isoflag."""

from __future__ import annotations

from typing import Any, TypeAlias

import rfc8785

Json: TypeAlias = Any
"""Any JSON value, as :mod:`json` reads it."""


def canonical(value: Json) -> str:
    """Returns the canonical text of the value."""
    return rfc8785.dumps(doubles(value)).decode()


def doubles(value: Json) -> Json:
    """Rounds the integers that a double cannot hold exactly, as every host does."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return float(value)
    if isinstance(value, dict):
        return {name: doubles(item) for name, item in value.items()}
    if isinstance(value, list):
        return [doubles(item) for item in value]
    return value
