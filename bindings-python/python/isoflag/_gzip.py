"""Decompresses documents and request bodies, within a limit."""

import zlib
from typing import Final

_MAGIC: Final = b"\x1f\x8b"
_LIMIT: Final = 256 << 20
_WITH_GZIP_HEADER: Final = 31


def decompressed(data: bytes, limit: int = _LIMIT) -> bytes:
    """Returns the contents of gzip data, and any other data unchanged.

    JSON never begins like gzip. Raises ``ValueError`` if the data is malformed, or larger than
    ``limit`` bytes once it is decompressed.
    """
    if not data.startswith(_MAGIC):
        return data
    stream = zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        contents = stream.decompress(data, limit)
    except zlib.error as error:
        raise ValueError(f"malformed gzip data: {error}") from error
    if stream.unconsumed_tail or not stream.eof:
        reason = f"larger than {limit} bytes" if stream.unconsumed_tail else "cut off"
        raise ValueError(f"the gzip data is {reason}")
    if stream.unused_data:
        raise ValueError("the gzip data is followed by other data; compress the text as a whole")
    return contents
