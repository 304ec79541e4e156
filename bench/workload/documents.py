"""Whole documents: the workload, and those that grow."""

from __future__ import annotations

from random import Random
from typing import Any

import flags as shapes

Document = dict[str, Any]

SEED = 42
SMALL_SEGMENTS = 20


def filler(random: Random, number: int, place: int) -> shapes.Item:
    """Returns the flag at an index of a hundred, with the shares of a typical project."""
    key = f"flag-{number:04}"
    match place:
        case _ if place < 15:
            members: shapes.Item = {"on": False}
        case _ if place < 40:
            members = {}
        case _ if place < 48:
            members = shapes.targets(20)
        case _ if place < 70:
            members = shapes.rules(2)
        case _ if place < 73:
            members = shapes.rules(10)
        case _ if place < 87:
            members = shapes.rollout()
        case _ if place < 91:
            members = shapes.needs("prereq-0")
        case _ if place < 95:
            small = f"seg-fill-{number % SMALL_SEGMENTS}"
            members = shapes.one_clause("", "segmentMatch", [small])
        case _ if place < 97:
            members = shapes.one_clause("email", "matches", [shapes.EMAIL])
        case _ if place < 99:
            members = shapes.one_clause("createdAt", "before", ["2025-01-01T00:00:00Z"])
        case _:
            members = shapes.json_variation(random)
    return shapes.flag(random, key, **members)


def measured(random: Random) -> dict[str, shapes.Item]:
    """The flags that have a row of their own."""
    members: dict[str, shapes.Item] = {
        "bool-off": {"on": False},
        "fallthrough": {},
        "targets-1000": shapes.targets(1000),
        "rules-10": shapes.rules(10),
        "rollout": shapes.rollout(),
        "prereq-0": {},
        "prereq-1": shapes.needs("prereq-0"),
        "prereq-2": shapes.needs("prereq-1"),
        "prereq-3": shapes.needs("prereq-2"),
        "segment-1000": shapes.one_clause("", "segmentMatch", ["seg-10000"]),
        "regex": shapes.one_clause("email", "matches", [shapes.EMAIL]),
        "date": shapes.one_clause("createdAt", "before", ["2025-01-01T00:00:00Z"]),
        "json-variation": shapes.json_variation(random),
    }
    return {key: shapes.flag(random, key, **more) for key, more in members.items()}


def of_flags(count: int) -> Document:
    """A document with the given number of flags, including those that have a benchmark row."""
    random = Random(SEED)
    flags = measured(random)
    for number in range(count - len(flags)):
        written = filler(random, number, number % 100)
        flags[written["key"]] = written
    segments = [shapes.segment(random, "seg-10000", 0, 10_000)]
    segments += [
        shapes.segment(random, f"seg-fill-{number}", 25 * number, 50)
        for number in range(SMALL_SEGMENTS)
    ]
    return {"flags": flags, "segments": {item["key"]: item for item in segments}}


def of_growing_flags(count: int) -> Document:
    """Like `of_flags`, without the large segment, which would dominate small documents."""
    document = of_flags(count)
    large = document["segments"]["seg-10000"]
    large["included"] = large["included"][:100]
    return document


def of_targets(count: int) -> Document:
    """One flag with the given number of target keys; the measured user is in the middle or absent."""
    written = shapes.flag(Random(SEED), "targets", **shapes.targets(count))
    keys = written["targets"][0]["values"]
    keys[count // 2] = shapes.user(777)
    return {"flags": {"targets": written}, "segments": {}}


def of_clauses(count: int) -> Document:
    """One flag with one rule of the given number of clauses, which all match."""
    kinds: list[tuple[str, str, list[Any]]] = [
        ("country", "in", shapes.COUNTRIES),
        ("appVersion", "semVerGreaterThan", ["2.0.0"]),
        ("age", "lessThan", [90]),
        ("email", "startsWith", ["alice"]),
    ]
    clauses = [shapes.clause(*kinds[number % len(kinds)]) for number in range(count)]
    written = shapes.flag(
        Random(SEED),
        "clauses",
        rules=[shapes.rule(0, clauses)],
        fallthrough={"variation": 1},
    )
    return {"flags": {"clauses": written}, "segments": {}}


def patch() -> Document:
    """Returns a document with one changed flag."""
    changed = shapes.flag(Random(SEED), "flag-0050", **shapes.rules(2))
    return {"flags": {"flag-0050": changed | {"version": 4}}}


def context(key: str) -> dict[str, Any]:
    """A context of sixteen attributes."""
    return {
        "kind": "user",
        "key": key,
        "name": "Alice Example",
        "email": "alice@example.com",
        "country": "de",
        "plan": "pro",
        "age": 34,
        "appVersion": "4.2.1",
        "os": "linux",
        "locale": "de-DE",
        "beta": True,
        "company": "acme",
        "groups": ["eng", "early-access", "beta"],
        "createdAt": "2023-05-01T12:00:00Z",
        "score": 0.87,
        "address": {"city": "Berlin", "zip": "10115"},
    }
