"""The protocol of a source: the types of its results, and its errors."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from isoflag._core import printable
from isoflag._errors import Picklable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EXCERPT",
    "UNCHANGED",
    "Fetched",
    "Source",
    "SourceContentError",
    "SourceError",
    "SourceNotFoundError",
    "SourceNotReadyError",
    "SourceSetupError",
    "SourceTimeoutError",
    "SourceUnauthorizedError",
    "SourceUnavailableError",
    "Unchanged",
    "require_list",
    "require_source",
    "require_text",
]


EXCERPT: Final = 200
"""Length of the part of a response that a message quotes."""


def require_text(**named: object) -> None:
    """Raises ``ValueError`` if an argument is empty or not text, before a fetch fails by it."""
    for name, value in named.items():
        if not isinstance(value, str) or not value:
            raise ValueError(
                f"invalid `{name}` `{printable(repr(value))}`: expected text that is not empty; is "
                "a variable of the environment missing?"
            )


def require_list(**named: object) -> None:
    """Raises ``TypeError`` if an argument is text: a loop over it would yield its characters."""
    for name, value in named.items():
        if isinstance(value, str):
            raise TypeError(
                f"invalid `{name}` `{printable(value)}`: expected a list of texts, not one text"
            )


def require_source(source: object) -> None:
    """Raises ``TypeError`` if an object is not a source; later this would look like an outage."""
    if isinstance(source, type) or not callable(getattr(source, "fetch", None)):
        raise TypeError(
            f"invalid source `{source!r}`: expected an object with a method `fetch`, such as "
            '`FileSource("flags.json")`'
        )


class Unchanged(Enum):
    """The type of ``UNCHANGED``, its only value."""

    UNCHANGED = "unchanged"

    def __repr__(self) -> str:
        return self.name


UNCHANGED: Final = Unchanged.UNCHANGED
"""The result of a source if the document equals that of ``previous``."""


class Fetched(NamedTuple):
    """A document as a source returned it."""

    document: bytes
    """The raw text of the document."""

    etag: str | None = None
    """The tag for the source's next conditional request, if any."""

    version: str | None = None
    """The source's own version label, for display."""

    times: Mapping[str, Any] | None = None
    """The times of the response, if a cache may have answered; None if the source is authoritative.

    ``last_modified``, ``date``, ``age`` and ``received_ms``, as ``Flags.supersedes`` takes them.
    """


class Source(Protocol):
    """The origin of a document; implement ``fetch`` for your own.

    A source belongs to one client, which calls it in a separate thread, one call at a time. A call
    that takes longer than the source's attribute ``timeout``, by default 2 seconds, is abandoned:
    its result is dropped, and it may still run when the next call begins. A source may keep a
    connection or a token, but should not cache its last result: that is ``previous``.

    Set ``is_current = True`` if the source always returns the current document; any other may lag,
    as the AppConfig Agent does, and ``Pins`` rely on that. A source of other formats may have a
    method ``load_document`` that converts the bytes to ``Flags``, which a client calls instead of
    ``Flags.from_json``. A method ``big_segments`` receives context keys and returns their
    memberships in the form that evaluations take; after an error it is not called for five seconds.
    """

    def fetch(self, previous: Fetched | None) -> Fetched | bytes | Unchanged:
        """Returns the document, or ``UNCHANGED`` if it equals that of ``previous``.

        ``previous`` is the last result, None at first; return the document if it is None. Bytes may
        be returned instead of a ``Fetched``. The client accepts every document, also an earlier
        one, unless its ``times`` prove that it is an older copy from a cache. Raise a
        ``SourceError`` for failures.
        """


class SourceError(Picklable, Exception):
    """A document could not be fetched; the message has the problem, the source and a remedy."""

    where: str
    """The source, such as ``s3://my-bucket/flags.json``."""

    retry_after: float | None = None
    """Seconds for which the source rejects further calls, if it reports them."""

    def __init__(self, message: str, *, where: str, retry_after: float | None = None) -> None:
        """Creates the error of the source named ``where``."""
        # The message may quote a response.
        super().__init__(printable(f"{where}: {message}"))
        self.where = where
        self.retry_after = retry_after


class SourceUnavailableError(SourceError):
    """The source is down, refuses connections, throttles or had an internal error."""


class SourceTimeoutError(SourceUnavailableError):
    """The source did not respond in time."""


class SourceUnauthorizedError(SourceError):
    """The source denies this process read access."""


class SourceNotFoundError(SourceError):
    """The source has no document with this name."""


class SourceNotReadyError(SourceError):
    """The source exists but has not been filled yet."""


class SourceContentError(SourceError):
    """The response is not a document: it is cut off, empty, HTML or too long."""


class SourceSetupError(SourceError):
    """A requirement of the source is missing: boto3, a region or credentials."""
