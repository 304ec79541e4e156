"""Status of a flag client: its document, and failed refreshes."""

from typing import NamedTuple

__all__ = ["ClientStatus"]


class ClientStatus(NamedTuple):
    """A snapshot of a client's document and of its failures."""

    ready: bool
    """Whether a document has loaded; before that every evaluation returns the default."""

    version: int | None
    """``meta.version`` of the current document."""

    digest: str | None
    """The digest of the current document."""

    source_version: str | None
    """The source's own version label of the current document."""

    age: float | None
    """Seconds since the source last confirmed the document."""

    error: Exception | None
    """The error of the last attempt, or None if it succeeded."""

    error_since: float | None
    """Time of the first failure since the last success, in seconds since 1970."""

    failures: int
    """Number of failed attempts since the last success."""

    stepped_back_at: float | None = None
    """Time at which the current document replaced a later one, as after a rollback, in seconds
    since 1970; the consistency gate counts from then."""

    @property
    def stale(self) -> bool:
        """Whether the current document could not be refreshed."""
        return self.ready and self.error is not None
