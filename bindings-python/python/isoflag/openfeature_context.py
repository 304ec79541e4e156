"""Maps OpenFeature contexts to LaunchDarkly's, for the provider and the HTTP endpoint.

This module does not need OpenFeature's package.
"""

from collections.abc import Mapping
from typing import Any

from isoflag._core import Context
from isoflag._logs import logger

__all__ = ["context_json"]

_logger = logger("isoflag")

_reported: set[str] = set()
"""Attributes that were reported once."""


def context_json(attributes: Mapping[str, Any], targeting_key: Any) -> dict[str, Any]:
    """Returns an OpenFeature context as LaunchDarkly's context JSON; invalid if it has no key.

    The key is the targeting key, else the attribute ``key``; an empty one counts as absent. The
    kind is the attribute ``kind``, by default ``user``; with ``multi`` each other attribute becomes
    a context of the kind that is its name. ``privateAttributes`` lists attributes that must not
    leave the process. Keys, kinds and names may be of any type that becomes text, such as ``UUID``.
    Other values are not copied.
    """
    kind = _text(attributes.get("kind"))
    if kind != "multi":
        return _single(attributes, "user" if kind is None else kind, targeting_key)
    contexts = {
        of_kind: _single(each, None, each.get("targetingKey"))
        for of_kind, each in attributes.items()
        if of_kind != "kind" and isinstance(each, Mapping)
    }
    return {**contexts, "kind": "multi"}


def _single(
    attributes: Mapping[str, Any],
    kind: str | None,
    targeting_key: Any,
) -> dict[str, Any]:
    own = attributes.get("key")
    context: dict[str, Any] = {} if kind is None else {"kind": kind}
    context["key"] = _text(targeting_key or own) or ""
    for name, value in attributes.items():
        match name:
            case "key" | "kind" | "targetingKey":
                pass
            case "name" | "anonymous":
                converted = _text(value) if name == "name" else value
                if isinstance(converted, str if name == "name" else bool):
                    context[name] = converted
                else:
                    _report(name)
            case "privateAttributes":
                names = value if isinstance(value, list | tuple) else [None]
                private = [each for each in names if isinstance(each, str)]
                if len(private) < len(names):
                    _report(name)
                context["_meta"] = {"privateAttributes": private}
            case _:
                context[name] = value
    return context


def _report(name: str) -> None:
    if name not in _reported:
        _reported.add(name)
        _logger.warning("ignoring the context's `%s`: it has the wrong type", name)


def _text(value: object) -> str | None:
    """Returns a value that is text, or that becomes text in a context; None for any other."""
    if isinstance(value, str) or value is None:
        return value
    context = Context._from_host({"kind": "user", "key": "-", "value": value})  # noqa: SLF001 (our own)
    converted = context.to_dict().get("value")
    return converted if isinstance(converted, str) else None
