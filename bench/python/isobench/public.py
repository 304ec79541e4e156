"""Measures an application's call with a plain dict, LaunchDarkly's public call, and a bound context."""

from __future__ import annotations

from functools import partial
from typing import Any

from isoflag import Flags

from . import launchdarkly
from .agreement import agree
from .blocks import Record, Subject
from .evaluation import index_only, value_and_index
from .launchdarkly import LaunchDarkly
from .workload import Workload


def measure(workload: Workload, record: Record, calls: int) -> None:
    flags = {name: Flags.from_json(workload.text(f"{name}.json")) for name in documents(workload)}
    client = LaunchDarkly(workload.text("workload.json")).client()
    for case in workload.cases:
        ours = flags[case.document]
        if case.document == "workload":
            known = launchdarkly.context(case.context)
            detail = client.variation_detail(case.flag, known, None)
            agree(case.flag, ours.variation_detail(case.flag, case.context, None), detail)
            block = calling(client.variation_detail, case.flag, calls)
            theirs = [Subject("launchdarkly", partial(context_of, known), block, calls)]
        else:
            theirs = []

        def plain(raw: dict[str, Any] = case.context) -> dict[str, Any]:
            return dict(raw)

        block = calling(ours.variation_detail, case.flag, calls)
        record.timed("eval-public", case.name, Subject("isoflag", plain, block, calls), *theirs)

        def again(ours: Flags = ours, raw: dict[str, Any] = case.context) -> list[Any]:
            return [ours.bind(raw)] * calls

        repeated = index_only(case.flag) if case.large else value_and_index(case.flag)
        record.timed("eval-repeated", case.name, Subject("isoflag", again, repeated, calls))
    client.close()


def context_of(known: Any) -> Any:
    return known


def documents(workload: Workload) -> set[str]:
    return {case.document for case in workload.cases}


def calling(variation_detail: Any, key: str, calls: int) -> Any:
    def block(context: Any) -> None:
        for _ in range(calls):
            detail = variation_detail(key, context, None)
            _value = detail.value
            _index = detail.variation_index

    return block
