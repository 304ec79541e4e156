"""Compares projections with whole documents, on every host runtime: ``python -m isodiff.projections``.

Each flag of a generated document is evaluated for contexts that agree with what is known of one, with the projection and with the whole
document: the answers, and the projections, are byte-for-byte identical. A case is a document, what is known, and a context.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from isodiff.compare import Failure
from isodiff.generate.projections import agreeing, projection_lines
from isodiff.report import case, print_failures
from isodiff.shrink import shrunk
from suite.canonical_json import Json
from suite.runners import Program, hosts

BATCH = 64
MOST_FAILURES = 20


@dataclass
class Part:
    """The counts of one process."""

    cases: int = 0
    documents: int = 0
    whole_bytes: int = 0
    projected_bytes: int = 0
    failed: list[tuple[Json, Failure]] = field(default_factory=list)

    def add(self, other: Part) -> None:
        self.cases += other.cases
        self.documents += other.documents
        self.whole_bytes += other.whole_bytes
        self.projected_bytes += other.projected_bytes
        self.failed += other.failed


class Runners:
    """A program of each host runtime; the first is the reference."""

    def __init__(self, names: list[str]) -> None:
        # Pages take longer, and evaluate with the modules that Node evaluates with.
        commands = [each for each in hosts("release") if each.name in names or (not names and "chromium" not in each.name)]
        self.programs = [Program(each) for each in commands]

    def answers(self, lines: list[Json]) -> list[dict[str, str]]:
        """Returns the answers to each line, by the name of the program."""
        reference, *others = self.programs
        cases = [question(line) for line in lines]
        first = reference.answers([json.dumps(each) for each in cases])
        for each, answer in zip(cases, first, strict=True):
            # `core.wasm` cannot make projections.
            each["call"]["agreement"]["projection"] = json.loads(answer).get("answer", {}).get("projection", "")
        texts = [json.dumps(each) for each in cases]
        found = [first, *(program.answers(texts) for program in others)]
        return [{p.command.name: text for p, text in zip(self.programs, row, strict=True)} for row in zip(*found, strict=True)]

    def close(self) -> None:
        for program in self.programs:
            program.close()


def question(line: Json) -> Json:
    """Returns the case that the runners answer for a line."""
    contexts = [agreeing(context, line["known"]) for context in line["contexts"]]
    call = {"known": line["known"], "private": line["private"], "contexts": contexts}
    given = {"id": line["n"], "document": line["document"], "call": {"agreement": call}}
    return {**given, "bigSegments": line["bigSegments"]} if "bigSegments" in line else given


def compare(line: Json, answers: dict[str, str], part: Part) -> None:
    """Compares the answers to a line: those of all hosts, then those with and without the projection."""
    reference = next(iter(answers.values()))
    found = json.loads(reference).get("answer", {})
    part.documents += 1
    part.cases += len(line["contexts"])

    def fail(what: str, key: str | None, index: int | None, **said: str) -> None:
        part.failed.append((line, Failure(line["n"], what, key, index, tuple(said.items()))))

    if any('"failure":' in text and "failure" in json.loads(text) for text in answers.values()):
        fail("a runner failed", None, None, **answers)
    elif any(text != reference for text in answers.values()):
        fail("hosts differ", None, None, **answers)
    elif found["whole"] != found["folded"]:
        keys = sorted(json.loads(found["projection"])["flags"], key=lambda key: key.encode("utf-16-be"))
        rows = (json.loads(found[each]) for each in ("whole", "folded"))
        for index, (whole, folded) in enumerate(zip(*rows, strict=True)):
            for key, one, other in zip(keys, whole, folded, strict=True):
                if json.dumps(one) != json.dumps(other):
                    texts = {"whole": json.dumps(one), "folded": json.dumps(other), "projection": found["projection"]}
                    fail("the projection answers otherwise", key, index, **texts)
                    return
    else:
        part.whole_bytes += len(json.dumps(line["document"]))
        part.projected_bytes += len(found["projection"])


def share(names: list[str], seed: str, cases: int, number: int, step: int) -> Part:
    """Compares each document of the seed with this number, and with ``step`` more, and so on."""
    runners = Runners(names)
    part = Part()
    try:
        while part.cases < cases and len(part.failed) < MOST_FAILURES:
            batch: list[Json] = []
            while len(batch) < BATCH:
                batch += projection_lines(seed, number)
                number += step
            for line, answers in zip(batch, runners.answers(batch), strict=True):
                compare(line, answers, part)
    finally:
        runners.close()
    return part


def minimal(names: list[str], line: Json, failure: Failure) -> str:
    """Returns the failing case, reduced."""
    runners = Runners(names)

    def check(candidates: list[Json]) -> list[Failure | None]:
        found: list[Failure | None] = []
        usable = [each for each in candidates if None not in question(each)["call"]["agreement"]["contexts"]]
        answers = iter(runners.answers(usable))
        for each in candidates:
            part = Part()
            if each in usable:
                compare(each, next(answers), part)
            found.append(next((f for _, f in part.failed if f.what == failure.what), None))
        return found

    try:
        return case(*shrunk(line, failure, check))
    finally:
        runners.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m isodiff.projections", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", default="", help="any text; by default a new one, which is printed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--host", action="append", default=[], help="run this host runtime, besides the reference `rust`")
    chosen = parser.parse_args()
    names = ["rust", *chosen.host] if chosen.host else []
    seed = chosen.seed or secrets.token_hex(4)
    start = time.monotonic()
    total = Part()
    each = -(-chosen.cases // chosen.jobs)
    jobs = ((names, seed, each, job, chosen.jobs) for job in range(chosen.jobs))
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for part in pool.map(share, *zip(*jobs, strict=True)):
            total.add(part)
    print(
        f"projections: {total.cases} cases in {total.documents} documents, "
        f"{total.projected_bytes / max(total.whole_bytes, 1):.1%} of the bytes, {time.monotonic() - start:.0f} s"
    )
    print_failures(total.failed, partial(minimal, names))
    print(f"{len(total.failed)} cases differ, seed {seed}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
