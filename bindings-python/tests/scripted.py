"""A manual clock, and a source with scripted results."""

import json
from collections.abc import Callable
from typing import Any

from isoflag import FlagClient
from isoflag.source import Fetched, Source, Unchanged

Result = Fetched | bytes | Unchanged | BaseException | Callable[[], Fetched | bytes | Unchanged]


PATIENT: dict[str, Any] = {"ttl": 60.0, "max_wait": 60.0}
"""Options of a client that waits for each refresh, also on a busy machine."""


class Clock:
    """The wall clock, in seconds since 1970."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class ScriptedSource:
    """Returns its results in order, then repeats the last one; records the arguments."""

    def __init__(self, *results: Result) -> None:
        self.results = list(results)
        self.fetches: list[Fetched | None] = []

    def __repr__(self) -> str:
        return "script"

    def fetch(self, previous: Fetched | None) -> Fetched | bytes | Unchanged:
        self.fetches.append(previous)
        result = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        if isinstance(result, BaseException):
            raise result
        return result() if callable(result) else result


def client(*results: Result, **options: Any) -> tuple[FlagClient, ScriptedSource, Clock]:
    """Returns a client of a script, with its source and its clock."""
    source, clock = ScriptedSource(*results), Clock()
    return FlagClient(source, **{**PATIENT, "clock": clock, **options}), source, clock


def text(value: Any = True, *, version: int | None = None, stamp: int | None = None) -> bytes:
    """Returns a document whose flag `a` serves the value."""
    meta = {"version": version, "lastModifiedTimestamp": stamp}
    flag = {"key": "a", "version": 1, "on": False, "offVariation": 0, "variations": [value]}
    return json.dumps(
        {
            "meta": {name: each for name, each in meta.items() if each is not None},
            "flags": {"a": flag},
        }
    ).encode()


def fetched_from(source: Source, previous: Fetched | None = None) -> Fetched:
    """Fetches a document that differs from the previous one."""
    fetched = source.fetch(previous)
    assert isinstance(fetched, Fetched)
    return fetched
