"""Fuzzes every target for some seconds, one after the other: ``run.py [--seconds N] [--shard 1/4] [--only NAME] [--record]``.

The inputs that libFuzzer finds are kept in ``target/fuzz``, so that the next run begins with them. ``--record`` writes RESULTS.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
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
    "bytes of memory for a byte",
    "basic blocks for a byte",
)
ABOUT = f"""# Latest fuzzing

Written by `make fuzz RECORD=1`: for each target the latest recorded run. Of the edges of the program {{edges}} are instrumented; a target reaches
those of its own functions. The last two columns are the largest cost of an input of 256 bytes or more.

| {" | ".join(HEADINGS)} |
|{"---|" * len(HEADINGS)}
"""


@dataclass
class Run:
    """What libFuzzer reports about a target."""

    target: str
    failed: bool
    cells: tuple[str, ...]
    edges: str


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


def fuzz(program: Path, target: str, seconds: int) -> Run:
    """Fuzzes a target, and prints its failure."""
    inputs, failures = INPUTS / target, INPUTS / "failures" / target
    failures.mkdir(parents=True, exist_ok=True)
    options = (f"-max_total_time={seconds}", "-max_len=16384", "-timeout=60", "-rss_limit_mb=4096", "-print_final_stats=1")
    command = (str(program), str(inputs), f"-dict={INPUTS / 'dictionary'}", f"-artifact_prefix={failures}/", *options)
    before = os.times().children_user
    started = time.monotonic()
    # One process, so that its processor time is nearly the time that passes on a machine that is not busy.
    done = subprocess.run(command, env={**os.environ, "ISOFLAG_FUZZ": target}, text=True, stderr=subprocess.PIPE, check=False)
    spent = os.times().children_user - before
    log = done.stderr

    def last(pattern: str) -> str:
        return (re.findall(pattern, log) or ["0"])[-1]

    covered, count = last(r"cov: (\d+)"), last(r"corp: (\d+)")
    memory, blocks = last(r"cost: (\d+) bytes"), last(r"cost: \d+ bytes, (\d+) blocks")
    executions = last(r"number_of_executed_units: (\d+)")
    print(f"{target}: {executions} executions in {time.monotonic() - started:.0f} s, {covered} edges, {count} inputs", flush=True)
    if done.returncode:
        print(log[-6000:], file=sys.stderr)
        artifact = last(r"Test unit written to (\S+)")
        print(f"`cargo run -p isoflag-fuzz -- line {target} {artifact}` prints its line of conformance/fuzz/corpus.jsonl", file=sys.stderr)
    cells = (f"{spent:.0f}", executions, covered, count, memory, blocks)
    return Run(target, bool(done.returncode), cells, last(r"(\d+) inline 8-bit counters"))


def record(runs: list[Run]) -> None:
    """Replaces the rows of the targets in RESULTS.md."""
    rows: dict[str, str] = {}
    if RESULTS.exists():
        held = re.findall(r"^(\| `([a-z-]+)` \|.*)$", RESULTS.read_text(encoding="utf-8"), re.MULTILINE)
        rows = {name: row for row, name in held}
    for run in runs:
        rows[run.target] = f"| `{run.target}` | {' | '.join(run.cells)} |"
    total = sum(int(row.split(" | ")[1]) for row in rows.values())
    ending = f"\n{total} seconds of processor time in all, on {platform.machine()}.\n"
    RESULTS.write_text(ABOUT.format(edges=runs[0].edges) + "\n".join(rows.values()) + "\n" + ending, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--shard", default="1/1", help="which part of the targets, such as 1/4")
    parser.add_argument("--only", default="", help="the targets whose name contains the text")
    parser.add_argument("--record", action="store_true", help="write RESULTS.md")
    chosen = parser.parse_args()
    number, count = map(int, chosen.shard.split("/"))
    program = build()
    tool("seeds", str(INPUTS))
    targets = [name for name in tool("targets").split() if chosen.only in name][number - 1 :: count]
    runs = [fuzz(program, target, chosen.seconds) for target in targets]
    if chosen.record and runs:
        record(runs)
    return 1 if any(run.failed for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
