"""Packs archives anew, as tightly as the format allows: ``recompress.py ARCHIVE...``.

What they hold is not touched, so that a wheel's RECORD stays true. The bytes depend on nothing but
the names and contents: dates and modes are settled here, the order is the archive's.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from zopfli import zlib

EARLIEST = (1980, 1, 1, 0, 0, 0)
UNIX = 3


class Zopfli:
    """A compressor as `zipfile` asks for one, that packs its whole input at once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._contents = bytearray()

    def compress(self, contents: bytes) -> bytes:
        """Take a part of the contents."""
        self._contents += contents
        return b""

    def flush(self) -> bytes:
        """Pack everything: zlib's form without its header and check sum."""
        return bytes(zlib.compress(bytes(self._contents), numiterations=5)[2:-4])


def compressor(*_: Any) -> Zopfli:
    """Stand in for the compressor that `zipfile` would make; it has no way to be told another."""
    return Zopfli()


def described(name: str, *, runs: bool) -> ZipInfo:
    """How a file of an archive is described."""
    info = ZipInfo(name, EARLIEST)
    info.compress_type = ZIP_DEFLATED
    info.create_system = UNIX
    info.external_attr = (0o100755 if runs else 0o100644) << 16
    return info


def recompress(path: Path) -> None:
    """Write the archive at the path anew."""
    new = path.with_name(path.name + ".new")
    with (
        mock.patch.object(zipfile, "_get_compressor", compressor),
        ZipFile(path) as before,
        ZipFile(new, "w") as after,
    ):
        for info in before.infolist():
            if not info.is_dir():
                runs = bool(info.external_attr >> 16 & 0o111)
                after.writestr(described(info.filename, runs=runs), before.read(info))
    new.replace(path)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        recompress(Path(argument))
