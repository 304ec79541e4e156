"""Measures two threads against one, for work that releases the GIL."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from time import perf_counter
from typing import Any

from isoflag import Context, Flags
from isoflag.client import FlagClient

from .blocks import Record
from .workload import Workload


class Fixed:
    """A source with one document."""

    def __init__(self, document: bytes) -> None:
        self.document = document

    def fetch(self, _previous: Any) -> bytes:
        return self.document


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
    """Measures threads that share one `Flags` or one `FlagClient`."""
    if not record.wants("threads"):
        return
    flags = Flags.from_json(workload.text("workload.json"))
    raw = workload.contexts["hit"]
    many = [Context.from_dict(raw | {"key": f"user-{number}"}) for number in range(contexts)]
    keys = flags.keys()

    def evaluate(threads: int) -> Any:
        return flags.evaluate_many(keys, many, threads=threads)

    parts = parted(evaluate, record.blocks)
    record.row("threads", "evaluate_many", "isoflag", "times", parts)
    apart = gain(partial(evaluate, 1), record.blocks)
    record.row("threads", "evaluate_many, each thread its own call", "isoflag", "times", apart)

    client = FlagClient(Fixed(workload.text("workload.json")))

    def single(variation: Callable[..., Any]) -> None:
        for context in many:
            for case in workload.cases:
                variation(case.flag, context, None)

    for name, variation in (("Flags", flags.variation), ("FlagClient", client.variation)):
        row = gain(partial(single, variation), record.blocks)
        record.row("threads", f"variation, one {name}", "isoflag", "times", row)
