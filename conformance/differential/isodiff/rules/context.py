"""Contexts: what is valid, and what its attributes are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from isodiff.jsontext import Json
from isodiff.rules.reference import Reference
from isodiff.rules.switches import Switches

KIND = re.compile(r"[A-Za-z0-9._-]+\Z")
BUILT_IN = ("name", "firstName", "lastName", "email", "country", "avatar", "ip")


class InvalidContext(Exception):
    """The context answers USER_NOT_SPECIFIED."""


class NoAnswer(Exception):
    """The SDK throws, or never answers."""


@dataclass
class Context:
    """The attributes of each kind. ``raw`` is what the JavaScript SDK would look into instead."""

    kinds: dict[str, dict[str, Json]] = field(default_factory=dict)

    def key(self, kind: str) -> str | None:
        attributes = self.kinds.get(kind)
        return None if attributes is None else str(attributes["key"])

    def value(self, kind: str, reference: Reference) -> Json:
        """The attribute, or ``None``: null and absent are one."""
        value: Json = self.kinds.get(kind)
        for component in reference or ():
            if not isinstance(value, dict):
                return None
            value = value.get(component)
        return value


def parse(raw: Json, switches: Switches) -> Context:
    if not isinstance(raw, dict):
        if raw and not isinstance(raw, list) and switches.javascript("A5"):
            # `"kind" in 5` throws.
            raise NoAnswer
        raise InvalidContext
    if "kind" not in raw or (raw["kind"] is None and switches.javascript("S4")):
        if switches.python("A7"):
            raise InvalidContext
        return Context({"user": _legacy(raw, switches)})
    kind = raw["kind"]
    if kind != "multi":
        return Context({_kind(kind): _single(raw, kind, switches)})
    parts = {}
    for name, part in raw.items():
        if name == "kind":
            continue
        if not isinstance(part, dict):
            raise InvalidContext
        if name == "multi":
            if not switches.javascript("A5"):
                raise InvalidContext
        else:
            _kind(name)
        if "" in part and switches.python("P14"):
            raise InvalidContext
        parts[name] = _single(part, name, switches)
    if not parts:
        raise InvalidContext
    return Context(dict(sorted(parts.items())))


def _kind(kind: Json) -> str:
    if not isinstance(kind, str) or not KIND.match(kind) or kind in ("kind", "multi"):
        raise InvalidContext
    return kind


def _single(raw: dict[str, Json], kind: str, switches: Switches) -> dict[str, Json]:
    key = raw.get("key")
    if not isinstance(key, str) or key == "":
        raise InvalidContext
    if "" in raw and switches.python("P14"):
        raise InvalidContext
    if _wrong_types(raw):
        if not switches.javascript("A5"):
            raise InvalidContext
        if isinstance(raw.get("_meta"), dict):
            _mapped(raw["_meta"].get("privateAttributes"))
    attributes = dict(raw)
    attributes["kind"] = kind
    attributes["anonymous"] = _truthy(raw.get("anonymous"))
    return _without_meta(attributes, switches)


def _wrong_types(raw: dict[str, Json]) -> bool:
    if raw.get("name") is not None and not isinstance(raw["name"], str):
        return True
    if "anonymous" in raw and not isinstance(raw["anonymous"], bool):
        return True
    meta = raw.get("_meta")
    if meta is None:
        return False
    if not isinstance(meta, dict):
        return True
    private = meta.get("privateAttributes")
    return private is not None and not _strings(private)


def _strings(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _mapped(private: Json) -> None:
    """What JavaScript does to a list of private attributes, whatever it is."""
    if _truthy(private) and not _strings(private):
        raise NoAnswer


def _truthy(value: Json) -> bool:
    """JavaScript's ``!!value``; for a boolean, the boolean."""
    if isinstance(value, (list, dict)):
        return True
    return bool(value)


def _without_meta(attributes: dict[str, Json], switches: Switches) -> dict[str, Json]:
    if "_meta" in attributes and not switches.javascript("D34"):
        del attributes["_meta"]
    return attributes


def _legacy(raw: dict[str, Json], switches: Switches) -> dict[str, Json]:
    if raw.get("key") is None:
        raise InvalidContext
    private = raw.get("privateAttributeNames")
    if _wrong_legacy_types(raw):
        if not switches.javascript("A7"):
            raise InvalidContext
        _mapped(private)
    custom = raw.get("custom")
    if isinstance(custom, list):
        custom = {str(index): item for index, item in enumerate(custom)}
    attributes: dict[str, Json] = {}
    if isinstance(custom, dict):
        own = ("kind", "key", "name", "anonymous", "_meta")
        converting = any(name in custom for name in own) and switches.javascript("A7")
        attributes = {k: v for k, v in custom.items() if converting or k not in own}
        if "_meta" in attributes and not switches.javascript("D34"):
            del attributes["_meta"]
    attributes |= {name: raw[name] for name in BUILT_IN if raw.get(name) is not None}
    attributes["kind"] = "user"
    attributes["key"] = _text(raw["key"])
    if raw.get("anonymous") is not None:
        attributes["anonymous"] = _truthy(raw["anonymous"])
    else:
        attributes["anonymous"] = _truthy(attributes.get("anonymous"))
    if private is not None and switches.javascript("D34"):
        attributes["_meta"] = {"privateAttributes": private}
    return attributes


def _wrong_legacy_types(raw: dict[str, Json]) -> bool:
    if not isinstance(raw["key"], str):
        return True
    if any(raw.get(name) is not None and not isinstance(raw[name], str) for name in BUILT_IN):
        return True
    if raw.get("anonymous") is not None and not isinstance(raw["anonymous"], bool):
        return True
    if raw.get("custom") is not None and not isinstance(raw["custom"], dict):
        return True
    return raw.get("privateAttributeNames") is not None and not _strings(
        raw["privateAttributeNames"]
    )


def _text(key: Json) -> str:
    """JavaScript's ``String(key)`` for what the generator puts there."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    if isinstance(key, list):
        return ",".join("" if item is None else _text(item) for item in key)
    return "[object Object]" if isinstance(key, dict) else str(key)
