"""Writes the report: ``python -m report RAW DATA OUT [--load TEXT]``, as bench/run.sh does.

RAW has the measurements; a folder `seed-N` in it those of another workload.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from . import machine, markdown, measured, plots
from .judged import Judge


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("raw", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--load", default="")
    options = parser.parse_args()
    out: Path = options.out

    index = json.loads((options.data / "index.json").read_text())
    by_workload = {index["origin"]: measured.read(options.raw)}
    for folder in sorted(options.raw.glob("seed-*"), key=seed_of):
        by_workload[folder.name.replace("-", " ")] = measured.read(folder)
    found = next(iter(by_workload.values()))

    judge = Judge(json.loads((machine.BENCH / "targets.json").read_text()), index["cases"])
    tables = list(judge.tables(found))
    goals = list(judge.goals(by_workload))
    described = machine.describe(found.versions, options.load)
    described["Workload"] = (
        f"{index['origin']}: {index['bytes']:,} bytes, {index['flags']:,} flags, {index['segments']} segments"
    )
    reasons = json.loads((machine.BENCH / "report/reasons.json").read_text())
    quick = "ISOFLAG_BENCH_QUICK" in os.environ
    text = markdown.results(tables, described, goals, list(by_workload), reasons, quick=quick)
    (out / "RESULTS.md").write_text(text)
    (out / "ratios.svg").write_text(plots.draw_ratios(tables))
    (out / "growth.svg").write_text(plots.draw_growth(found))
    print(markdown.counts(tables))
    for key in markdown.stale(reasons, tables, goals):
        print(f"report/reasons.json: `{key}` matches no row", file=sys.stderr)


def seed_of(folder: Path) -> int:
    return int(folder.name.removeprefix("seed-"))


if __name__ == "__main__":
    main()
