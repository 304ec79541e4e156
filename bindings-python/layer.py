"""Makes Lambda layers of wheels: ``layer.py FOLDER WHEEL...``.

It prints their sizes and start-up times.

A layer is unpacked below ``/opt``, and Lambda's Pythons import from ``/opt/python``. The bytes of
the zip depend on nothing but the wheel's files.

Times are those of fresh processes on this machine, less the same process without isoflag. They
start without compiled files, because Lambda cannot write them beside a layer.
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

from recompress import described, recompress

# Used only by type checkers and editors, which do not read layers.
LEFT_OUT = (".pyi", "/py.typed")

RUNS = 31

BARE = "pass"

IMPORT = "import isoflag"

FIRST_ANSWER = """
from isoflag import Flags
flags = Flags.from_json('{"flags": {"f": {"key": "f", "version": 1, "on": true, "variations": [1],'
                        '"fallthrough": {"variation": 0}}}}')
assert flags.variation("f", {"kind": "user", "key": "ada"}, None) == 1
"""


def make(wheel: Path, layer: Path) -> None:
    """Writes a layer with the wheel's files."""
    with ZipFile(wheel) as before, ZipFile(layer, "w") as after:
        for name in sorted(before.namelist()):
            if not name.endswith(LEFT_OUT):
                member = described(f"python/{name}", runs=name.endswith(".so"))
                after.writestr(member, before.read(name))
    recompress(layer)


def milliseconds(script: str, folder: Path) -> float:
    """Returns the duration of a fresh process that imports from the folder."""
    command = [sys.executable, "-B", "-c", script]
    start = perf_counter_ns()
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(folder)})
    return (perf_counter_ns() - start) / 1e6


def over_bare(script: str, folder: Path) -> float:
    """Returns the time that the script adds to a process: the least of each, taken in turns."""
    pairs = [(milliseconds(script, folder), milliseconds(BARE, folder)) for _ in range(RUNS)]
    return min(full for full, _ in pairs) - min(bare for _, bare in pairs)


def timed(layer: Path, script: str) -> str:
    """Returns the time as text."""
    if not layer.stem.endswith(platform.machine()):
        return "not measured on this machine"
    with tempfile.TemporaryDirectory() as folder, ZipFile(layer) as archive:
        archive.extractall(folder)
        return f"{over_bare(script, Path(folder) / 'python'):.1f} ms"


def main() -> None:
    """Makes and measures a layer of each wheel."""
    folder, *wheels = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in wheels:
        layer = (
            folder / f"isoflag-layer-{wheel.stem.partition('linux_2_17_')[2].partition('.')[0]}.zip"
        )
        make(wheel, layer)
        unzipped = sum(member.file_size for member in ZipFile(layer).infolist())
        print(f"{layer.name}: {layer.stat().st_size:,} bytes, {unzipped:,} unzipped")
        print(f"  import: {timed(layer, IMPORT)}")
        print(f"  import, load and first answer: {timed(layer, FIRST_ANSWER)}")


if __name__ == "__main__":
    main()
