"""The document that a client holds, and the status that the client reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from isoflag.source.protocol import Fetched, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from isoflag._core import Context, Flags
    from isoflag.lifecycle import System

__all__ = ["ClientStatus", "HeldDocument", "StaleCopyError"]


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


class StaleCopyError(SourceError):
    """The response is a cached copy that is older than the current document."""


class HeldDocument:
    """A document that loaded, with its fetch result and times."""

    __slots__ = (
        "_digest",
        "_original",
        "_under",
        "confirmed",
        "fetched",
        "flags",
        "is_plain",
        "stepped_back_at",
        "strategy",
        "system",
    )

    def __init__(
        self,
        flags: Flags,
        fetched: Fetched,
        *,
        stepped_back_at: float | None = None,
        digest: str | None = None,
        original: HeldDocument | None = None,
        strategy: Mapping[str, Any] | None = None,
    ) -> None:
        """Takes the loaded document, and the result of the source."""
        self.flags = flags
        self.fetched = fetched
        self.confirmed = 0.0
        """Time at which the source last confirmed the document, in seconds since 1970."""
        self.stepped_back_at = stepped_back_at
        """Time at which it replaced a later document, in seconds since 1970, or None."""
        self.is_plain = False
        """Whether the client passes evaluations on to the document directly."""
        self.system: System | None = None
        """The system that chooses strategies, if the document has any for it."""
        self.strategy = strategy
        """The strategy that it is under, or None."""
        self._digest = digest
        self._original = original
        # The documents under the strategies that were chosen so far, by index.
        self._under: dict[int, HeldDocument] = {}

    def digest(self) -> str:
        """Returns the digest of the document without its strategy, computed on first use."""
        if self._original is not None:
            return self._original.digest()
        if self._digest is None:
            self._digest = self.flags.digest
        return self._digest

    def changed(self, change: Callable[[Flags], Flags]) -> HeldDocument:
        """Returns the result of a function with the times of this document."""
        flags = change(self.flags)
        is_same = flags is self.flags
        return HeldDocument(
            flags,
            self.fetched,
            stepped_back_at=self.stepped_back_at,
            digest=self._digest if is_same else None,
            original=self._original if is_same else None,
            strategy=self.strategy,
        )

    def confirmed_by(self, fetched: Fetched) -> HeldDocument:
        """Returns the same document with the later of its two responses."""
        is_later = self.flags.supersedes(self.flags, evidence(fetched, self.fetched))
        held = HeldDocument(
            self.flags,
            fetched if is_later else self.fetched,
            stepped_back_at=self.stepped_back_at,
            digest=self._digest,
        )
        held.is_plain, held.system, held._under = self.is_plain, self.system, self._under
        return held

    def confirmed_at(self, times: object) -> HeldDocument:
        """Returns the same document with the later times of a response without a document.

        Such a response need not repeat ``Last-Modified``.
        """
        before = self.fetched.times
        if before is None or not isinstance(times, Mapping):
            return self
        if times.get("last_modified") is None:
            times = {**times, "last_modified": before.get("last_modified")}
        return self.confirmed_by(self.fetched._replace(times=times))

    def under_strategy(
        self, context: Context, big_segments: Mapping[str, Any] | None
    ) -> HeldDocument:
        """Returns the document under the strategy that the system chooses for a context."""
        if (system := self.system) is None:
            return self
        chosen = self.flags._under_strategy(system, context, big_segments)  # noqa: SLF001 (our own)
        if chosen is None:
            return self
        index, flags = chosen
        if index not in self._under:
            under = HeldDocument(
                flags,
                self.fetched,
                stepped_back_at=self.stepped_back_at,
                original=self,
                strategy=self.flags._strategy(system, index),  # noqa: SLF001 (our own)
            )
            self._under.setdefault(index, under)
        return self._under[index]


def evidence(offered: Fetched, held: Fetched) -> Mapping[str, Any]:
    """Returns the evidence of two responses in the form that ``Flags.supersedes`` expects."""
    if offered.times is None:
        return {"authoritative": True}
    return {"offered": offered.times, "held": held.times}
