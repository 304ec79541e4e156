"""Journeys that end by the document with which they began."""

from collections.abc import Callable
from typing import Final

from ._core import DocumentHistory, Flags
from ._errors import PinError
from ._logs import logger
from .gate_times import GateTimes
from .held_document import HeldDocument
from .source.protocol import Fetched

__all__ = ["Pins"]

_logger = logger("isoflag")

_MOST_DOCUMENTS: Final = 16
_MOST_BYTES: Final = 64 << 20
_MISSING: Final = "document-not-held"


class Pins:
    """The documents that a client has held lately, to answer those who decided with one of them.

    A pin is the digest of a document, as a page sends it in the header ``Isoflag-Document``. It is
    answered by that very document or refused, but for flags that the newest document has switched
    off. **A pin is never a security decision**: whoever sends one chooses among the documents held.

    Make one for each client: ``FlagClient(source, pins=Pins())``.
    """

    def __init__(
        self,
        *,
        max_documents: int = _MOST_DOCUMENTS,
        max_bytes: int = _MOST_BYTES,
        max_age: float | None = None,
        fetch: Callable[[str], bytes | Flags | None] | None = None,
    ) -> None:
        """Bound what is held, by a number of documents and of bytes of canonical JSON.

        ``max_age`` is for how many seconds a document answers after it went out of force: two times
        to live and a poll's timeout unless given. ``fetch`` gives a document by its digest, or
        None, where a pin names one that is not held: from a bucket that keeps all of them, say. It
        is asked for whatever digest a request names. A document counts as out of force since the
        newest one was stamped, or since this client has had it, whichever is earlier.
        """
        if max_age is not None and not max_age >= 0:
            raise ValueError(f"`max_age` is seconds from 0 up, not `{max_age}`")
        self._max_documents = max_documents
        self._max_bytes = max_bytes
        self._max_age_ms = None if max_age is None else max_age * 1000.0
        self._fetch = fetch
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew, since a thread of the parent may have been using what there was."""
        self._taken_ms = 0.0
        self._history = DocumentHistory(
            max_documents=self._max_documents, max_bytes=self._max_bytes
        )

    def __repr__(self) -> str:
        return f"<Pins of {len(self._history)} documents>"

    @property
    def digests(self) -> list[str]:
        """The digests of the documents held, the newest first."""
        return self._history.digests()

    def take(self, flags: Flags, now_ms: float) -> None:
        """Hold the document that is in force at a moment."""
        newest = self._history.newest
        if newest is None or newest.digest != flags.digest:
            self._taken_ms = now_ms
            self._history.add(flags, now_ms)

    def find(
        self,
        digest: str,
        newest: Callable[[], HeldDocument | None],
        poll: Callable[[], None],
        moment: Callable[[], tuple[float, GateTimes]],
        load: Callable[[bytes], Flags],
    ) -> HeldDocument:
        """Give what answers a pin, for a client that says what it holds and how it polls.

        Raises ``PinError`` where there is no such document, or it is out of force for too long.
        """
        try:
            return self._answer(digest, newest(), moment)
        except PinError as error:
            # What is no digest, or too old, will be after a poll too.
            if error.code != _MISSING:
                raise
        poll()
        held = newest()
        try:
            return self._answer(digest, held, moment)
        except PinError as error:
            if held is None or error.code != _MISSING or not self._keep(digest, held, load):
                raise
        return self._answer(digest, held, moment)

    def _answer(
        self,
        digest: str,
        held: HeldDocument | None,
        moment: Callable[[], tuple[float, GateTimes]],
    ) -> HeldDocument:
        if held is not None and digest == held.digest():
            return held
        now_ms, times = moment()
        if held is not None:
            self.take(held.flags, now_ms)
        pinned = self._history.pinned(
            digest,
            now_ms,
            times.ttl_seconds,
            times.poll_timeout_ms,
            max_pin_age_ms=self._max_age_ms,
        )
        # Without any document in force nothing is pinned.
        fetched = Fetched(b"") if held is None else held.fetched
        return HeldDocument(pinned.flags, fetched, _digest=digest)

    def _keep(self, digest: str, newest: HeldDocument, load: Callable[[bytes], Flags]) -> bool:
        """Fetch the document of a digest, if that can be; say whether it is held now."""
        if self._fetch is None:
            return False
        try:
            given = self._fetch(digest)
            if given is None:
                return False
            flags = given if isinstance(given, Flags) else load(given)
        except Exception:
            _logger.exception("the document `%s` cannot be fetched", digest)
            return False
        if flags.digest != digest:
            _logger.warning(
                "the document `%s` was asked for, and `%s` was given; it is not used",
                digest,
                flags.digest,
            )
            return False
        stamp = newest.stamp_ms()
        superseded = self._taken_ms if stamp is None else min(stamp, self._taken_ms)
        return self._history.keep(flags, superseded)
