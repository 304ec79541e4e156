"""Clauses and the rules that hold them."""

from __future__ import annotations

from isodiff.generate import contexts
from isodiff.generate.pools import (
    ATTRIBUTES,
    DATES,
    INSTANTS,
    KEYS,
    KINDS,
    NUMBERS,
    ODD_ATTRIBUTES,
    OPERATORS,
    PATTERNS,
    REFERENCES,
    SPECIAL_PATTERNS,
    STRINGS,
    UNKNOWN_OPERATORS,
    VERSIONS,
)
from isodiff.generate.source import Source
from suite.canonical_json import Json

DATE_OPERATORS = ("before", "after")
# Themes whose cases are about values: most of their references are good.
PLAIN = ("dates", "versions", "patterns", "targets", "rollouts")
VERSION_OPERATORS = ("semVerEqual", "semVerLessThan", "semVerGreaterThan")


COMPOUND: tuple[Json, ...] = ({}, [], [1], ["a"], {"a": None}, {"a": 1, "b": [True, None]}, [1, "x"])


def operator(source: Source, theme: str) -> str:
    if theme == "dates" and source.chance(0.9):
        return source.pick(DATE_OPERATORS)
    if theme == "versions" and source.chance(0.9):
        return source.pick(VERSION_OPERATORS)
    if theme == "patterns" and source.chance(0.95):
        return "matches"
    if source.chance(0.03):
        return source.pick(UNKNOWN_OPERATORS)
    if source.chance(0.08):
        return "matches"
    return source.pick(OPERATORS)


def value(source: Source, op: str, theme: str) -> Json:
    if source.chance(0.06):
        return contexts.attribute(source, theme)
    if op in DATE_OPERATORS:
        return source.pick(DATES) if source.chance(0.8) else source.pick(INSTANTS)
    if op in VERSION_OPERATORS:
        return source.pick(VERSIONS)
    if op == "matches":
        return source.pick(SPECIAL_PATTERNS if theme == "patterns" else PATTERNS)
    if op in ("startsWith", "endsWith", "contains"):
        return source.pick(STRINGS)
    if op != "in":
        return source.pick(NUMBERS)
    if source.chance(0.08):
        return source.pick(COMPOUND)
    return source.pick((*STRINGS, *NUMBERS, *NUMBERS, True, False, None, "user", "org", *KEYS))


def hinted(source: Source, theme: str) -> Json:
    """A clause on an attribute that some context has, often with a value that matches."""
    kind, name, held = source.pick(source.hints)
    op = operator(source, theme)
    made: dict[str, Json] = {"attribute": name, "op": op}
    if kind != "user" or source.chance(0.5):
        made["contextKind"] = kind
        if name.startswith("/") or "~" in name:
            made["attribute"] = "/" + name.replace("~", "~0").replace("/", "~1")
    values = [value(source, op, theme) for _ in range(source.between(0, 2))]
    if not values or source.chance(0.6):
        values.append(_near(source, op, held))
    made["values"] = values
    return made


def _near(source: Source, op: str, held: Json) -> Json:
    if isinstance(held, list) and held and source.chance(0.8):
        held = source.pick(held)
    if op in ("startsWith", "endsWith", "contains") and isinstance(held, str):
        return held[: source.between(0, 2)] if op == "startsWith" else held[-1:]
    return held


def reference(source: Source) -> tuple[str | None, str]:
    """A context kind, absent or not, and an attribute."""
    if source.chance(0.45):
        kind = None if source.chance(0.85) else ""
        return kind, source.pick(ATTRIBUTES if source.chance(0.7) else (*ODD_ATTRIBUTES, *REFERENCES))
    kind = "user" if source.chance(0.5) else source.pick(KINDS)
    if source.chance(0.4):
        return kind, source.pick(ATTRIBUTES)
    # A third of the pool are bad references; most rules should evaluate past them.
    choice = source.pick(REFERENCES[:27] if source.chance(0.85) else REFERENCES)
    return kind, choice


def clause(source: Source, theme: str, segments: list[str]) -> Json:
    made: dict[str, Json] = {}
    many = theme in ("segments", "big-segments")
    if segments and source.chance(0.6 if many else 0.12):
        made = {"attribute": "", "op": "segmentMatch", "values": source.some(segments, 2, least=1)}
        if source.chance(0.1):
            made["values"].insert(0, source.pick(("missing", 5, None, "")))
    elif source.hints and source.chance(0.8 if theme in PLAIN else 0.55):
        made = hinted(source, theme)
    else:
        op = operator(source, theme)
        kind, attribute = reference(source)
        if source.chance(0.04):
            kind, attribute = source.pick(((None, "kind"), ("user", "/kind"), ("org", "kind")))
        made = {"attribute": attribute, "op": op}
        made["values"] = [value(source, op, theme) for _ in range(source.between(1, 3))]
        if source.chance(0.03):
            made["values"] = []
        if kind is not None:
            made["contextKind"] = kind
    if source.chance(0.3):
        made["negate"] = source.chance(0.8)
    elif source.chance(0.03):
        made["negate"] = None
    return made


def clauses(source: Source, theme: str, segments: list[str]) -> Json:
    count = source.weighted(((4, 0), (70, 1), (20, 2), (5, 3)))
    return [clause(source, theme, segments) for _ in range(count)]


def bucketing_attribute(source: Source, made: dict[str, Json], kind_member: str) -> None:
    """Adds ``bucketBy`` and the kind that it is read from."""
    if source.chance(0.5):
        made[kind_member] = source.pick(("user", "user", *KINDS, "", None))
    if source.chance(0.35):
        choices = (*ATTRIBUTES, "key", "kind", "")
        good = (*choices, *choices, *REFERENCES[:27])
        made["bucketBy"] = source.pick(good if source.chance(0.9) else REFERENCES)
    elif source.chance(0.05):
        made["bucketBy"] = None
