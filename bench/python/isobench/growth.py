"""Measures growth of time and memory with a document; each size runs in its own process."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from .blocks import Record, Subject
from .workload import Workload

PAGE = 4096


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def measure(workload: Workload, record: Record) -> None:
    if not record.wants("growth"):
        return
    for growth in workload.growth:
        for subject in ("agree", "isoflag", "launchdarkly"):
            command = [sys.executable, "-m", "isobench.growth", subject]
            command.append(json.dumps(growth))
            subprocess.run(command, check=True)


def check(growth: dict[str, Any]) -> None:
    from isoflag import Flags

    from . import launchdarkly

    workload = Workload()
    text = workload.text(growth["file"])
    raw = workload.contexts["hit"]
    key = growth["flag"]
    theirs = launchdarkly.LaunchDarkly(text).evaluate(key, launchdarkly.context(raw))
    launchdarkly.agree(key, Flags.from_json(text).variation_detail(key, raw, None), theirs)


def one(subject: str, growth: dict[str, Any]) -> None:
    workload = Workload()
    case = f"{growth['axis']} {growth['size']}"
    text = workload.text(growth["file"])
    raw = workload.contexts["hit"]
    large = growth["axis"] == "flags" and growth["size"] >= 100_000
    record = Record()
    if large:
        record.blocks = 3
    load: Any
    if subject == "isoflag":
        from isoflag import Flags

        load = Flags.from_json
    else:
        from .launchdarkly import LaunchDarkly

        load = LaunchDarkly
    gc.collect()
    before = resident()
    document = load(text)
    gc.collect()
    record.row("growth-memory", case, subject, "bytes", [resident() - before])

    calls = 2000 if subject == "isoflag" else 100
    key = growth["flag"]
    if subject == "isoflag":
        from .evaluation import value_and_index

        def bind() -> list[Any]:
            return [document.bind(raw) for _ in range(calls)]

        record.timed("growth-eval", case, Subject(subject, bind, value_and_index(key), calls))
    else:
        from . import launchdarkly
        from .evaluation import launchdarkly_block

        def read() -> list[Any]:
            return [launchdarkly.context(raw) for _ in range(calls)]

        block = launchdarkly_block(document, document.flags[key])
        record.timed("growth-eval", case, Subject(subject, read, block, calls))
    if subject == "isoflag" and growth["axis"] == "flags":
        patch = workload.text("patch.json")
        record.timed(
            "growth-apply",
            case,
            Subject(subject, lambda: None, lambda _: document.apply(patch)),
        )
    samples = []
    for _ in range(record.blocks):
        document = None
        gc.collect()
        start = perf_counter_ns()
        document = load(text)
        samples.append(float(perf_counter_ns() - start))
    record.row("growth-load", case, subject, "ns", samples)


if __name__ == "__main__":
    task, step = sys.argv[1:]
    if task == "agree":
        check(json.loads(step))
    else:
        one(task, json.loads(step))
