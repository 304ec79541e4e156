"""Measures times in blocks, and writes the rows."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter_ns, process_time_ns
from typing import Any


@dataclass(frozen=True)
class Subject:
    """One subject of a row: its setup, and the measured block."""

    name: str
    prepare: Callable[[], Any]
    block: Callable[[Any], Any]
    calls: int = 1


PROFILED_NS = 8_000_000_000


class Record:
    """Writes rows, one JSON object a line; bench/run.sh sets in the environment which ones."""

    def __init__(self) -> None:
        self.quick = "ISOFLAG_BENCH_QUICK" in os.environ
        self.only = os.environ.get("ISOFLAG_BENCH_ONLY", "")
        self.profile = "ISOFLAG_BENCH_PROFILE" in os.environ
        self.blocks = 3 if self.quick else 9

    def wants(self, group: str) -> bool:
        """Returns whether some row of a group is measured."""
        return group.startswith(self.only) or self.only.startswith(group)

    @staticmethod
    def row(group: str, case: str, subject: str, unit: str, samples: list[float]) -> None:
        line = {"host": "python", "group": group, "case": case, "subject": subject}
        sys.stdout.write(json.dumps(line | {"unit": unit, "samples": samples}) + "\n")
        sys.stdout.flush()

    @staticmethod
    def skip(group: str, case: str, reason: str) -> None:
        line = {"host": "python", "group": group, "case": case, "skipped": reason}
        sys.stdout.write(json.dumps(line) + "\n")

    @staticmethod
    def answer(case: str, text: str) -> None:
        sys.stdout.write(json.dumps({"host": "python", "answer": text, "case": case}) + "\n")

    def timed(self, group: str, case: str, *subjects: Subject, blocks: int | None = None) -> None:
        """Times the subjects' blocks alternately, so that disturbances affect all equally.

        In a profile isoflag's block runs alone.
        """
        if not f"{group}/{case}".startswith(self.only):
            return
        if self.profile:
            (subject,) = (subject for subject in subjects if subject.name == "isoflag")
            start = process_time_ns()
            while process_time_ns() - start < PROFILED_NS:
                subject.block(subject.prepare())
            return
        samples: dict[str, list[float]] = {subject.name: [] for subject in subjects}
        for _ in range(1 + (blocks or self.blocks)):
            for subject in subjects:
                gc.collect()
                gc.disable()
                state = subject.prepare()
                start = perf_counter_ns()
                kept = subject.block(state)
                took = perf_counter_ns() - start
                gc.enable()
                del state, kept
                samples[subject.name].append(took / subject.calls)
        for name, taken in samples.items():
            self.row(group, case, name, "ns", taken[1:])  # the first warms up
