"""Checks a wheel before it is published: ``published_wheel.py WHEEL...``.

Its size, because a function starts no sooner than its archive has arrived, and the glibc that it
needs, because Lambda's Python 3.10 and 3.11 run on Amazon Linux 2.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from zipfile import ZipFile

BUDGET = 900_000

GLIBC = (2, 17)
"""The glibc version of manylinux2014; Amazon Linux 2 has 2.26."""


def faults(wheel: Path) -> list[str]:
    """Yields each reason not to publish the wheel."""
    found = []
    size = wheel.stat().st_size
    if size > BUDGET:
        found.append(
            f"`{wheel.name}` has {size:,} bytes, {size - BUDGET:,} more than its budget of "
            f"{BUDGET:,}; take something out, or build a part of it for size in Cargo.toml"
        )
    needed = glibc(wheel)
    if needed > GLIBC:
        found.append(
            f"`{wheel.name}` needs glibc {needed[0]}.{needed[1]}, but {GLIBC[0]}.{GLIBC[1]} is the "
            "latest that manylinux2014 allows; link it with zig, as wheels.py does"
        )
    return found


def glibc(wheel: Path) -> tuple[int, int]:
    """Returns the latest glibc symbol version that the wheel's extensions require."""
    with ZipFile(wheel) as archive:
        extensions = [archive.read(name) for name in archive.namelist() if name.endswith(".so")]
    named = (version for text in extensions for version in re.findall(rb"GLIBC_(\d+)\.(\d+)", text))
    return max(((int(major), int(minor)) for major, minor in named), default=(0, 0))


if __name__ == "__main__":
    found = [fault for argument in sys.argv[1:] for fault in faults(Path(argument))]
    if found:
        sys.exit("\n".join(found))
