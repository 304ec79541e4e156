"""Generates flags and segments: rules, clauses, rollouts and targets."""

from __future__ import annotations

from isodiff.generate import contexts
from isodiff.generate.source import (
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
    SALTS,
    SEEDS,
    SPECIAL_PATTERNS,
    STRINGS,
    UNKNOWN_OPERATORS,
    VALUES,
    VERSIONS,
    WEIGHTS,
    Source,
)
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


DEBUG_DATES: tuple[Json, ...] = (None, 0, 1577836800000, 1577836800001, 4102444800000)


def index(source: Source, count: int) -> int:
    """An index that is usually good."""
    if count and source.chance(0.98):
        return source.between(0, count - 1)
    return source.pick((-1, count, count + 5))


def rollout(source: Source, count: int, theme: str) -> Json:
    made: dict[str, Json] = {}
    entries = source.between(1, 4) if source.chance(0.97) else 0
    even = 100000 // entries if entries and source.chance(0.3) else None
    made["variations"] = [_entry(source, count, even) for _ in range(entries)]
    if source.chance(0.35):
        made["kind"] = source.pick(("experiment", "experiment", "rollout", "other"))
    if source.chance(0.3):
        made["seed"] = source.pick((*SEEDS, None))
    bucketing_attribute(source, made, "contextKind")
    if theme == "hashes" and source.chance(0.5):
        made["hash"] = source.pick(("sha1", "murmur3"))
    return made


def _entry(source: Source, count: int, even: int | None) -> Json:
    weight = source.pick(WEIGHTS) if even is None else even
    entry: dict[str, Json] = {"variation": index(source, count), "weight": weight}
    if source.chance(0.2):
        entry["untracked"] = source.pick((True, False, None))
    return entry


def choice(source: Source, count: int, theme: str) -> dict[str, Json]:
    often = 0.8 if theme in ("rollouts", "hashes") else 0.3
    made: dict[str, Json] = {}
    if source.chance(often):
        made["rollout"] = rollout(source, count, theme)
        if source.chance(0.04):
            made["variation"] = source.pick((None, 0))
    elif source.chance(0.985):
        made["variation"] = index(source, count)
        if source.chance(0.03):
            made["rollout"] = None
    return made


def target(source: Source, count: int) -> Json:
    return {"values": source.some(KEYS, 7), "variation": index(source, count)}


def targets(source: Source, count: int) -> Json:
    made = [target(source, count) for _ in range(source.between(0, 3))]
    for entry in made:
        if source.chance(0.3):
            entry["contextKind"] = source.pick(("user", "user", "", *KINDS))
    return made


def context_targets(source: Source, count: int) -> Json:
    made = [target(source, count) for _ in range(source.between(1, 4))]
    for entry in made:
        if source.chance(0.9):
            entry["contextKind"] = source.pick(("user", "user", *KINDS, ""))
        if entry.get("contextKind") in (None, "", "user") and source.chance(0.7):
            entry["values"] = []
    return made


def rule(source: Source, count: int, theme: str, segments: list[str], number: int) -> Json:
    made: dict[str, Json] = {"clauses": clauses(source, theme, segments), **choice(source, count, theme)}
    if source.chance(0.9):
        made["id"] = f"rule-{number}" if source.chance(0.97) else source.pick(("", None))
    if source.chance(0.2):
        made["trackEvents"] = source.pick((True, False, None))
    return made


def flag(source: Source, key: str, theme: str, flags: list[str], segments: list[str]) -> Json:
    count = source.between(1, 4) if source.chance(0.98) else 0
    made: dict[str, Json] = {
        "key": key,
        "version": source.between(0, 100),
        "on": source.chance(0.9),
        "variations": [source.pick(VALUES) for _ in range(count)],
        "salt": source.pick(SALTS),
    }
    if source.chance(0.85):
        made["offVariation"] = index(source, count)
    if source.chance(0.98):
        made["fallthrough"] = choice(source, count, theme)
    if source.chance(0.75 if theme == "prerequisites" else 0.12):
        # Mostly those that come later in the document, so that not every graph is a cycle.
        later = flags[flags.index(key) + 1 :] if source.chance(0.9) else flags
        keys = source.some((*later, *later, *later, "missing") if later else ("missing",), 3, least=1)
        made["prerequisites"] = [{"key": k, "variation": source.between(0, 1)} for k in keys]
    if source.chance(0.95 if theme == "targets" else 0.3):
        made["targets"] = targets(source, count)
        if source.chance(0.6):
            made["contextTargets"] = context_targets(source, count)
    if source.chance(0.8):
        rules = source.between(1, 4)
        made["rules"] = [rule(source, count, theme, segments, n) for n in range(rules)]
    _metadata(source, made)
    if source.chance(0.02):
        made = {"key": key, "version": 1, "deleted": True}
    return made


