"""Prints the contents and costs of Lambda layers as Markdown: ``layer_table.py ZIP...``.

Times are those of fresh processes on this machine over the same process without isoflag, with no
compiled file to start from: Lambda cannot write one beside a layer.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter_ns
from zipfile import ZipFile

RUNS = 31

BARE = "pass"

IMPORT = "import isoflag"

FIRST_ANSWER = """
from isoflag import Flags
flags = Flags.from_json('{"flags": {"f": {"key": "f", "version": 1, "on": true, "variations": [1],'
                        '"fallthrough": {"variation": 0}}}}')
assert flags.variation("f", {"kind": "user", "key": "ada"}, None) == 1
"""


def milliseconds(script: str, folder: Path) -> float:
    """Returns the run time of a new process that imports from the folder."""
    command = [sys.executable, "-B", "-c", script]
    start = perf_counter_ns()
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(folder)})
    return (perf_counter_ns() - start) / 1e6


def over_bare(script: str, folder: Path) -> float:
    """Returns the time that the script adds to a process: minima of alternating runs."""
    pairs = [(milliseconds(script, folder), milliseconds(BARE, folder)) for _ in range(RUNS)]
    return min(full for full, _ in pairs) - min(bare for _, bare in pairs)


def timed(layer: Path, script: str) -> str:
    """Returns the time as a table cell."""
    if not layer.stem.endswith(platform.machine()):
        return "not measured on this machine"
    with tempfile.TemporaryDirectory() as folder, ZipFile(layer) as archive:
        archive.extractall(folder)
        return f"{over_bare(script, Path(folder) / 'python'):.1f} ms"


def table(layers: list[Path]) -> str:
    """Returns the whole document."""
    names = [layer.stem.removeprefix("isoflag-layer-") for layer in layers]
    archives = [ZipFile(layer).infolist() for layer in layers]
    rows = [
        ("Bytes of the zip", [f"{layer.stat().st_size:,}" for layer in layers]),
        ("Bytes unzipped", [f"{sum(m.file_size for m in members):,}" for members in archives]),
        ("Import, over a bare interpreter", [timed(layer, IMPORT) for layer in layers]),
        ("Import, load and first answer", [timed(layer, FIRST_ANSWER) for layer in layers]),
    ]
    files = sorted({member.filename for members in archives for member in members})
    sizes = [{member.filename: member.file_size for member in members} for members in archives]
    contents = [(f"`{name}`", [f"{size.get(name, 0):,}" for size in sizes]) for name in files]
    header = f"|  | {' | '.join(names)} |\n| --- |{' --: |' * len(names)}"

    def body(rows: list[tuple[str, list[str]]]) -> str:
        return "\n".join(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)

    python = platform.python_version()
    return f"""# The Lambda layer

Written by `make layer`, on {platform.machine()} with Python {python}; times are the least of {RUNS}
fresh processes, which find no compiled file beside the layer. The zips are in `target/layers`. They
have no dependencies and serve every Python from 3.10 on.

{header}
{body(rows)}

## What it holds, in bytes

{header}
{body(contents)}
"""


if __name__ == "__main__":
    sys.stdout.write(table([Path(argument) for argument in sys.argv[1:]]))
