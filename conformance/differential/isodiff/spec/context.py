"""Attribute references, contexts, and the scope of one evaluation (SPEC.md 2 and 3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from isodiff.spec.document import Document
from suite.canonical_json import Json

Reference = tuple[str, ...]
"""The components of a reference; a literal name has one."""


class References:
    """Parses attribute references."""

    def reference(self, text: str, *, literal: bool) -> Reference | None:
        """Returns the components, or ``None`` if the text is not a valid reference (3, D31, D32)."""
        if text == "":
            return None
        if literal or not text.startswith("/"):
            return (text,)
        return self.path(text)

    def path(self, text: str) -> Reference | None:
        """Splits a text with a leading slash (3, D33)."""
        names = []
        for component in text[1:].split("/"):
            name = self.component(component)
            if not name:
                return None
            names.append(name)
        return tuple(names)

    def component(self, component: str) -> str | None:
        """Unescapes ``~0`` and ``~1``; any other ``~`` is invalid (3, P02, P03)."""
        return None if re.search(r"~(?![01])", component) else unescaped(component)


def unescaped(component: str) -> str:
    """Replaces ``~1`` by a slash, then ``~0`` by a tilde."""
    return component.replace("~1", "/").replace("~0", "~")


KIND = re.compile(r"[A-Za-z0-9._-]+\Z")
BUILT_IN = ("name", "firstName", "lastName", "email", "country", "avatar", "ip")
RESERVED = ("kind", "key", "name", "anonymous", "_meta")


class InvalidContext(Exception):
    """The evaluation answers USER_NOT_SPECIFIED (2.5)."""


@dataclass
class Context:
    """The attributes of each kind."""

    kinds: dict[str, dict[str, Json]]

    def key(self, kind: str) -> str | None:
        attributes = self.kinds.get(kind)
        return None if attributes is None else str(attributes["key"])

    def value(self, kind: str, reference: Reference) -> Json:
        """Returns the attribute; ``None`` if it is null or absent (3)."""
        value: Json = self.kinds.get(kind)
        for component in reference:
            if not isinstance(value, dict):
                return None
            value = value.get(component)
        return value


class Contexts:
    """Reads contexts."""

    def read_context(self, raw: Json) -> Context:
        """Reads a context of any form (2)."""
        if not isinstance(raw, dict):
            raise InvalidContext
        if "kind" not in raw:
            return Context({"user": self.legacy_user(raw)})
        if raw["kind"] == "multi":
            return self.multi_kind(raw)
        kind = self.kind_name(raw["kind"])
        return Context({kind: self.single_kind(raw, kind)})

    def multi_kind(self, raw: dict[str, Json]) -> Context:
        """Reads a context of several kinds (2.2)."""
        parts = {}
        for name, part in raw.items():
            if name == "kind":
                continue
            if not isinstance(part, dict):
                raise InvalidContext
            parts[name] = self.single_kind(part, self.kind_name(name))
        if not parts:
            raise InvalidContext
        return Context(dict(sorted(parts.items())))

    def kind_name(self, kind: Json) -> str:
        """Checks the name of a kind (2.1, A5)."""
        if not isinstance(kind, str) or not KIND.match(kind) or kind in ("kind", "multi"):
            raise InvalidContext
        return kind

    def single_kind(self, raw: dict[str, Json], kind: str) -> dict[str, Json]:
        """Reads the attributes of one kind (2.1); ``_meta`` is not an attribute (D34)."""
        key = raw.get("key")
        if not isinstance(key, str) or key == "" or self.wrong_types(raw):
            raise InvalidContext
        attributes = {name: value for name, value in raw.items() if name != "_meta"}
        return {**attributes, "kind": kind, "anonymous": bool(raw.get("anonymous"))}

    def wrong_types(self, raw: dict[str, Json]) -> bool:
        """Returns whether a built-in attribute has the wrong type (2.1)."""
        meta = raw.get("_meta")
        return (
            not _is(raw.get("name"), str)
            or not isinstance(raw.get("anonymous", False), bool)
            or not _is(meta, dict)
            or (meta is not None and not _names(meta.get("privateAttributes")))
        )

    def legacy_user(self, raw: dict[str, Json]) -> dict[str, Json]:
        """Reads a context without kind (2.3, A7)."""
        if self.wrong_legacy_types(raw):
            raise InvalidContext
        return self.legacy_attributes(raw, raw.get("custom") or {})

    def wrong_legacy_types(self, raw: dict[str, Json]) -> bool:
        """Returns whether a member of a legacy user has the wrong type (2.3)."""
        return (
            not isinstance(raw.get("key"), str)
            or any(not _is(raw.get(name), str) for name in BUILT_IN)
            or not _is(raw.get("anonymous"), bool)
            or not _is(raw.get("custom"), dict)
            or not _names(raw.get("privateAttributeNames"))
        )

    def legacy_attributes(self, raw: dict[str, Json], custom: dict[str, Json]) -> dict[str, Json]:
        """Merges ``custom`` and the top-level members, which take precedence (2.3)."""
        attributes = {name: value for name, value in custom.items() if name not in RESERVED}
        attributes |= {name: raw[name] for name in BUILT_IN if raw.get(name) is not None}
        anonymous = bool(raw.get("anonymous"))
        return {**attributes, "kind": "user", "key": raw["key"], "anonymous": anonymous}


def _is(value: Json, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def _names(value: Json) -> bool:
    return _is(value, list) and all(isinstance(item, str) for item in value or ())


Result = TypeVar("Result")


class Malformed(Exception):
    """The whole evaluation is MALFORMED_FLAG (4.1)."""


class Scope(Contexts, References):
    """The document and the context of the current evaluation."""

    document: Document
    context: Context
    big_segments: Json
    """The answer of the store: ``status`` and ``memberships``."""
    results: dict[tuple[str, str], Json]
    """The results of flags and segments in this evaluation."""

    def once(self, name: tuple[str, str], compute: Callable[[], Result]) -> Result:
        """Computes the result of a flag or a segment once in an evaluation (4.1, 6)."""
        if name not in self.results:
            self.results[name] = compute()
        result: Result = self.results[name]
        return result

    def kind(self, kind: str | None) -> str:
        """Returns the kind that a member names: ``user`` if it is absent or empty (1.2, P04)."""
        return kind or "user"

    def attribute(self, text: str, kind: str | None) -> Reference:
        """Returns the attribute that a text next to a kind names; an invalid one is an error (1.2)."""
        reference = self.reference(text, literal=not kind)
        if reference is None:
            raise Malformed
        return reference
