"""Adds the most useful inputs that ``run.py`` found to corpus.jsonl: ``keep.py [--count N] [--only NAME]``.

An input is useful if it has features (edges, and how often they are taken) that the kept inputs and the vectors do not. Of each target
the inputs with the most such features for their length are kept, and all are replayed by ``cargo test``.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import run

CORPUS = run.FUZZ / "corpus.jsonl"
# Longer inputs are hard to read, and those that are not text are long lines.
LONGEST = 1500


@dataclass(frozen=True)
class Covering:
    """An input and its features."""

    file: Path
    features: frozenset[int]


def coverage(program: Path, target: str) -> list[Covering]:
    """Returns the features of all inputs of a target: libFuzzer lists them while it merges folders."""
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder) / "control"
        merged = Path(folder) / "merged"
        merged.mkdir()
        options = ("-set_cover_merge=1", f"-merge_control_file={control}", "-max_len=16384", "-rss_limit_mb=4096")
        command = (str(program), *options, str(merged), str(run.INPUTS / target))
        environment = {**os.environ, "ISOFLAG_FUZZ": target}
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        lines = control.read_text(encoding="utf-8").splitlines()
    count = int(lines[0])
    files = [Path(line) for line in lines[2 : 2 + count]]
    listed = (re.fullmatch(r"FT (\d+)(.*)", line) for line in lines[2 + count :])
    return [Covering(files[int(match[1])], frozenset(map(int, match[2].split()))) for match in listed if match]


def chosen(inputs: list[Covering], most: int) -> list[Path]:
    """Returns the inputs that together have the most features for their length, besides those of the seeds."""
    known = frozenset[int]().union(*(each.features for each in inputs if each.file.name.startswith("seed-")))
    others = [each for each in inputs if not each.file.name.startswith("seed-") and each.file.stat().st_size <= LONGEST]
    kept: list[Path] = []
    while others and len(kept) < most:
        best = max(others, key=lambda each: (len(each.features - known) / (100 + each.file.stat().st_size), str(each.file)))
        if not best.features - known:
            break
        kept.append(best.file)
        known |= best.features
        others.remove(best)
    return kept


def is_text(file: Path) -> bool:
    try:
        file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="keep.py", description=__doc__)
    parser.add_argument("--count", type=int, default=8, help="the most inputs of a target")
    parser.add_argument("--only", default="", help="the targets whose name contains the text")
    options = parser.parse_args()
    program = run.build()
    for target in run.tool("targets").split():
        if options.only not in target or not (run.INPUTS / target).is_dir():
            continue
        files = chosen([each for each in coverage(program, target) if is_text(each.file)], options.count)
        held = set(CORPUS.read_text(encoding="utf-8").splitlines())
        lines = [run.tool("line", target, str(file)).rstrip("\n") for file in files]
        with CORPUS.open("a", encoding="utf-8") as corpus:
            corpus.writelines(f"{line}\n" for line in lines if line not in held)
        print(f"{target}: {len(lines)} inputs", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
