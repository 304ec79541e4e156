"""Measures two threads against one, for work that releases the GIL."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from threading import Thread
from time import perf_counter
from typing import Any

from isoflag import Context, Flags

from .blocks import Record
from .workload import Workload

FREE_THREADED = ("python3.13t", "python3.14t", "python3.15t")


def gain(work: Callable[[], Any], blocks: int) -> list[float]:
    """Returns the throughput of two threads over one, each doing the same work."""
    samples = []
    for _ in range(blocks + 1):
        start = perf_counter()
        work()
        one = perf_counter() - start
        threads = [Thread(target=work) for _ in range(2)]
        start = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        samples.append(2 * one / (perf_counter() - start))
    return samples[1:]


def parted(work: Callable[[int], Any], blocks: int) -> list[float]:
    """Returns the speedup of the same work on two threads."""
    samples = []
    for _ in range(blocks + 1):
        taken = []
        for threads in (1, 2):
            start = perf_counter()
            work(threads)
            taken.append(perf_counter() - start)
        samples.append(taken[0] / taken[1])
    return samples[1:]


def measure(workload: Workload, record: Record, contexts: int) -> None:
    flags = Flags.from_json(workload.text("workload.json"))
    raw = workload.contexts["hit"]
    many = [Context.from_dict(raw | {"key": f"user-{number}"}) for number in range(contexts)]
    keys = flags.keys()

    def evaluate(threads: int) -> Any:
        return flags.evaluate_many(keys, many, threads=threads)

    own = parted(evaluate, record.blocks)
    record.row("threads", "evaluate_many", "isoflag", "times", own)
    others = gain(partial(evaluate, 1), record.blocks)
    record.row("threads", "evaluate_many, each thread its own call", "isoflag", "times", others)

    def states() -> None:
        for context in many:
            flags.all_flags_state(context)

    record.row("threads", "all_flags_state", "isoflag", "times", gain(states, record.blocks))
    found = next((name for name in FREE_THREADED if shutil.which(name)), None)
    if found is None:
        record.skip("threads", "free-threaded", "no free-threaded interpreter is installed")
    else:
        record.skip("threads", "free-threaded", f"{found} is there, isoflag's wheel for it is not")
