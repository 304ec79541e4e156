"""Contexts: single, multi, legacy, and invalid."""

from __future__ import annotations

from isodiff.generate.source import (
    ATTRIBUTES,
    DATES,
    INSTANTS,
    KEYS,
    KINDS,
    NUMBERS,
    ODD_ATTRIBUTES,
    PATTERN_TEXTS,
    STRINGS,
    VALUES,
    VERSIONS,
    Hint,
    Source,
)
from suite.canonical_json import Json

HIDDEN = ("kind", "_meta", "custom", "privateAttributeNames", "")
WRONG: tuple[Json, ...] = (None, 5, True, "", "x", [], {}, ["x"], [1])


def attribute(source: Source, theme: str, *, nested: bool = True) -> Json:
    if theme == "dates" and source.chance(0.8):
        value: Json = source.pick(DATES) if source.chance(0.8) else source.pick(INSTANTS)
    elif theme == "versions" and source.chance(0.9):
        value = source.pick(VERSIONS)
    elif theme == "patterns" and source.chance(0.9):
        value = source.pick(PATTERN_TEXTS)
    else:
        value = _plain(source)
    if nested and source.chance(0.12):
        return [attribute(source, theme, nested=False) for _ in range(source.between(0, 3))]
    return value


def _plain(source: Source) -> Json:
    kind = source.between(0, 9)
    if kind < 4:
        return source.pick(STRINGS)
    if kind < 7:
        return source.pick(NUMBERS)
    if kind == 7:
        return source.chance(0.5)
    if kind == 8:
        return source.pick((None, [], {}, [None], [[1]], ["a", ["a"]], {"a": None}))
    return source.pick(VALUES)


def address(source: Source, theme: str) -> Json:
    members = ("city", "geo", "/x", "y~z", "~x", "", "0", "toString")
    made: dict[str, Json] = {}
    for name in source.some(members, 5):
        if name == "geo":
            made[name] = {"lat": attribute(source, theme)}
        else:
            made[name] = attribute(source, theme)
    return made


def attributes(source: Source, theme: str) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for name in ATTRIBUTES:
        if source.chance(0.75):
            if name == "address" and source.chance(0.8):
                made[name] = address(source, theme)
            else:
                made[name] = attribute(source, theme)
    for name in ODD_ATTRIBUTES:
        if name not in ("kind", "key", "name", "anonymous") and source.chance(0.12):
            made[name] = attribute(source, theme)
    if source.chance(0.01):
        made[""] = 1
    return made


def part(source: Source, theme: str) -> dict[str, Json]:
    made = attributes(source, theme)
    made["key"] = source.pick(KEYS)
    if source.chance(0.3):
        made["name"] = source.pick((*STRINGS, None))
    if source.chance(0.3):
        made["anonymous"] = source.chance(0.5)
    if source.chance(0.15):
        made["_meta"] = source.pick((None, {}, {"privateAttributes": None}, {"privateAttributes": ["email", "/address/city"]}))
    return made


def single(source: Source, theme: str) -> Json:
    kind = "user" if source.chance(0.5) else source.pick(KINDS)
    return {"kind": kind, **part(source, theme)}


def multi(source: Source, theme: str) -> Json:
    kinds = source.some(KINDS, 3, least=1)
    return {"kind": "multi", **{kind: part(source, theme) for kind in kinds}}


def legacy(source: Source, theme: str) -> Json:
    made: dict[str, Json] = {"key": "" if source.chance(0.15) else source.pick(KEYS)}
    for name in ("name", "firstName", "lastName", "email", "country", "avatar", "ip"):
        if source.chance(0.25):
            made[name] = source.pick((*STRINGS, None))
    if source.chance(0.3):
        made["anonymous"] = source.pick((True, False, None))
    if source.chance(0.7):
        made["custom"] = attributes(source, theme)
        for name in ("email", "name", "key", "kind", "anonymous", "_meta"):
            if source.chance(0.06):
                made["custom"][name] = source.pick(("a", 1, True))
    if source.chance(0.2):
        made["privateAttributeNames"] = source.pick((None, [], ["email"], ["/lead", "a~b"]))
    if source.chance(0.2):
        made["ignored"] = 1
    return made


def broken(source: Source, theme: str) -> Json:
    """A context with one thing wrong, or nearly wrong."""
    made: Json = source.pick((single, multi, legacy))(source, theme)
    target = made
    if made.get("kind") == "multi" and source.chance(0.6):
        names = [name for name in made if name != "kind"]
        name = source.pick(names)
        choice = source.between(0, 3)
        if choice == 0:
            made[name] = source.pick((None, 5, "x", []))
            return made
        if choice == 1:
            made[source.pick(("multi", "", "a b", "ü", "a/b"))] = part(source, theme)
            return made
        if choice == 2:
            return {"kind": "multi"}
        target = made[name]
    if "kind" in made:
        member = source.pick(("key", "kind", "name", "anonymous", "_meta"))
        if member == "kind" and target is not made:
            member = "key"
    else:
        member = source.pick(("key", "name", "email", "anonymous", "custom", "privateAttributeNames"))
    if member == "_meta" and source.chance(0.7):
        target[member] = {"privateAttributes": source.pick(WRONG)}
    elif member == "kind" and source.chance(0.7):
        target[member] = source.pick(("", "kind", "ü", "a b", "User", None, 5))
    elif member == "key" and source.chance(0.3):
        target.pop("key", None)
    elif member == "custom":
        target[member] = source.pick((None, 5, [], ["x"]))
    elif member == "anonymous":
        target[member] = source.pick((None, 0, 1, "", "x"))
    else:
        target[member] = source.pick(WRONG)
    return made


def context(source: Source, theme: str) -> Json:
    return source.weighted(((50, single), (28, multi), (7, legacy), (40 if theme == "contexts" else 4, broken)))(source, theme)


def hints(made: list[Json]) -> list[Hint]:
    """Returns attributes that clauses test, so that they sometimes match."""
    found: list[Hint] = []
    for one in made:
        if not isinstance(one, dict):
            continue
        if one.get("kind") == "multi":
            parts = [(kind, part) for kind, part in one.items() if isinstance(part, dict)]
        elif "kind" in one:
            parts = [(str(one["kind"]), one)]
        else:
            custom = one.get("custom")
            parts = [("user", custom if isinstance(custom, dict) else {}), ("user", one)]
        for kind, part in parts:
            found += [(kind, name, part[name]) for name in part if name not in HIDDEN]
    return found
