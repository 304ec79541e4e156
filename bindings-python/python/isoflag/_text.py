"""Texts of documents and requests: decompression, lone surrogates, and the order of names."""

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


def is_well_formed(text: str) -> bool:
    """Returns whether a text can be encoded as UTF-8, that is, has no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def without_surrogates(text: str) -> str:
    """Returns the text with each lone surrogate replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def utf16_units(text: str) -> bytes:
    """Returns the key by which RFC 8785 sorts names: the text's UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")
