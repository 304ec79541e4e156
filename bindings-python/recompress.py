"""Recompresses archives as far as the format allows: ``recompress.py ARCHIVE...``.

The contents are unchanged, so that a wheel's RECORD remains valid. The bytes depend only on
the names and contents: dates and modes are fixed, the order is the archive's.
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
    """A compressor for `zipfile` that compresses its whole input at once."""

    def __init__(self) -> None:
        """Creates an empty compressor."""
        self._contents = bytearray()

    def compress(self, contents: bytes) -> bytes:
        """Takes a part of the contents."""
        self._contents += contents
        return b""

    def flush(self) -> bytes:
        """Returns the compressed data: zlib's format without header and checksum."""
        return bytes(
            zlib.compress(bytes(self._contents), numiterations=15, blocksplittingmax=0)[2:-4]
        )


def compressor(*_: Any) -> Zopfli:
    """Replaces `zipfile`'s compressor factory, which is not configurable."""
    return Zopfli()


def described(name: str, *, runs: bool) -> ZipInfo:
    """Returns the archive entry of a file."""
    info = ZipInfo(name, EARLIEST)
    info.compress_type = ZIP_DEFLATED
    info.create_system = UNIX
    info.external_attr = (0o100755 if runs else 0o100644) << 16
    return info


def recompress(path: Path) -> None:
    """Rewrites the archive at the path."""
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
