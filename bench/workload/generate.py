"""Writes the inputs of the benchmarks to a folder: generate.py FOLDER [--seed NUMBER] [--from FOLDER] [--quick].

With `--from` the folder's workload.json and contexts.json are used instead of generated ones. Equal arguments make equal
files.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import documents

SIZES = {
    "flags": [100, 1_000, 10_000, 100_000],
    "targets": [10, 100, 1_000, 10_000, 100_000, 1_000_000],
    "clauses": [1, 10, 100, 1_000],
}
QUICK_LIMIT = 10_000


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=documents.SEED)
    parser.add_argument("--from", type=Path, dest="source")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)

    if options.source:
        for name in ("workload.json", "contexts.json"):
            shutil.copyfile(options.source / name, folder / name)
        origin = "given"
    else:
        write(folder / "workload.json", documents.of_flags(1000, options.seed))
        contexts = {"hit": "user-000777", "miss": "user-999999"}
        write(
            folder / "contexts.json",
            {name: documents.context(key, options.seed) for name, key in contexts.items()},
        )
        origin = f"seed {options.seed}"
    workload = json.loads((folder / "workload.json").read_text())
    write(folder / "murmur3.json", workload | {"meta": {"hash": "murmur3"}})
    write(folder / "patch.json", documents.patch())

    growth = []
    makers = {
        "flags": documents.of_growing_flags,
        "targets": documents.of_targets,
        "clauses": documents.of_clauses,
    }
    for axis, sizes in SIZES.items():
        for size in sizes:
            if options.quick and size > QUICK_LIMIT:
                continue
            name = f"growth-{axis}-{size}.json"
            write(folder / name, makers[axis](size))
            flag = "fallthrough" if axis == "flags" else axis
            growth.append({"axis": axis, "size": size, "file": name, "flag": flag})
    write(
        folder / "index.json",
        {
            "origin": origin,
            "bytes": (folder / "workload.json").stat().st_size,
            "flags": len(workload["flags"]),
            "segments": len(workload["segments"]),
            "cases": documents.cases(),
            "growth": growth,
        },
    )


if __name__ == "__main__":
    main()
