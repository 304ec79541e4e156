"""Profiles rows: ``python -m report.profile RAW DATA [HOST/GROUP/CASE...]``, as ``bench/run.sh --profile`` does.

Prints a table for each row; without names, for the slowest ones of the measurements RAW. Rows of Node and Chromium are sampled by V8, those of Python and
Rust by ``perf``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from . import markdown, measured
from .judged import Judge, Row
from .machine import BENCH

SLOWEST = 3
SHOWN = 8
GROUPS = ("eval", "reason", "value", "all", "render", "load", "context")
"""The starts of the groups whose rows are timed in blocks."""


def chosen(raw: Path, data: Path, names: list[str]) -> list[tuple[str, Row]]:
    """Returns the named rows, or those with the lowest ratios, one of each case, with the titles of their tables."""
    targets = json.loads((BENCH / "targets.json").read_text())
    judge = Judge(targets, json.loads((data / "index.json").read_text())["cases"])
    rows = [
        (row.ratio, table.title, row)
        for table in judge.tables(measured.read(raw))
        for row in table.rows
        if row.ratio is not None and row.group.startswith(GROUPS)
    ]
    if names:
        return [
            (title, row) for _, title, row in rows if f"{row.host}/{row.group}/{row.case}" in names
        ]
    by_case: dict[tuple[str, str], tuple[str, Row]] = {}
    for _, title, row in sorted(rows, key=lambda each: each[0]):
        by_case.setdefault((row.group, row.case), (title, row))
    return list(by_case.values())[:SLOWEST]


def profile(row: Row, data: Path) -> list[tuple[str, float]]:
    """Returns the share of each function in isoflag's time of a row."""
    only = {"ISOFLAG_BENCH_ONLY": f"{row.group}/{row.case}", "ISOFLAG_BENCH_PROFILE": "1"}
    environment = {**os.environ, **only, "ISOFLAG_BENCH_DATA": str(data.resolve())}
    if row.host in ("node", "chromium"):
        command = ["node", "--expose-gc", f"node/{row.host}.mjs"]
        done = subprocess.run(
            command, cwd=BENCH, env=environment, check=True, capture_output=True, text=True
        )
        printed = (json.loads(line) for line in done.stdout.splitlines())
        return next(line["profile"] for line in printed if "profile" in line)
    target = os.environ.get("CARGO_TARGET_DIR", str(BENCH.parent / "target"))
    commands = {
        "rust": [f"{target}/bench/release/isoflag-bench"],
        "python": [sys.executable, "-m", "isobench"],
    }
    with tempfile.NamedTemporaryFile() as file:
        record = ["perf", "record", "--quiet", "--output", file.name, "--", *commands[row.host]]
        subprocess.run(
            record, cwd=BENCH / "python", env=environment, check=True, stdout=subprocess.DEVNULL
        )
        report = ["perf", "report", "--stdio", "--input", file.name, "--sort", "symbol,dso"]
        done = subprocess.run(report, check=True, capture_output=True, text=True)
    lines = re.findall(r"^ +([\d.]+)%  \[[.k]\] (.+?)  +(\S+)", done.stdout, re.MULTILINE)
    return [(f"{symbol} ({library})", float(share) / 100) for share, symbol, library in lines]


def main() -> None:
    raw, data = map(Path, sys.argv[1:3])
    for title, row in chosen(raw, data, sys.argv[3:]):
        shares = profile(row, data)
        ratio = markdown.shown(row.ratio, "times")
        print(f"### {title}: {markdown.HOSTS[row.host]}, {row.case} ({ratio})\n")
        print(f"{markdown.line('function', 'time')}\n{markdown.line('---', '--:')}")
        for name, share in shares[:SHOWN]:
            print(markdown.line(f"`{name}`", f"{share:.0%}"))
        rest = 1 - sum(share for _, share in shares[:SHOWN])
        print(f"{markdown.line('all others', f'{rest:.0%}')}\n")


if __name__ == "__main__":
    main()