def _metadata(source: Source, made: dict[str, Json]) -> None:
    for name in ("trackEvents", "trackEventsFallthrough", "clientSide", "excludeFromSummaries", "deleted"):
        if source.chance(0.2):
            made[name] = source.pick((True, False, None)) if name != "deleted" else source.pick((False, None))
    if source.chance(0.25):
        made["debugEventsUntilDate"] = source.pick(DEBUG_DATES)
    if source.chance(0.3):
        made["clientSideAvailability"] = source.pick(
            (None, {}, {"usingEnvironmentId": True}, {"usingEnvironmentId": False, "usingMobileKey": True}, {"usingEnvironmentId": None})
        )
    if source.chance(0.1):
        made["samplingRatio"] = source.pick((None, 0, 10))
    if source.chance(0.1):
        made["migration"] = source.pick((None, {}, {"checkRatio": 5}))
    if source.chance(0.1):
        made["lifecycle"] = {"owner": "team"}
    if source.chance(0.1):
        made["unknown"] = {"anything": [None]}
    for name in ("rules", "targets", "contextTargets", "prerequisites", "offVariation", "on", "salt"):
        if source.chance(0.01):
            made[name] = None


def segment(source: Source, key: str, theme: str, segments: list[str]) -> Json:
    # Mostly those that come later, as with prerequisites.
    segments = segments[segments.index(key) + 1 :] if source.chance(0.85) else segments
    made: dict[str, Json] = {
        "key": key,
        "version": 1,
        "salt": source.pick(SALTS),
        "included": source.some(KEYS, 2),
        "excluded": source.some(KEYS, 2),
    }
    if source.chance(0.3):
        made["includedContexts"] = [_listed(source) for _ in range(source.between(1, 2))]
    if source.chance(0.3):
        made["excludedContexts"] = [_listed(source) for _ in range(source.between(1, 2))]
    if source.chance(0.75):
        made["rules"] = [segment_rule(source, theme, segments) for _ in range(source.between(1, 3))]
    if source.chance(0.6 if theme == "big-segments" else 0.08):
        made["unbounded"] = True
        if source.chance(0.9):
            made["generation"] = source.pick((1, 1, 2, 0, None))
        if source.chance(0.5):
            made["unboundedContextKind"] = source.pick(("user", *KINDS, "", None))
    if source.chance(0.02):
        made = {"key": key, "version": 1, "deleted": True}
    for name in ("included", "rules", "salt", "includedContexts"):
        if source.chance(0.01):
            made[name] = None
    if source.chance(0.05):
        made["included"] = [*STRINGS, *(f"key-{n}" for n in range(120)), source.pick(KEYS)]
    return made


def _listed(source: Source) -> Json:
    made: dict[str, Json] = {"values": source.some(KEYS, 4)}
    if source.chance(0.9):
        made["contextKind"] = source.pick(("user", *KINDS, ""))
    return made


def segment_rule(source: Source, theme: str, segments: list[str]) -> Json:
    made: dict[str, Json] = {"clauses": clauses(source, theme, segments)}
    if source.chance(0.5):
        made["weight"] = source.pick((*WEIGHTS, None))
        bucketing_attribute(source, made, "rolloutContextKind")
    if source.chance(0.5):
        made["id"] = source.pick(("x", "", None))
    if theme == "hashes" and source.chance(0.3):
        made["hash"] = source.pick(("sha1", "murmur3"))
    return made
