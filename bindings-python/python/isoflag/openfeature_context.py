"""Maps OpenFeature contexts to LaunchDarkly's, for the provider and the HTTP endpoint.

This module does not need OpenFeature's package.
"""

from collections.abc import Mapping
from typing import Any

from isoflag._logs import logger

__all__ = ["context_json"]

_logger = logger("isoflag")

_reported: set[str] = set()
"""Attributes that were reported once."""


def context_json(attributes: Mapping[str, Any], targeting_key: Any) -> dict[str, Any]:
    """Returns an OpenFeature context as LaunchDarkly's context JSON; invalid if it has no key.

    The key is the targeting key, else the attribute ``key``. The kind is the attribute ``kind``,
    by default ``user``; with ``multi`` each other attribute becomes a context of the kind that is
    its name. ``privateAttributes`` lists attributes that must not leave the process. Values are not
    copied.
    """
    kind = attributes.get("kind")
    if kind != "multi":
        named = kind if isinstance(kind, str) else "user"
        return _single(attributes, named, targeting_key)
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
                elif name not in _reported:
                    _reported.add(name)
                    _logger.warning("ignoring the context's `%s`: it has the wrong type", name)
            case "privateAttributes":
                names = value if isinstance(value, list | tuple) else ()
                private = [each for each in names if isinstance(each, str)]
                context["_meta"] = {"privateAttributes": private}
            case _:
                context[name] = value
    return context
