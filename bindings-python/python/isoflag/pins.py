"""Journeys that end by the document with which they began."""

from collections.abc import Callable
from typing import Final

from ._core import DocumentHistory, Flags
from ._errors import PinError
from ._logs import logger
from .gate_times import GateTimes
from .held_document import HeldDocument
from .source.bounded_call import BoundedCalls
from .source.deadline import DEFAULT_SECONDS, seconds_left
from .source.protocol import Fetched

__all__ = ["Pins"]

_logger = logger("isoflag")

_MOST_DOCUMENTS: Final = 16
_MOST_BYTES: Final = 64 << 20
_MISSING: Final = "document-not-held"
_INVALID: Final = "not-a-digest"


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
        timeout: float = DEFAULT_SECONDS,
    ) -> None:
        """Bound what is held, by a number of documents and of bytes of canonical JSON.

        ``max_age`` is for how many seconds a document answers after it went out of force: two times
        to live and a poll's timeout unless given. ``fetch`` reads a document by its digest from an
        authoritative store, or returns None; it is called if a pin names one that is not held, with
        whatever digest a request names, and abandoned after ``timeout`` seconds.

        Where the client's source may lag, as the AppConfig Agent does, a document that is stamped
        later than the one held answers by its own flags, for ``max_age`` after its stamp: the
        client is behind. There ``fetch`` must not return a document that was withdrawn, such as one
        that was rolled back. Any other counts as out of force since the document held was stamped,
        or since this client has had it, whichever is earlier.
        """
        if max_age is not None and not max_age >= 0:
            raise ValueError(f"`max_age` is seconds from 0 up, not `{max_age}`")
        if not timeout > 0:
            raise ValueError(f"invalid timeout `{timeout}`: expected seconds, more than 0")
        self._max_documents = max_documents
        self._max_bytes = max_bytes
        self._max_age_ms = None if max_age is None else max_age * 1000.0
        self._fetch = fetch
        self._timeout = timeout
        self._calls = BoundedCalls()
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew, since a thread of the parent may have been using what there was."""
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
        self._history.add(flags, now_ms)

    def find(
        self,
        digest: str,
        newest: Callable[[], HeldDocument | None],
        poll: Callable[[], None],
        moment: Callable[[], tuple[float, GateTimes]],
        load: Callable[[bytes], Flags],
        *,
        is_current: bool = False,
    ) -> HeldDocument:
        """Give what answers a pin, for a client that says what it holds and how it polls.

        With ``is_current`` a poll gives what is in force, so that nothing else can be newer.

        Raises ``PinError`` where there is no such document, or it is out of force for too long.
        """
        try:
            return self._answer(digest, newest(), moment)
        except PinError as error:
            # A poll may bring the document into force, also one that had gone out of it.
            if error.code == _INVALID:
                raise
        poll()
        held = newest()
        try:
            return self._answer(digest, held, moment)
        except PinError as error:
            if (
                held is None
                or error.code != _MISSING
                or not self._keep(digest, load, is_current=is_current)
            ):
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

    def _keep(self, digest: str, load: Callable[[bytes], Flags], *, is_current: bool) -> bool:
        """Fetch the document of a digest, if that can be; say whether it is held now."""
        fetch = self._fetch
        if fetch is None:
            return False
        try:
            given = self._calls.run(lambda _: fetch(digest), seconds_left(self._timeout))
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
        return self._history.keep(flags) if is_current else self._history.keep_fetched(flags)
