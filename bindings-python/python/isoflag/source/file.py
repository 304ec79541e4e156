"""A document in a file."""

import os
from pathlib import Path

from .bounded_call import BoundedSource
from .deadline import DEFAULT_SECONDS
from .errors import (
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from .protocol import UNCHANGED, Fetched, Unchanged

__all__ = ["FileSource"]


class FileSource(BoundedSource):
    """A document in a file of this machine.

    The content decides whether it is another document, not the time of the last change. Whoever
    writes the file should replace it (``os.replace``); one that is read half-written is no
    document, and the client keeps the one it holds.
    """

    is_current = True

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = DEFAULT_SECONDS) -> None:
        """Read this file; it need not exist yet.

        ``timeout`` is in seconds, for the whole fetch: a network file system may not answer.
        """
        self._path = Path(path)
        super().__init__(timeout, os.fspath(self._path))

    def __repr__(self) -> str:
        return f"FileSource({os.fspath(self._path)!r})"

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Read the file."""
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
            return self._path.read_bytes()
        except OSError as error:
            raise _named(error, self._where) from error


def _named(error: OSError, where: str) -> SourceError:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return SourceNotFoundError("there is no such file; is it deployed?", where=where)
        case PermissionError():
            return SourceUnauthorizedError("this process may not read the file", where=where)
        case IsADirectoryError():
            return SourceNotFoundError("this is a folder; name the file in it", where=where)
        case _:
            return SourceUnavailableError(f"cannot be read: {error}", where=where)
