"""Reads a document from a file."""

from __future__ import annotations

import os

from .deadline import DEFAULT_SECONDS, BoundedSource
from .protocol import (
    UNCHANGED,
    Fetched,
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceUnauthorizedError,
    SourceUnavailableError,
    Unchanged,
    require_text,
)

__all__ = ["FileSource"]


class FileSource(BoundedSource):
    """A source for a local file.

    Changes are detected by content, not by modification time. Write the file by replacing it
    (``os.replace``); a half-written file does not load, and the client keeps its document.
    """

    is_current = True

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = DEFAULT_SECONDS) -> None:
        """Creates a source of this file, which need not exist yet.

        ``timeout``, in seconds, limits the whole fetch: a network file system may not respond.
        """
        self._path = os.fspath(path)
        require_text(path=os.fsdecode(path))
        super().__init__(timeout, self._path)

    def __repr__(self) -> str:
        return f"FileSource({self._path!r})"

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Reads the file."""
        document = self._bounded(lambda _: self._read(), "is its file system mounted?")
        if not document:
            raise SourceContentError(
                "the file is empty; write the document again", where=self._where
            )
        if previous is not None and previous.document == document:
            return UNCHANGED
        return Fetched(document)

    def _read(self) -> bytes:
        try:
            # pathlib is slow to import.
            with open(self._path, "rb") as file:  # noqa: PTH123
                return file.read()
        except OSError as error:
            raise _named(error, self._where) from error


def _named(error: OSError, where: str) -> SourceError:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return SourceNotFoundError("the file does not exist; is it deployed?", where=where)
        case PermissionError():
            return SourceUnauthorizedError(
                "permission denied; allow this process to read the file", where=where
            )
        case IsADirectoryError():
            return SourceNotFoundError("this is a folder; pass a file in it", where=where)
        case _:
            return SourceUnavailableError(f"cannot read the file: {error}", where=where)
