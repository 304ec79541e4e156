"""Writes the inputs of the benchmarks to a folder: workload.py FOLDER [--seed NUMBER] [--from FOLDER] [--quick].

The workload and documents of growing size, with flags and segments as LaunchDarkly writes them. With `--from` the folder's
workload.json and contexts.json are used instead. Equal arguments make equal files.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

Document = dict[str, Any]
Item = dict[str, Any]

COUNTRIES = ["us", "ca", "de", "fr", "gb", "nl"]
EMAIL = r"^[a-z0-9._+-]+@(example|acme)\.(com|org)$"
OTHER_EMAILS = [r"@example\.com$", r"^(alice|bob|carol)@", r"^\w+@[a-z]+\.(com|net|org)$"]
SEED = 42
SMALL_SEGMENTS = 20


@dataclass(frozen=True)
class Kind:
    """The parts of a document that a seed varies, beside salts and the order of flags."""

    pattern: str = EMAIL
    order: tuple[int, ...] = (0, 1, 2)
    """The order of a rule's clauses."""

    @staticmethod
    def of(random: Random) -> Kind:
        return Kind(random.choice(OTHER_EMAILS), tuple(random.sample(range(3), 3)))


def user(number: int) -> str:
    return f"user-{number:06}"


def clause(attribute: str, op: str, values: list[Any]) -> Item:
    return {
        "contextKind": "user",
        "attribute": attribute,
        "op": op,
        "values": values,
        "negate": False,
    }


def rule(number: int, clauses: list[Item], variation: int = 0) -> Item:
    return {
        "id": f"rule-{number:04}",
        "clauses": clauses,
        "trackEvents": False,
        "variation": variation,
    }


def flag(random: Random, key: str, **members: Any) -> Item:
    """A flag that is on and serves its first variation, but for the given members."""
    return {
        "key": key,
        "version": 3,
        "on": True,
        "offVariation": 1,
        "fallthrough": {"variation": 0},
        "variations": [True, False],
        "targets": [],
        "contextTargets": [],
        "rules": [],
        "prerequisites": [],
        "salt": f"{random.getrandbits(128):032x}",
        "trackEvents": False,
        "trackEventsFallthrough": False,
        "debugEventsUntilDate": None,
        "clientSide": False,
        "clientSideAvailability": {"usingMobileKey": False, "usingEnvironmentId": False},
    } | members


def targets(count: int) -> Item:
    return {
        "targets": [{"variation": 1, "values": [user(number) for number in range(count)]}],
        "contextTargets": [{"contextKind": "user", "variation": 1, "values": []}],
    }


def rules(count: int, kind: Kind) -> Item:
    """Rules of three clauses each, of which only the last rule matches."""
    misses = [
        lambda n: clause("age", "greaterThan", [90 + n]),
        lambda n: clause("email", "startsWith", [f"zz{n}", f"qq{n}"]),
        lambda n: clause("plan", "in", [f"enterprise-{n}", "legacy"]),
    ]
    written = []
    for number in range(count - 1):
        clauses = [
            clause("country", "in", COUNTRIES),
            clause("appVersion", "semVerGreaterThan", [f"2.{number}.0"]),
            misses[number % 3](number),
        ]
        written.append(rule(number, [clauses[index] for index in kind.order]))
    last = [
        clause("country", "in", ["us", "de", "fr"]),
        clause("email", "startsWith", ["alice"]),
        clause("appVersion", "semVerGreaterThan", ["3.0.0"]),
    ]
    return {"rules": [*written, rule(count - 1, last)], "fallthrough": {"variation": 1}}


def one_clause(*parts: Any) -> Item:
    return {"rules": [rule(0, [clause(*parts)])], "fallthrough": {"variation": 1}}


def rollout() -> Item:
    weights = [{"variation": 0, "weight": 30000}, {"variation": 1, "weight": 70000}]
    return {
        "fallthrough": {
            "rollout": {"contextKind": "user", "bucketBy": "key", "variations": weights}
        }
    }


