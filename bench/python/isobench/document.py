"""Measures loading a document, and parsing a context."""

from __future__ import annotations

from typing import Any

from isoflag import Context, Flags

from . import launchdarkly
from .blocks import Record, Subject
from .launchdarkly import LaunchDarkly
from .workload import Workload


def nothing() -> None:
    return


def measure(workload: Workload, record: Record, contexts: int) -> None:
    text = workload.text("workload.json")
    raw = workload.contexts["hit"]
    record.timed(
        "load",
        "document",
        Subject("isoflag", nothing, lambda _: Flags.from_json(text)),
        Subject("launchdarkly", nothing, lambda _: LaunchDarkly(text)),
    )

    def ours(_: Any) -> list[Any]:
        return [Context.from_dict(raw) for _ in range(contexts)]

    def theirs(_: Any) -> list[Any]:
        return [launchdarkly.context(raw) for _ in range(contexts)]

    record.timed(
        "context",
        "dict",
        Subject("isoflag", nothing, ours, contexts),
        Subject("launchdarkly", nothing, theirs, contexts),
    )
