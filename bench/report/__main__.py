"""``python -m report RAW DATA OUT [--quick] [--load TEXT]``, which bench/run.sh calls."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from . import growth_curves, judged, machine, markdown, measured, missed, ratios


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
    origin = "the shared one" if index["origin"] == "shared" else "generated"
    workload = f"{origin}: {index['bytes']:,} bytes, {index['flags']:,} flags, {index['segments']} segments"
    described = machine.describe(found.versions, options.load)

    reasons = missed.read(machine.BENCH / "missed.json")
    why = list(missed.section(tables, reasons, found))
    text = markdown.results(tables, module, described, workload, why, quick=options.quick)
    (out / "RESULTS.md").write_text(text)
    (out / "ratios.svg").write_text(ratios.draw(tables))
    (out / "growth.svg").write_text(growth_curves.draw(found))
    figures = [
        {"host": host, "group": group, "case": case, "subject": subject, "unit": figure.unit}
        | {"median": figure.median, "spread": figure.spread, "samples": len(figure.samples)}
        for (host, group, case), subjects in sorted(found.figures.items())
        for subject, figure in sorted(subjects.items())
    ]
    written = {
        "machine": described,
        "workload": index,
        "quick": options.quick,
        "rows": [
            {"group": table.group} | asdict(row) | {"ratio": row.ratio}
            for table in tables
            for row in table.rows
        ],
        "figures": figures,
    }
    (out / "results.json").write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    print(markdown.counts(tables))


if __name__ == "__main__":
    main()