def needs(key: str) -> Item:
    return {"prerequisites": [{"key": key, "variation": 0}]}


def json_variation(random: Random) -> Item:
    """About 2 KB of JSON."""
    value = {
        "theme": {
            "name": "midnight",
            "colors": [f"#{random.getrandbits(24):06x}" for _ in range(24)],
        },
        "limits": {f"limit_{number}": random.randrange(100_000) for number in range(40)},
        "endpoints": [
            {
                "name": f"svc-{number}",
                "url": f"https://svc-{number}.example.internal/api/v1",
                "timeoutMs": 250 * number,
                "retry": number % 2 == 0,
            }
            for number in range(10)
        ],
    }
    return {"variations": [value, {}]}


def segment(random: Random, key: str, first: int, count: int) -> Item:
    return {
        "key": key,
        "version": 1,
        "included": [user(number) for number in range(first, first + count)],
        "excluded": [],
        "includedContexts": [],
        "excludedContexts": [],
        "rules": [],
        "salt": f"{random.getrandbits(64):016x}",
        "unbounded": False,
        "generation": None,
    }


def filler(random: Random, number: int, place: int, kind: Kind) -> Item:
    """Returns the flag at an index of a hundred, with the shares of a typical project."""
    key = f"flag-{number:04}"
    match place:
        case _ if place < 15:
            members: Item = {"on": False}
        case _ if place < 40:
            members = {}
        case _ if place < 48:
            members = targets(20)
        case _ if place < 70:
            members = rules(2, kind)
        case _ if place < 73:
            members = rules(10, kind)
        case _ if place < 87:
            members = rollout()
        case _ if place < 91:
            members = needs("prereq-0")
        case _ if place < 95:
            small = f"seg-fill-{number % SMALL_SEGMENTS}"
            members = one_clause("", "segmentMatch", [small])
        case _ if place < 97:
            members = one_clause("email", "matches", [kind.pattern])
        case _ if place < 99:
            members = one_clause("createdAt", "before", ["2025-01-01T00:00:00Z"])
        case _:
            members = json_variation(random)
    return flag(random, key, **members)


def measured(random: Random, kind: Kind) -> dict[str, Item]:
    """The flags that have a row of their own."""
    members: dict[str, Item] = {
        "bool-off": {"on": False},
        "fallthrough": {},
        "targets-1000": targets(1000),
        "rules-10": rules(10, kind),
        "rollout": rollout(),
        "prereq-0": {},
        "prereq-1": needs("prereq-0"),
        "prereq-2": needs("prereq-1"),
        "prereq-3": needs("prereq-2"),
        "segment-1000": one_clause("", "segmentMatch", ["seg-10000"]),
        "regex": one_clause("email", "matches", [kind.pattern]),
        "date": one_clause("createdAt", "before", ["2025-01-01T00:00:00Z"]),
        "json-variation": json_variation(random),
    }
    return {key: flag(random, key, **more) for key, more in members.items()}


def cases() -> list[dict[str, Any]]:
    """Returns the rows of one evaluation: a flag, a context and a document.

    The answer of a `constant` one depends on no context; the value of a `large` one has 2 KB.
    """
    rows: list[dict[str, Any]] = [
        {"case": "bool-off", "constant": True},
        {"case": "fallthrough", "constant": True},
        {"case": "targets-1000 hit", "flag": "targets-1000"},
        {"case": "targets-1000 miss", "flag": "targets-1000", "context": "miss"},
        {"case": "rules-10"},
        {"case": "rollout"},
        {"case": "rollout murmur3", "flag": "rollout", "document": "murmur3"},
        {"case": "prereq-3", "constant": True},
        {"case": "segment hit", "flag": "segment-1000"},
        {"case": "segment miss", "flag": "segment-1000", "context": "miss"},
        {"case": "regex"},
        {"case": "date"},
        {"case": "json-variation", "constant": True, "large": True},
    ]
    usual = {"context": "hit", "document": "workload", "constant": False, "large": False}
    return [usual | {"flag": row["case"]} | row for row in rows]


