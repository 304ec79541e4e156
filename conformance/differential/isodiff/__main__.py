"""Runs the differential: ``python -m isodiff --cases 100000 --seed 1``."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
import warnings
from collections.abc import Iterator
from functools import partial

from isodiff.compare import Comparison, Failure, Tally
from isodiff.fleet import Fleet, Pending, oracles
from isodiff.generate.documents import lines
from isodiff.report import case, print_failures, summary, write_latest_run
from isodiff.shrink import shrunk
from suite.canonical_json import Json
from suite.runners import hosts

BATCH = 48
FULL = 100_000


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m isodiff", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", default="", help="any text; by default a new one, which is printed")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="run one document of the seed, whose number a failure has")
    parser.add_argument("--most-failures", type=int, default=200, help="end the run after as many failures")
    return parser.parse_args()


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
    before: tuple[list[Json], Pending] | None = None
    for batch in batches(seed, cases, only):
        pending = fleet.ask(batch)
        if before is not None:
            _compare(fleet, before, tally)
        before = (batch, pending)
        if len(tally.failures) >= most:
            break
    if before is not None:
        _compare(fleet, before, tally)
    return tally


def _compare(fleet: Fleet, before: tuple[list[Json], Pending], tally: Tally) -> None:
    for answers in fleet.collect(*before):
        Comparison(answers, tally).run()


def minimal(fleet: Fleet, line: Json, failure: Failure) -> str:
    """Returns the failing case, reduced."""

    def check(candidates: list[Json]) -> list[Failure | None]:
        found: list[Failure | None] = []
        for answers in fleet.collect(candidates, fleet.ask(candidates)):
            tally = Tally()
            Comparison(answers, tally).run()
            same = (f for f in tally.failures if f.what == failure.what)
            found.append(next(same, None))
        return found

    return case(*shrunk(line, failure, check))


def main() -> int:
    chosen = options()
    seed = chosen.seed or secrets.token_hex(4)
    print(f"differential: seed {seed}, {chosen.cases} cases", flush=True)
    start = time.monotonic()
    # The quirks follow the JavaScript SDK into endless cycles, as far as the oracle does.
    sys.setrecursionlimit(20_000)
    warnings.simplefilter("ignore", FutureWarning)
    fleet = Fleet([*oracles(), *hosts("release")])
    try:
        tally = compared(fleet, seed, chosen.cases, chosen.only, chosen.most_failures)
        print(summary(tally, time.monotonic() - start), flush=True)
        print_failures(tally.failed, partial(minimal, fleet))
    finally:
        fleet.close()
    print(f"{len(tally.failures)} answers that nothing explains, seed {seed}")
    if tally.cases >= FULL and not tally.failures:
        write_latest_run(tally, seed)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
