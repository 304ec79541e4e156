"""Keeps earlier documents, so that a journey can finish with the document it began with."""

from collections.abc import Callable
from typing import Final

from ._core import DocumentHistory, Flags
from ._errors import PinError
from ._logs import logger
from .client.held_document import HeldDocument
from .gate_times import GateTimes
from .source.deadline import DEFAULT_SECONDS, BoundedCalls, seconds_left
from .source.protocol import Fetched

__all__ = ["Pins"]

_logger = logger("isoflag")

_MAX_DOCUMENTS: Final = 16
_MAX_BYTES: Final = 64 << 20
_MISSING: Final = "document-not-held"
_INVALID: Final = "not-a-digest"


class Pins:
    """The recent documents of a client, for requests that pin one of them.

    A pin is the digest of a document, which a page sends in the header ``Isoflag-Document``; for a
    projection (``Flags.project``) it is that of the whole document. The
    request is evaluated with that document or rejected, except that flags which the newest document
    has switched off are off. **Never base a security decision on a pin**: the sender can choose any
    document that is held.

    Create one for each client: ``FlagClient(source, pins=Pins())``.
    """

    def __init__(
        self,
        *,
        max_documents: int = _MAX_DOCUMENTS,
        max_bytes: int = _MAX_BYTES,
        max_age: float | None = None,
        fetch: Callable[[str], bytes | Flags | None] | None = None,
        timeout: float = DEFAULT_SECONDS,
    ) -> None:
        """Creates an empty store with limits on documents and on bytes of canonical JSON.

        ``max_age`` is the number of seconds for which a superseded document can be pinned, by
        default two TTLs and a poll's timeout. ``fetch`` returns the document of a digest from an
        authoritative store, or None. It is called with any digest that a request names and that is
        not held, and abandoned after ``timeout`` seconds.

        If the client's source may lag, as the AppConfig Agent does, a fetched document with a later
        last-modified timestamp than the current one is used with its own flags for ``max_age``
        after that timestamp, since the client is behind. In that case ``fetch`` must not return a
        document that was withdrawn, for example by a rollback. Any other document counts as
        superseded when the current document was last modified or was loaded here, whichever is
        earlier.

        Raises ``ValueError`` if ``max_age`` is negative.
        """
        if max_age is not None and not max_age >= 0:
            raise ValueError(f"invalid max_age `{max_age}`: expected seconds, 0 or more")
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
        """Discards the documents, which a thread of the parent process may have been using."""
        self._history = DocumentHistory(
            max_documents=self._max_documents, max_bytes=self._max_bytes
        )
        self._found: tuple[Flags | None, dict[str, HeldDocument]] = (None, {})

    def __repr__(self) -> str:
        return f"<Pins of {len(self._history)} documents>"

    @property
    def digests(self) -> list[str]:
        """The digests of the documents held, the newest first."""
        return self._history.digests()

    def take(self, flags: Flags, now_ms: float) -> None:
        """Adds the document that is current at ``now_ms``."""
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
        """Returns the pinned document, after a poll or a fetch if it is not held.

        ``newest`` returns the client's document, ``poll`` refreshes it. With ``is_current`` a poll
        always returns the current document, so that no other can be newer.

        Raises ``PinError`` if the document is unavailable or was superseded too long ago.
        """
        try:
            return self._answer(digest, newest(), moment)
        except PinError as error:
            # A poll may make the document current, also one that had been superseded.
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
        if held is not None and digest in (held.digest(), held.flags.parent_digest):
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
        # Unless a document has loaded the call above raises.
        if held is None:
            return HeldDocument(pinned.flags, Fetched(b""), digest=digest)
        # Kept with its documents under strategies, until another document is current.
        current, found = self._found
        if current is not held.flags:
            found = {}
            self._found = (held.flags, found)
        if digest not in found:
            found[digest] = HeldDocument(pinned.flags, held.fetched, digest=digest)
        return found[digest]

    def _keep(self, digest: str, load: Callable[[bytes], Flags], *, is_current: bool) -> bool:
        """Fetches the document of a digest, if possible; returns whether it is held now."""
        fetch = self._fetch
        if fetch is None:
            return False
        try:
            fetched = self._calls.run(lambda _: fetch(digest), seconds_left(self._timeout))
            if fetched is None:
                return False
            flags = fetched if isinstance(fetched, Flags) else load(fetched)
        except Exception:
            _logger.exception("cannot fetch the document `%s`", digest)
            return False
        if digest not in (flags.digest, flags.parent_digest):
            _logger.warning(
                "ignoring a fetched document: requested `%s`, got `%s`",
                digest,
                flags.digest,
            )
            return False
        return self._history.keep(flags) if is_current else self._history.keep_fetched(flags)
