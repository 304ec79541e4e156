"""How a flag client is doing."""

from dataclasses import dataclass

__all__ = ["ClientStatus"]


@dataclass(frozen=True, slots=True)
class ClientStatus:
    """How a client is doing, at one moment."""

    ready: bool
    """Whether there is a document; without one every answer is the default."""

    version: int | None
    """``meta.version`` of the document held."""

    digest: str | None
    """The digest of the document held."""

    source_version: str | None
    """What the source calls the version of the document held."""

    age: float | None
    """Seconds since the source last said that this is its document."""

    error: Exception | None
    """Why the last attempt failed; None where it did not."""

    error_since: float | None
    """Since when every attempt failed, in seconds since 1970."""

    failures: int
    """How many attempts failed since the last that did not."""

    stepped_back_at: float | None = None
    """When the document held took the place of a later one, as after a rollback, in seconds since
    1970; the consistency gate counts from then."""

    @property
    def stale(self) -> bool:
        """Whether a document is held that could not be refreshed."""
        return self.ready and self.error is not None
