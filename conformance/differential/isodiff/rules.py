"""Compares isoflag in Rust with the rules of the specification alone, on all processors: ``python -m isodiff.rules``.

Without the other host runtimes and LaunchDarkly's SDKs it is fast enough for a million cases. Each explanation is compared too.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import time
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from isodiff.compare import Answers, Comparison, Failure, Tally, question
from isodiff.generate.documents import lines
from isodiff.report import case, print_failures
from isodiff.shrink import shrunk
from isodiff.traces import Recording, differences
from suite.canonical_json import Json, canonical
from suite.runners import Program, hosts

BATCH = 48


@dataclass
class Part:
    """The counts of one process."""

    cases: int = 0
    documents: int = 0
    steps: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Json, Failure]] = field(default_factory=list)

    def add(self, other: Part) -> None:
        self.cases += other.cases
        self.documents += other.documents
        self.steps += other.steps
        self.reasons.update(other.reasons)
        self.failed += other.failed


def compared(line: Json, answer: str, program: Program, part: Part) -> None:
    """Compares the answers to a line, then its explanations."""
    tally = Tally()
    comparison = Comparison(Answers(line, [(program.command, answer)], {}), tally)
    comparison.run()
    part.cases += tally.cases
    part.documents += 1
    part.reasons.update(tally.reasons)
    part.failed += tally.failed
    found = json.loads(answer).get("answer", {})
    for index, raw in enumerate(line["contexts"]):
        for column, key in enumerate(line["flags"]):
            if "explanations" not in found:
                return
            explanation = json.loads(found["explanations"][index][column])
            rules = Recording()
            detail = rules.evaluate(comparison.document, raw, line.get("bigSegments"), key)
            flag = comparison.document.flags.get(key)
            value = None if detail.index is None or flag is None else flag.variations[detail.index]
            wanted = {"value": value, "variationIndex": detail.index, "reason": detail.reason}
            faults = differences(rules, explanation["trace"])
            part.steps += len(rules.steps)
            # Only a value that is not a double differs here and not in canonical JSON; most are equal at once.
            if explanation["answer"] != wanted and canonical(explanation["answer"]) != canonical(wanted):
                faults.append(f"the answer is {canonical(explanation['answer'])}, by the rules {canonical(wanted)}")
            if faults:
                said = (("explanation", found["explanations"][index][column]), ("rules", "; ".join(faults)))
                part.failed.append((line, Failure(line["n"], "explanations", key, index, said)))


def share(seed: str, cases: int, number: int, step: int) -> Part:
    """Compares each document of the seed with this number, and with ``step`` more, and so on."""
    sys.setrecursionlimit(20_000)
    warnings.simplefilter("ignore", FutureWarning)
    program = Program(hosts("release")[0])
    part = Part()
    try:
        while part.cases < cases and len(part.failed) < 20:
            batch: list[Json] = []
            while len(batch) < BATCH:
                batch += lines(seed, number)
                number += step
            for line, answer in zip(batch, program.answers([json.dumps(question(line)) for line in batch]), strict=True):
                compared(line, answer, program, part)
    finally:
        program.close()
    return part


def minimal(line: Json, failure: Failure) -> str:
    """Returns the failing case, reduced."""
    program = Program(hosts("release")[0])

    def check(candidates: list[Json]) -> list[Failure | None]:
        found: list[Failure | None] = []
        for each, answer in zip(candidates, program.answers([json.dumps(question(each)) for each in candidates]), strict=True):
            part = Part()
            compared(each, answer, program, part)
            found.append(next((f for _, f in part.failed if f.what == failure.what), None))
        return found

    try:
        return case(*shrunk(line, failure, check))
    finally:
        program.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m isodiff.rules", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", default="", help="any text; by default a new one, which is printed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    seed = chosen.seed or secrets.token_hex(4)
    print(f"rules: seed {seed}, {chosen.cases} cases, {chosen.jobs} processes", flush=True)
    start = time.monotonic()
    total = Part()
    each = -(-chosen.cases // chosen.jobs)
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for part in pool.map(share, *zip(*((seed, each, job, chosen.jobs) for job in range(chosen.jobs)), strict=True)):
            total.add(part)
    seconds = time.monotonic() - start
    print(f"{total.cases} cases in {total.documents} documents, {total.steps} steps of explanations, {seconds:.0f} s")
    print("reasons: " + ", ".join(f"{name} {count}" for name, count in sorted(total.reasons.items())))
    print_failures(total.failed, minimal)
    print(f"{len(total.failed)} answers differ from the rules, seed {seed}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
