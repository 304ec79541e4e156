"""Fuzzes targets one after the other: ``run.py [--seconds N] [--hours H] [--shard 1/4] [--only NAME] [--record]``.

Each target gets some seconds, and with ``--hours`` again in further rounds, until all have taken that much processor time. The inputs
that libFuzzer finds are kept in ``target/fuzz``, so that the next run begins with them. ``--record`` adds each run of a target to
RESULTS.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import astuple, dataclass, fields
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
REPOSITORY = FUZZ.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
INPUTS = TARGET / "fuzz"
RESULTS = FUZZ / "RESULTS.md"
# The flags for coverage are unstable; RUSTC_BOOTSTRAP makes the stable compiler accept them.
ENVIRONMENT = {
    **os.environ,
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "RUSTC_BOOTSTRAP": "1",
    "RUSTFLAGS": "-Cllvm-args=-sanitizer-coverage-trace-pc -Clink-arg=-Wl,-z,muldefs",
}
HEADINGS = (
    "target",
    "seconds of processor time",
    "executions",
    "covered edges",
    "inputs",
    "findings",
    "bytes of memory for a byte",
    "basic blocks for a byte",
)
ABOUT = f"""# Fuzzing

Written by `make fuzz RECORD=1`: sums over all recorded runs with version {{specification}} of the specification. The number of covered edges is
the largest of a run, as is that of the inputs that cover them. Of the edges of the program {{edges}} are instrumented; a target reaches
those of its own functions. A finding is an input that broke a property or a bound: it was mended, and is a line of `corpus.jsonl`. The
last two columns are the largest cost of an input of 256 bytes or more.

