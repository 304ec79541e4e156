"""Flags and segments by shape, as LaunchDarkly writes them."""

from __future__ import annotations

from random import Random
from typing import Any

Item = dict[str, Any]

COUNTRIES = ["us", "ca", "de", "fr", "gb", "nl"]
EMAIL = r"^[a-z0-9._+-]+@(example|acme)\.(com|org)$"


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


def rules(count: int) -> Item:
    """Rules of three clauses each, of which only the last rule matches."""
    misses = [
        lambda n: clause("age", "greaterThan", [90 + n]),
        lambda n: clause("email", "startsWith", [f"zz{n}", f"qq{n}"]),
        lambda n: clause("plan", "in", [f"enterprise-{n}", "legacy"]),
    ]
    written = [
        rule(
            number,
            [
                clause("country", "in", COUNTRIES),
                clause("appVersion", "semVerGreaterThan", [f"2.{number}.0"]),
                misses[number % 3](number),
            ],
        )
        for number in range(count - 1)
    ]
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
