"""Writes the report: ``python -m report RAW DATA OUT [--quick] [--load TEXT]``, as bench/run.sh does."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import judged, machine, markdown, measured, plots


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("raw", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--load", default="")
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)

    found = measured.read(options.raw)
    targets = json.loads((machine.BENCH / "targets.json").read_text())
    tables = list(judged.tables(found, targets))
    module = [
        judged.row_of(host, case, "bytes", figures)
        for (host, group, case), figures in found.figures.items()
        if group == "wasm"
    ]
    index = json.loads((options.data / "index.json").read_text())
    origin = "the shared one" if index["origin"] == "shared" else index["origin"]
    workload = f"{origin}: {index['bytes']:,} bytes, {index['flags']:,} flags, {index['segments']} segments"
    described = machine.describe(found.versions, options.load)

    why = list(markdown.missed(tables, targets["missed"], found))
    text = markdown.results(tables, module, described, workload, why, quick=options.quick)
    (out / "RESULTS.md").write_text(text)
    (out / "ratios.svg").write_text(plots.draw_ratios(tables))
    (out / "growth.svg").write_text(plots.draw_growth(found))
    figures = [
        {"host": host, "group": group, "case": case, "subject": subject, "unit": figure.unit}
        | {"median": figure.median, "spread": figure.spread, "samples": len(figure.samples)}
        for (host, group, case), subjects in sorted(found.figures.items())
        for subject, figure in sorted(subjects.items())
    ]
    rows = [
        {"group": table.group} | asdict(row) | {"ratio": row.ratio}
        for table in tables
        for row in table.rows
    ]
    about = {"machine": described, "workload": index, "quick": options.quick}
    (out / "results.json").write_text(results_json(about, {"rows": rows, "figures": figures}))
    print(markdown.counts(tables))


def results_json(about: dict[str, Any], lists: dict[str, list[dict[str, Any]]]) -> str:
    """Returns JSON with one line for each member of `about` and for each item of a list."""
    members = [f"{json.dumps(name)}: {compact(value)}" for name, value in about.items()]
    for name, items in lists.items():
        members.append(f"{json.dumps(name)}: [\n" + ",\n".join(map(compact, items)) + "\n]")
    return "{\n" + ",\n".join(members) + "\n}\n"


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
