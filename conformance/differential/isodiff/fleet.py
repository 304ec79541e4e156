"""The programs that are compared: LaunchDarkly's SDKs, then the host runtimes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from isodiff.compare import Answers, question
from isodiff.quirks import SDKS
from suite.canonical_json import Json
from suite.cases import CONFORMANCE
from suite.runners import Command, Program

ORACLES = CONFORMANCE / "differential" / "oracles"


def oracles() -> list[Command]:
    """Returns the SDKs."""
    # A larger stack: the SDK recurses endlessly into cycles that it does not detect.
    javascript = ("node", "--stack-size=3900", str(ORACLES / "node_sdk.mjs"))
    python = (sys.executable, str(ORACLES / "python_sdk.py"))
    return [Command("javascript", javascript), Command("python", python)]


Pending = list[Future[list[str]]]


class Fleet:
    """All programs, which run at the same time."""

    def __init__(self, wanted: list[Command]) -> None:
        self.programs = [Program(command) for command in wanted]
        # One thread for each, so that a program has one batch at a time.
        self.pools = [ThreadPoolExecutor(1) for _ in self.programs]

    def ask(self, batch: list[Json]) -> Pending:
        texts = [json.dumps(line) for line in batch]
        cases = [json.dumps(question(line)) for line in batch]
        return [
            pool.submit(program.answers, texts if number < len(SDKS) else cases)
            for number, (pool, program) in enumerate(zip(self.pools, self.programs, strict=True))
        ]

    def collect(self, batch: list[Json], pending: Pending) -> Iterator[Answers]:
        found = [future.result() for future in pending]
        runners = [program.command for program in self.programs[len(SDKS) :]]
        for line, answers in zip(batch, zip(*found, strict=True), strict=True):
            sdks = dict(zip(SDKS, map(json.loads, answers), strict=False))
            yield Answers(line, list(zip(runners, answers[len(SDKS) :], strict=True)), sdks)

    def close(self) -> None:
        for program in self.programs:
            program.close()
        for pool in self.pools:
            pool.shutdown()
