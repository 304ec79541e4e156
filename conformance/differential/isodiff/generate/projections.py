"""Generates one line of projections: what is known of a context, and contexts that agree with it."""

from __future__ import annotations

from typing import Any

from isodiff.generate.documents import lines
from isodiff.generate.source import ATTRIBUTES, KINDS, Source
from suite.canonical_json import Json

PRIVATE = ("user.email", "user.key", "user./address/city", "org.plan", "device.age")
NO_ATTRIBUTES = ("", "kind", "_meta")

Known = dict[str, Any]
"""For each known kind its known attributes, of which None is one that the context lacks; None if it lacks the kind."""


def projection_lines(seed: str, number: int) -> list[Json]:
    """Returns the lines of one document, most of whose flags are available to browsers."""
    source = Source(f"{seed}/{number}/projection")
    made = []
    for line in lines(seed, number):
        for flag in line["document"]["flags"].values():
            if isinstance(flag, dict) and source.chance(0.85):
                flag.pop("clientSideAvailability", None)
                flag["clientSide"] = True
        line.pop("text", None)
        known = _known(source, line["contexts"])
        private = source.some(PRIVATE, 2, least=1) if source.chance(0.2) else []
        contexts = [agreeing(context, known) for context in line["contexts"]]
        kept = [context for context in contexts if context is not None]
        made.append({**line, "contexts": kept or [agreeing({"kind": "user", "key": "a"}, known)], "known": known, "private": private})
    return made


def _known(source: Source, contexts: list[Json]) -> Known:
    """Returns a part of a valid context; mostly that of one of these."""
    valid = [parts for parts in map(_parts, contexts) if parts is not None]
    known: Known = {}
    for kind, part in source.pick(valid).items() if valid else ():
        if source.chance(0.2):
            continue
        often = source.pick((0.3, 0.8, 1.0))
        names = [*part, *ATTRIBUTES, "name", "anonymous"]
        known[kind] = {name: _value(part, name) for name in dict.fromkeys(names) if name not in NO_ATTRIBUTES and source.chance(often)}
    for kind in KINDS:
        if kind not in known and source.chance(0.15):
            known[kind] = None
    return known


def _value(part: Json, name: str) -> Json:
    return bool(part.get(name)) if name == "anonymous" else part.get(name)


def _parts(context: Json) -> dict[str, Json] | None:
    """Returns the parts of a valid context by kind; None if it is invalid, or has the older form."""
    if not isinstance(context, dict) or not isinstance(kind := context.get("kind"), str):
        return None
    parts = {name: part for name, part in context.items() if name != "kind"} if kind == "multi" else {kind: _without_kind(context)}
    return parts if parts and all(kind in KINDS and _is_valid(part) for kind, part in parts.items()) else None


def _without_kind(context: Json) -> Json:
    return {name: value for name, value in context.items() if name != "kind"}


def _is_valid(part: Json) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("key"), str) or not part["key"]:
        return False
    return isinstance(part.get("name"), str | None) and isinstance(part.get("anonymous"), bool | None)


def agreeing(context: Json, known: Known) -> Json | None:
    """Returns the context with everything that is known; None if it cannot have that."""
    if not known:
        return context
    parts = _parts(context)
    if parts is None:
        return None
    for kind, attributes in known.items():
        if attributes is None:
            parts.pop(kind, None)
            continue
        part = {"key": "b", **parts.get(kind, {}), **attributes}
        parts[kind] = {name: value for name, value in part.items() if value is not None or name not in attributes}
    if not parts:
        return None
    if len(parts) == 1:
        ((kind, part),) = parts.items()
        return {"kind": kind, **part}
    return {"kind": "multi", **parts}
