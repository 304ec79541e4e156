"""Makes a Lambda layer of a wheel: ``layer.py WHEEL ZIP``.

A layer is unpacked below ``/opt``, and Lambda's Pythons import from ``/opt/python``. The bytes of
the zip depend on nothing but the wheel's files.
"""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZipFile

from recompress import described, recompress

# Used only by type checkers and editors, which do not read layers.
LEFT_OUT = (".pyi", "/py.typed")


def make(wheel: Path, layer: Path) -> None:
    """Writes a layer with the wheel's files."""
    with ZipFile(wheel) as before, ZipFile(layer, "w") as after:
        for name in sorted(before.namelist()):
            if not name.endswith(LEFT_OUT):
                member = described(f"python/{name}", runs=name.endswith(".so"))
                after.writestr(member, before.read(name))
    recompress(layer)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