def of_flags(count: int, seed: int = SEED) -> Document:
    """A document with the given number of flags, including those that have a benchmark row.

    Another seed also changes the order of the other flags, of clauses, and the pattern.
    """
    random = Random(seed)
    kind = Kind() if seed == SEED else Kind.of(random)
    flags = measured(random, kind)
    places = list(range(100))
    if seed != SEED:
        random.shuffle(places)
    for number in range(count - len(flags)):
        written = filler(random, number, places[number % 100], kind)
        flags[written["key"]] = written
    segments = [segment(random, "seg-10000", 0, 10_000)]
    segments += [
        segment(random, f"seg-fill-{number}", 25 * number, 50) for number in range(SMALL_SEGMENTS)
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
    written = flag(Random(SEED), "targets", **targets(count))
    keys = written["targets"][0]["values"]
    keys[count // 2] = user(777)
    return {"flags": {"targets": written}, "segments": {}}


def of_clauses(count: int) -> Document:
    """One flag with one rule of the given number of clauses, which all match."""
    kinds: list[tuple[str, str, list[Any]]] = [
        ("country", "in", COUNTRIES),
        ("appVersion", "semVerGreaterThan", ["2.0.0"]),
        ("age", "lessThan", [90]),
        ("email", "startsWith", ["alice"]),
    ]
    clauses = [clause(*kinds[number % len(kinds)]) for number in range(count)]
    written = flag(
        Random(SEED),
        "clauses",
        rules=[rule(0, clauses)],
        fallthrough={"variation": 1},
    )
    return {"flags": {"clauses": written}, "segments": {}}


def patch() -> Document:
    """Returns a document with one changed flag."""
    changed = flag(Random(SEED), "flag-0050", **rules(2, Kind()))
    return {"flags": {"flag-0050": changed | {"version": 4}}}


def context(key: str, seed: int = SEED) -> dict[str, Any]:
    """A context of sixteen attributes; a seed changes their order."""
    written = {
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
    if seed == SEED:
        return written
    return {name: written[name] for name in Random(seed).sample(list(written), len(written))}


SIZES = {
    "flags": [100, 1_000, 10_000, 100_000],
    "targets": [10, 100, 1_000, 10_000, 100_000, 1_000_000],
    "clauses": [1, 10, 100, 1_000],
}
QUICK_LIMIT = 10_000


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--from", type=Path, dest="source")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)

    if options.source:
        for name in ("workload.json", "contexts.json"):
            shutil.copyfile(options.source / name, folder / name)
        origin = "given"
    else:
        write(folder / "workload.json", of_flags(1000, options.seed))
        contexts = {"hit": "user-000777", "miss": "user-999999"}
        write(
            folder / "contexts.json",
            {name: context(key, options.seed) for name, key in contexts.items()},
        )
        origin = f"seed {options.seed}"
    workload = json.loads((folder / "workload.json").read_text())
    write(folder / "murmur3.json", workload | {"meta": {"hash": "murmur3"}})
    write(folder / "patch.json", patch())

    growth = []
    makers = {
        "flags": of_growing_flags,
        "targets": of_targets,
        "clauses": of_clauses,
    }
    for axis, sizes in SIZES.items():
        for size in sizes:
            if options.quick and size > QUICK_LIMIT:
                continue
            name = f"growth-{axis}-{size}.json"
            write(folder / name, makers[axis](size))
            flag = "fallthrough" if axis == "flags" else axis
            growth.append({"axis": axis, "size": size, "file": name, "flag": flag})
    write(
        folder / "index.json",
        {
            "origin": origin,
            "bytes": (folder / "workload.json").stat().st_size,
            "flags": len(workload["flags"]),
            "segments": len(workload["segments"]),
            "cases": cases(),
            "growth": growth,
        },
    )


if __name__ == "__main__":
    main()
