"""Runs the suite: ``python -m suite`` in ``conformance/``, or ``--accept`` to write DIGEST again."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from jsonschema import Draft202012Validator

from suite.canonical_json import Json, canonical
from suite.cases import CONFORMANCE, VENDOR_VECTORS, Case, all_cases, derived_cases, read, vendor_cases
from suite.comparator import TOOLS, answer_lines, equal_lines
from suite.runners import REPOSITORY, Command, Program, hosts

ANSWERS = CONFORMANCE / "answers"
DIGEST = CONFORMANCE / "DIGEST"
MOST_FAULTS = 20


@dataclass
class Run:
    """The answers of one host runtime."""

    name: str
    answers: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    unsupported: set[str] = field(default_factory=set)
    """Cases that need `tools.wasm`: the answer of the reference stands in for them."""

    def take(self, line: str, reference: str, *, tools: bool) -> None:
        """Records an answer line, and how it differs from that of the reference."""
        found, expected = json.loads(line), json.loads(reference)
        name = found["id"]
        if "failure" in found:
            self.faults[name] = [found["failure"]]
            found["answer"] = {}
        elif canonical(found) != line:
            self.faults[name] = [f"not canonical JSON: {line}"]
        elif not equal_lines(without_message(line), without_message(reference), tools=tools):
            self.faults[name] = [f"answered {line}", f"the reference {reference}"]
        if found.get("unsupported"):
            self.unsupported.add(name)
            found = expected
        elif not tools and isinstance(expected.get("answer"), dict):
            missing = {member: expected["answer"][member] for member in TOOLS if member in expected["answer"]}
            found["answer"] = {**missing, **found["answer"]}
        self.answers[name] = found["answer"]
        self.messages[name] = found.get("message", "")

    def judge(self, cases: Sequence[Case]) -> None:
        """Compares each answer with its case."""
        for case in cases:
            if case.id not in self.faults:
                found = case.faults(self.answers, self.messages)
                if found:
                    self.faults[case.id] = found

    def lines(self) -> bytes:
        """Returns the lines of the vectors, which are compared and whose SHA-256 is the digest."""
        return answer_lines({case.id: self.answers[case.id] for case in all_cases()})


def without_message(line: str) -> str:
    """Returns the line without the message of an error, which host runtimes word in their own way."""
    if '"message":' not in line:
        return line
    return canonical({name: member for name, member in json.loads(line).items() if name != "message"})


def answered(command: Command, lines: list[str]) -> list[str]:
    """Returns the answer lines of a host runtime."""
    program = Program(command)
    found = program.answers(lines)
    if program.close():
        sys.exit(f"{command.name} failed after its last answer")
    return found


def wrong_explanations(run: Run, cases: Sequence[Case]) -> list[str]:
    """Returns what the schema of explanations rejects, in a sample."""
    # Some traces are 64 prerequisites deep, and the validator recurses.
    sys.setrecursionlimit(20_000)
    validator = Draft202012Validator(read(REPOSITORY / "docs" / "explanation.schema.json"))
    explained = [case for case in cases if case.call == "explain"]
    sample = [case for case in explained if "#" not in case.id] + explained[::5]
    found = [run.answers[case.id] for case in sample]
    return [fault.message for answer in found if "error" not in answer for fault in validator.iter_errors(answer)]


def report(run: Run, cases: Sequence[Case]) -> None:
    """Prints how many cases a host answered, and each one that fails."""
    unsupported = f", {len(run.unsupported)} need tools.wasm" if run.unsupported else ""
    print(f"{run.name:14} {len(run.answers)} cases{unsupported}, {len(run.faults)} failed", flush=True)
    files = {case.id: case.file for case in cases}
    for name, faults in list(run.faults.items())[:MOST_FAULTS]:
        print("\n".join([f"  FAILED {name} ({files[name]})", *(f"    {fault[:1500]}" for fault in faults)]))
    if len(run.faults) > MOST_FAULTS:
        print(f"  … and {len(run.faults) - MOST_FAULTS} more")


def spec_version() -> str:
    found = re.search(
        r"^pub const SPEC_VERSION: u32 = (\d+);$", (REPOSITORY / "core" / "src" / "lib.rs").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found is not None, "core/src/lib.rs has no SPEC_VERSION"
    return found[1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m suite", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="write DIGEST, for new cases or a new SPEC_VERSION")
    parser.add_argument("--only", default="", metavar="TEXT", help="run the vectors whose id contains the text")
    parser.add_argument("--host", action="append", help="run this host runtime only, besides the reference `rust`")
    parser.add_argument("--vendor", type=Path, default=VENDOR_VECTORS, help="the folder of the vendor's cases")
    options = parser.parse_args()
    vendor = list(vendor_cases(options.vendor))
    if not vendor:
        print(f"SKIPPED: no folder of vendor vectors at {options.vendor}")
    cases = [case for case in (*all_cases(), *derived_cases(), *vendor) if options.only in case.id.partition("#")[0]]
    if not cases:
        sys.exit(f"there is no case whose id contains `{options.only}`")
    lines = [json.dumps(case.given) for case in cases]
    commands = [each for each in hosts("debug") if not options.host or each.name in ("rust", *options.host)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda command: answered(command, lines), commands))
    runs = []
    for command, answers in zip(commands, found, strict=True):
        run = Run(command.name)
        for line, reference in zip(answers, found[0], strict=True):
            run.take(line, reference, tools=command.tools)
        run.judge(cases)
        runs.append(run)
        report(run, cases)
    if options.only or options.host:
        return 1 if any(run.faults for run in runs) else 0
    return conclusion(runs, commands, cases, accept=options.accept)


def conclusion(runs: list[Run], commands: list[Command], cases: list[Case], *, accept: bool) -> int:
    """Writes the answers and returns the exit code."""
    ANSWERS.mkdir(exist_ok=True)
    for run in runs:
        (ANSWERS / f"{run.name}.jsonl").write_bytes(run.lines())
    wrong = [f"an explanation does not match its schema: {text}" for text in wrong_explanations(runs[0], cases)]
    for run, command in zip(runs, commands, strict=True):
        unsupported = run.unsupported & {case.id for case in all_cases()}
        if command.tools is bool(unsupported) or len(unsupported) > len(all_cases()) / 4:
            wrong.append(f"{run.name} does not support {len(unsupported)} vectors")
    digests = {run.name: hashlib.sha256(run.lines()).hexdigest() for run in runs}
    digest = digests[runs[0].name]
    if len(set(digests.values())) > 1:
        wrong.append(f"the digests differ: {digests}")
    now = f"spec {spec_version()}\ncases {len(all_cases())}\nsha256 {digest}\n"
    print("\n".join(wrong[:MOST_FAULTS]), end="\n" if wrong else "")
    if wrong or any(run.faults for run in runs):
        return 1
    if accept:
        DIGEST.write_text(now, encoding="utf-8")
        print(f"wrote DIGEST: {len(all_cases())} cases")
    elif now != DIGEST.read_text(encoding="utf-8"):
        print(f"DIGEST differs; it changes only with new cases or a new SPEC_VERSION (--accept):\n{now}", end="")
        return 1
    print(f"{len(runs)} host runtimes, {len(cases)} cases ({len(all_cases())} vectors), one digest: {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
