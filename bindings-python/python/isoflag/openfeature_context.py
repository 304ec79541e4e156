"""Maps OpenFeature contexts to LaunchDarkly's, for the provider and the HTTP endpoint.

This module does not need OpenFeature's package.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Final

from isoflag._logs import logger

__all__ = ["context_json"]

_logger = logger("isoflag")

# Each element takes at least one byte of a context's JSON, which is limited to 1 MiB.
_MAX_ELEMENTS: Final = 1 << 20

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


def context_json(
    attributes: Mapping[str, Any], targeting_key: Any, *, is_json: bool = False
) -> dict[str, Any]:
    """Returns an OpenFeature context as LaunchDarkly's context JSON; invalid if it has no key.

    The key is the targeting key, else the attribute ``key``. The kind is the attribute ``kind``,
    by default ``user``; with ``multi`` each other attribute becomes a context of the kind that is
    its name. ``privateAttributes`` lists attributes that must not leave the process. A ``datetime``
    becomes text in UTC. With ``is_json`` the attributes were read from JSON text: they contain no
    date, and values are not copied.
    """
    value_of = _unchanged if is_json else _value
    kind = attributes.get("kind")
    if kind != "multi":
        named = kind if isinstance(kind, str) else "user"
        return _single(attributes, named, targeting_key, value_of)
    contexts = {
        of_kind: _single(each, None, each.get("targetingKey"), value_of)
        for of_kind, each in attributes.items()
        if of_kind != "kind" and isinstance(each, Mapping)
    }
    return {**contexts, "kind": "multi"}


def _single(
    attributes: Mapping[str, Any],
    kind: str | None,
    targeting_key: Any,
    value_of: Callable[[Any], Any],
) -> dict[str, Any]:
    own = attributes.get("key")
    key = targeting_key or own
    context: dict[str, Any] = {} if kind is None else {"kind": kind}
    context["key"] = key if isinstance(key, str) else ""
    for name, value in attributes.items():
        match name:
            case "key" | "kind" | "targetingKey":
                pass
            case "name" | "anonymous":
                if isinstance(value, str if name == "name" else bool):
                    context[name] = value
                else:
                    _logger.warning("ignoring the context's `%s`: it has the wrong type", name)
            case "privateAttributes":
                names = value if isinstance(value, list | tuple) else ()
                private = [each for each in names if isinstance(each, str)]
                context["_meta"] = {"privateAttributes": private}
            case _:
                context[name] = value_of(value)
    return context


def _unchanged(value: Any) -> Any:
    return value


def _value(value: Any) -> Any:
    """Returns a copy of a value with dates as text; shared containers are copied once.

    A value that is too large or raises is returned as it is; the core reports it.
    """
    copier = _Copier()
    try:
        copy = copier.copied(value)
        copier.fill()
    except Exception:  # noqa: BLE001 (containers are user code)
        return value
    return copy


class _TooManyError(Exception):
    """The value has more elements than a context can have."""


class _Copier:
    """Copies containers without recursion, so that deep nesting cannot exhaust the stack."""

    def __init__(self) -> None:
        # Keeps the originals alive, so that no other object reuses an id.
        self._copies: dict[int, tuple[Any, Any]] = {}
        self._empty: list[tuple[Any, Any]] = []

    def copied(self, value: Any) -> Any:
        """Returns the copy of a value; a container is filled later."""
        kind = type(value)
        # For values from JSON the exact type is enough, without slower tests of abstract classes.
        if kind in _SCALARS:
            return value
        is_mapping = kind is dict
        if not is_mapping and kind is not list:
            if isinstance(value, datetime):
                return _date_text(value)
            is_mapping = isinstance(value, Mapping)
            if not is_mapping and (
                not isinstance(value, Sequence) or isinstance(value, str | bytes)
            ):
                return value
        if id(value) not in self._copies:
            self._copies[id(value)] = value, {} if is_mapping else []
            self._empty.append(self._copies[id(value)])
        return self._copies[id(value)][1]

    def fill(self) -> None:
        """Fills the copies of all containers, nested ones included."""
        elements = 0
        while self._empty:
            original, copy = self._empty.pop()
            for each in original.items() if isinstance(copy, dict) else original:
                elements += 1
                if elements > _MAX_ELEMENTS:
                    raise _TooManyError
                if isinstance(copy, dict):
                    name, member = each
                    named = str(name) if isinstance(name, int | float) else name
                    copy[named] = self.copied(member)
                else:
                    copy.append(self.copied(each))


def _date_text(date: datetime) -> str:
    zoned = date if date.tzinfo is not None else date.replace(tzinfo=timezone.utc)
    return zoned.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
