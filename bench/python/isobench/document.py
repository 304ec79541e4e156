"""Measures loading a document, its digest, and parsing and binding a context."""

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
    record.timed(
        "digest",
        "document",
        Subject("isoflag", lambda: Flags.from_json(text), lambda flags: flags.digest),
    )
    flags = Flags.from_json(text)
    context = Context.from_dict(raw)

    def bind(_: Any) -> list[Any]:
        return [flags.bind(context) for _ in range(contexts)]

    def bind_plain(_: Any) -> list[Any]:
        return [flags.bind(raw) for _ in range(contexts)]

    def ours(_: Any) -> list[Any]:
        return [Context.from_dict(raw) for _ in range(contexts)]

    def theirs(_: Any) -> list[Any]:
        return [launchdarkly.context(raw) for _ in range(contexts)]

    record.timed("bind", "context", Subject("isoflag", nothing, bind, contexts))
    record.timed("bind", "dict", Subject("isoflag", nothing, bind_plain, contexts))
    record.timed(
        "context",
        "dict",
        Subject("isoflag", nothing, ours, contexts),
        Subject("launchdarkly", nothing, theirs, contexts),
    )
