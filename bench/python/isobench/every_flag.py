"""Measures the evaluation of all flags for one context."""

from __future__ import annotations

from typing import Any

from isoflag import Context, Flags

from . import launchdarkly
from .agreement import agree
from .blocks import Record, Subject
from .launchdarkly import EVENTS, LaunchDarkly
from .workload import Workload


def measure(workload: Workload, record: Record, contexts: int) -> None:
    text = workload.text("workload.json")
    raw = workload.contexts["hit"]
    flags = Flags.from_json(text)
    theirs = LaunchDarkly(text)
    keys = flags.keys()
    context = Context.from_dict(raw)
    known = launchdarkly.context(raw)
    bound = flags.bind(context)
    for key in keys:
        agree(key, bound.variation_detail(key, None), theirs.evaluate(key, known))

    def bind() -> list[Any]:
        return [flags.bind(context) for _ in range(contexts)]

    def read() -> list[Any]:
        return [launchdarkly.context(raw) for _ in range(contexts)]

    def ours_block(all_bound: list[Any]) -> None:
        for bound in all_bound:
            for key in keys:
                detail = bound.variation_detail(key, None)
                _index = detail.variation_index

    evaluate = theirs.evaluator.evaluate
    models = [theirs.flags[key] for key in keys]

    def theirs_block(contexts: list[Any]) -> None:
        for context in contexts:
            for flag in models:
                detail = evaluate(flag, context, EVENTS).detail
                _index = detail.variation_index

    record.timed(
        "all",
        "1000",
        Subject("isoflag", bind, ours_block, contexts),
        Subject("launchdarkly", read, theirs_block, contexts),
    )

    client = theirs.client()
    record.timed(
        "all-state",
        "1000",
        Subject("isoflag", bind, lambda each: [b.all_flags_state() for b in each], contexts),
        Subject(
            "launchdarkly", read, lambda each: [client.all_flags_state(c) for c in each], contexts
        ),
    )
    client.close()
