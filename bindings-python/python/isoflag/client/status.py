"""Status of a flag client: its document, and failed refreshes."""

from __future__ import annotations

from typing import Any, NamedTuple

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

    fetch_seconds: float | None = None
    """Duration of the last successful fetch, loading included."""

    def to_dict(self) -> dict[str, Any]:
        """Returns the status as JSON, for a health endpoint; the error is its text."""
        members = {**self._asdict(), "stale": self.stale}
        return {**members, "error": None if self.error is None else str(self.error)}

    def to_emf(self, namespace: str, *, environment: str | None = None) -> str:
        """Returns the status as a line of CloudWatch's embedded metric format.

        Print it in a Lambda function to record the metrics ``failures``, ``age`` in seconds,
        ``version`` and ``fetchTime`` in milliseconds, with the dimension ``environment`` if given.
        A metric that is unknown is omitted.
        """
        from isoflag._emf import emf  # noqa: PLC0415

        fetch = None if self.fetch_seconds is None else round(self.fetch_seconds * 1000.0, 3)
        metrics = {
            "failures": (self.failures, "Count"),
            "age": (self.age, "Seconds"),
            "version": (self.version, "None"),
            "fetchTime": (fetch, "Milliseconds"),
        }
        known = {name: each for name, each in metrics.items() if each[0] is not None}
        return emf(namespace, {} if environment is None else {"environment": environment}, known)

    @property
    def stale(self) -> bool:
        """Whether the current document could not be refreshed."""
        return self.ready and self.error is not None