| {" | ".join(HEADINGS)} |
|{"---|" * len(HEADINGS)}
"""


@dataclass(frozen=True)
class Counts:
    """The numbers of a row of RESULTS.md."""

    seconds: int = 0
    executions: int = 0
    edges: int = 0
    inputs: int = 0
    findings: int = 0
    memory: int = 0
    blocks: int = 0

    def with_run(self, run: Counts) -> Counts:
        """Returns the counts of both: sums of times and numbers of events, otherwise the larger count."""
        summed = ("seconds", "executions", "findings")
        both = {field.name: (getattr(self, field.name), getattr(run, field.name)) for field in fields(Counts)}
        return Counts(**{name: (sum if name in summed else max)(pair) for name, pair in both.items()})


@dataclass(frozen=True)
class Record:
    """What RESULTS.md says: the runs with one version of the specification."""

    specification: int
    edges: int
    rows: dict[str, Counts]

    @staticmethod
    def held(specification: int) -> Record:
        """Reads RESULTS.md; empty if it records another version."""
        text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
        if f"with version {specification} of the specification" not in text:
            return Record(specification, 0, {})
        edges = re.search(r"(\d+) are instrumented", text)
        rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", text, re.MULTILINE)
        counts = {name: Counts(*map(int, cells.split(" | "))) for name, cells in rows}
        return Record(specification, int(edges[1]) if edges else 0, counts)

    def with_run(self, target: str, run: Counts, edges: int) -> Record:
        rows = {**self.rows, target: self.rows.get(target, Counts()).with_run(run)}
        return Record(self.specification, max(edges, self.edges), rows)

    def write(self, targets: list[str]) -> None:
        """Writes RESULTS.md, with the targets in their order."""
        rows = {target: self.rows[target] for target in targets if target in self.rows}
        lines = [f"| `{target}` | {' | '.join(map(str, astuple(row)))} |\n" for target, row in rows.items()]
        seconds, executions, findings = (sum(getattr(row, name) for row in rows.values()) for name in ("seconds", "executions", "findings"))
        ending = f"{seconds / 3600:.2f} hours of processor time, {executions} executions and {findings} findings in all, on {platform.machine()}."
        about = ABOUT.format(specification=self.specification, edges=self.edges)
        RESULTS.write_text(f"{about}{''.join(lines)}\n{ending}\n", encoding="utf-8")


def build() -> Path:
    """Compiles the fuzzer; returns its path."""
    folder = TARGET / "fuzz-build"
    command = (".tools/bin/cargo-fuzz", "build", "--fuzz-dir", "conformance/fuzz", "--features", "libfuzzer", "--target-dir", str(folder))
    subprocess.run((*command, "--sanitizer", "none", "fuzz"), cwd=REPOSITORY, env=ENVIRONMENT, check=True)
    return next(folder.glob("*/release/fuzz"))


def tool(*arguments: str) -> str:
    """Runs the program that prepares inputs; returns its output."""
    command = ("cargo", "run", "--quiet", "-p", "isoflag-fuzz", "--bin", "isoflag-fuzz", "--", *arguments)
    return subprocess.run(command, cwd=REPOSITORY, check=True, text=True, stdout=subprocess.PIPE).stdout


def specification() -> int:
    """Returns the version of the specification."""
    version = re.search(r"SPEC_VERSION: u32 = (\d+);", (REPOSITORY / "core/src/lib.rs").read_text(encoding="utf-8"))
    assert version, "core/src/lib.rs has the version"
    return int(version[1])


def processor_time() -> float:
    """Returns the processor time of the processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def fuzz(program: Path, target: str, seconds: int) -> tuple[Counts, int]:
    """Fuzzes a target, and prints its failure; returns its counts and the number of instrumented edges."""
    inputs, failures = INPUTS / target, INPUTS / "failures" / target
    failures.mkdir(parents=True, exist_ok=True)
    options = (f"-max_total_time={seconds}", "-max_len=16384", "-timeout=60", "-rss_limit_mb=4096", "-print_final_stats=1")
    command = (str(program), str(inputs), f"-dict={INPUTS / 'dictionary'}", f"-artifact_prefix={failures}/", *options)
    before = processor_time()
    started = time.monotonic()
    done = subprocess.run(
        command, env={**os.environ, "ISOFLAG_FUZZ": target}, text=True, errors="replace", stderr=subprocess.PIPE, check=False
    )
    log = done.stderr

    def last(pattern: str) -> int:
        return int((re.findall(pattern, log) or ["0"])[-1])

    counts = Counts(
        seconds=round(processor_time() - before),
        executions=last(r"number_of_executed_units: (\d+)"),
        edges=last(r"cov: (\d+)"),
        inputs=last(r"corp: (\d+)"),
        findings=1 if done.returncode else 0,
        memory=last(r"cost: (\d+) bytes"),
        blocks=last(r"cost: \d+ bytes, (\d+) blocks"),
    )
    elapsed = time.monotonic() - started
    print(f"{target}: {counts.executions} executions in {elapsed:.0f} s, {counts.edges} edges, {counts.inputs} inputs", flush=True)
    if done.returncode:
        print(log[-6000:], file=sys.stderr)
        artifact = (re.findall(r"Test unit written to (\S+)", log) or ["FILE"])[-1]
        print(f"`cargo run -p isoflag-fuzz -- line {target} {artifact}` prints its line of conformance/fuzz/corpus.jsonl", file=sys.stderr)
    return counts, last(r"(\d+) inline 8-bit counters")


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each run of a target")
    parser.add_argument("--hours", type=float, default=0, help="processor time for all targets; by default one round")
    parser.add_argument("--shard", default="1/1", help="which part of the targets, such as 1/4")
    parser.add_argument("--only", default="", help="the targets whose name contains the text")
    parser.add_argument("--record", action="store_true", help="add the runs to RESULTS.md")
    chosen = parser.parse_args()
    number, count = map(int, chosen.shard.split("/"))
    program = build()
    tool("seeds", str(INPUTS))
    names = tool("targets").split()
    targets = [name for name in names if chosen.only in name][number - 1 :: count]
    version = specification()
    spent, failed = 0, set[str]()

    def by_time(names: list[str]) -> list[str]:
        """Returns the targets in the order of the time recorded for them."""
        rows = Record.held(version).rows
        return sorted(names, key=lambda name: rows.get(name, Counts()).seconds)

    round_of_targets = by_time(targets) if chosen.hours else targets
    while round_of_targets:
        target = round_of_targets.pop(0)
        run, edges = fuzz(program, target, chosen.seconds)
        spent += run.seconds
        if run.findings:
            failed.add(target)
        if chosen.record:
            # Read again, since another process may fuzz another shard.
            Record.held(version).with_run(target, run, edges).write(names)
        if not round_of_targets and spent < chosen.hours * 3600:
            # A target that has failed would end with the same input again.
            round_of_targets = by_time([name for name in targets if name not in failed])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
