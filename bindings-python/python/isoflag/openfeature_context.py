"""OpenFeature's contexts as LaunchDarkly's, the same for the provider and over HTTP.

Nothing here needs OpenFeature's package.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from isoflag._logs import logger

__all__ = ["context_json"]

_logger = logger("isoflag")


def context_json(attributes: Mapping[str, Any], targeting_key: Any) -> dict[str, Any]:
    """Give the context JSON of an OpenFeature context; an invalid one where it names nobody.

    The targeting key is the context's key, or its attribute ``key`` is. ``kind`` is a kind, and
    ``user`` where there is none; ``multi`` makes each other attribute a context of its own kind.
    ``privateAttributes`` are those that do not leave the process. A date becomes its text in UTC.
    """
    kind = attributes.get("kind")
    if kind != "multi":
        return _single(attributes, kind if isinstance(kind, str) else "user", targeting_key)
    contexts = {
        of_kind: _single(each, None, each.get("targetingKey"))
        for of_kind, each in attributes.items()
        if of_kind != "kind" and isinstance(each, Mapping)
    }
    return {**contexts, "kind": "multi"}


def _single(attributes: Mapping[str, Any], kind: str | None, targeting_key: Any) -> dict[str, Any]:
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
                    _logger.warning("the context's `%s` is of the wrong type and left out", name)
            case "privateAttributes":
                names = value if isinstance(value, list | tuple) else ()
                private = [each for each in names if isinstance(each, str)]
                context["_meta"] = {"privateAttributes": private}
            case _:
                context[name] = _value(value)
    return context


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        zoned = value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)
        return zoned.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(name): _value(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_value(each) for each in value]
    return value
