"""Runs the differential: generate, evaluate, compare, report."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from isodiff.compare import SDKS, Answers, Comparison, Failure, Tally
from isodiff.generate.documents import lines
from isodiff.jsontext import Json
from isodiff.programs import Command, Program
from isodiff.report import case, divergences, summary
from isodiff.shrink import shrunk

HERE = Path(__file__).resolve().parent.parent
BATCH = 48
FULL = 100_000


def options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="differential", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", default="", help="any text; a new one is made and printed")
    parser.add_argument("--only", type=int, help="one document of the seed, in full")
    parser.add_argument("--host", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument(
        "--core-host",
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="a host on core.wasm, which answers but does not explain",
    )
    parser.add_argument("--report", type=Path, help="where a full run that passes is written")
    parser.add_argument(
        "--most-failures", type=int, default=200, help="how many end the run before its time"
    )
    return parser.parse_args(arguments)


def commands(hosts: list[str], core_hosts: list[str]) -> list[Command]:
    found = [
        # A larger stack: the SDK recurses into the endless cycles that it does not detect.
        Command(
            "javascript", ("node", "--stack-size=3900", str(HERE / "oracles" / "node_sdk.mjs"))
        ),
        Command("python", (sys.executable, str(HERE / "oracles" / "python_sdk.py"))),
    ]
    for lines_each, named in ((2, hosts), (1, core_hosts)):
        for host in named:
            name, _, command = host.partition("=")
            found.append(Command(f"isoflag {name}", tuple(command.split()), lines=lines_each))
    return found


class Fleet:
    """All programs, running in parallel."""

    def __init__(self, wanted: list[Command]) -> None:
        self.programs = [Program(command) for command in wanted]
        # One thread for each, so that a program has one batch at a time.
        self.pools = [ThreadPoolExecutor(1) for _ in self.programs]

    def ask(self, batch: list[Json]) -> list[Future[list[tuple[str, ...]]]]:
        texts = [json.dumps(line) for line in batch]
        return [
            pool.submit(program.answers, texts)
            for pool, program in zip(self.pools, self.programs, strict=True)
        ]

    def collect(
        self, batch: list[Json], asked: list[Future[list[tuple[str, ...]]]]
    ) -> Iterator[Answers]:
        said = [future.result() for future in asked]
        for number, line in enumerate(batch):
            hosts = {}
            sdks = {}
            for program, answers in zip(self.programs, said, strict=True):
                if program.command.name in SDKS:
                    sdks[program.command.name] = json.loads(answers[number][0])
                else:
                    hosts[program.command.name] = answers[number]
            yield Answers(line, hosts, sdks)

    def close(self) -> None:
        for program in self.programs:
            program.close()
        for pool in self.pools:
            pool.shutdown()


def batches(seed: str, cases: int, only: int | None) -> Iterator[list[Json]]:
    if only is not None:
        yield lines(seed, only)
        return
    count = number = 0
    batch: list[Json] = []
    while count < cases:
        for line in lines(seed, number):
            count += len(line["contexts"]) * len(line["flags"])
            batch.append(line)
        number += 1
        if len(batch) >= BATCH or count >= cases:
            yield batch
            batch = []


def compared(fleet: Fleet, seed: str, cases: int, only: int | None, most: int) -> Tally:
    tally = Tally()
    before: tuple[list[Json], list[Future[list[tuple[str, ...]]]]] | None = None
    for batch in batches(seed, cases, only):
        asked = fleet.ask(batch)
        if before is not None:
            _compare(fleet, before, tally)
        before = (batch, asked)
        if len(tally.failures) >= most:
            break
    if before is not None:
        _compare(fleet, before, tally)
    return tally


def _compare(
    fleet: Fleet, before: tuple[list[Json], list[Future[list[tuple[str, ...]]]]], tally: Tally
) -> None:
    for answers in fleet.collect(*before):
        Comparison(answers, tally).run()


def minimal(fleet: Fleet, line: Json, failure: Failure) -> str:
    """Returns the minimized failing case."""

    def check(candidates: list[Json]) -> list[Failure | None]:
        found: list[Failure | None] = []
        for answers in fleet.collect(candidates, fleet.ask(candidates)):
            tally = Tally()
            Comparison(answers, tally).run()
            same = (f for f in tally.failures if f.what == failure.what)
            found.append(next(same, None))
        return found

    return case(*shrunk(line, failure, check))


def main(arguments: list[str] | None = None) -> int:
    chosen = options(arguments)
    seed = chosen.seed or secrets.token_hex(4)
    print(f"differential: seed {seed}, {chosen.cases} cases", flush=True)
    start = time.monotonic()
    # The rules follow the JavaScript SDK into its endless cycles, up to the oracle's limit.
    sys.setrecursionlimit(20_000)
    warnings.simplefilter("ignore", FutureWarning)
    fleet = Fleet(commands(chosen.host, chosen.core_host))
    try:
        tally = compared(fleet, seed, chosen.cases, chosen.only, chosen.most_failures)
        print(summary(tally, time.monotonic() - start), flush=True)
        shown: set[str] = set()
        for line, failure in tally.failed:
            if failure.what not in shown:
                shown.add(failure.what)
                print(f"\nnot explained, document {failure.number} (--only {failure.number}):")
                print(minimal(fleet, line, failure), flush=True)
    finally:
        fleet.close()
    print(f"{len(tally.failures)} answers that nothing explains, seed {seed}")
    if chosen.report is not None and tally.cases >= FULL and not tally.failures:
        hosts = [host.partition("=")[0] for host in [*chosen.host, *chosen.core_host]]
        chosen.report.write_text(divergences(tally, seed, hosts), encoding="utf-8")
        print(f"wrote {chosen.report}")
    return 1 if tally.failures else 0
