"""Fetches a flag document over HTTP, and rejects responses that are invalid or stale."""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from isoflag import Flags
from isoflag._core import printable
from isoflag._text import decompressed
from isoflag.source.deadline import DEFAULT_SECONDS
from isoflag.source.http import HttpSource
from isoflag.source.protocol import Fetched, SourceError


class FetchError(Exception):
    """The document could not be fetched, or the response is not a flag document."""

    def __init__(self, message: str) -> None:
        """Creates the error; the message may quote a response, so it is escaped."""
        super().__init__(printable(message))


class DocumentFetch:
    """Fetches a document with a GET request, such as LaunchDarkly's ``/sdk/latest-all``.

    ``token`` is sent as the header ``Authorization``, to the host of ``url`` only; a function is
    called for each fetch. The request makes caches revalidate. Set ``flag_map`` if the response is
    a bare map of flags, as from ``/sdk/latest-flags``, and ``appconfig`` if it is a feature-flag
    profile of AWS AppConfig (see ``Flags.from_appconfig``). ``timeout``, in seconds, limits the
    whole fetch: the DNS look-up, redirects and the body included.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | Callable[[], str] | None = None,
        flag_map: bool = False,
        appconfig: bool = False,
        timeout: float = DEFAULT_SECONDS,
    ) -> None:
        """Creates a fetch; raises ``ValueError`` if ``url`` is not an HTTP or HTTPS URL."""
        self._source = _RevalidatingSource(
            url, headers=lambda: _authorization(token), timeout=timeout
        )
        if flag_map and appconfig:
            raise ValueError("`flag_map` and `appconfig` cannot be combined; remove one")
        self._load = (
            Flags.from_flag_map if flag_map else Flags.from_appconfig if appconfig else None
        )
        self.times: Mapping[str, Any] | None = None
        """The times of the last response, in the form that ``Flags.supersedes`` expects."""

    def __call__(self) -> bytes:
        """Returns the body of the response; raises ``FetchError`` if it is incomplete."""
        try:
            # Without an earlier response it is never `UNCHANGED`.
            fetched = cast("Fetched", self._source.fetch(None))
        except SourceError as error:
            raise FetchError(str(error)) from error
        try:
            body = decompressed(fetched.document)
            if self._load is not None:
                body = self._load(body).to_json().encode()
        except ValueError as error:
            raise FetchError(f"the response does not contain flags: {error}") from error
        self.times = fetched.times
        return body


class _RevalidatingSource(HttpSource):
    _sent: ClassVar[Mapping[str, str]] = {
        **HttpSource._sent,  # noqa: SLF001 (our own)
        "Cache-Control": "no-cache",
    }


def _authorization(token: str | Callable[[], str] | None) -> Mapping[str, str]:
    given = token() if callable(token) else token
    return {"Authorization": given} if given else {}


def read_document(fetched: str | bytes | Mapping[str, Any]) -> tuple[dict[str, Any], Flags]:
    """Returns a fetched document as a mapping with ``flags`` and ``segments``, and as ``Flags``.

    Every form that ``Flags.from_json`` accepts is valid; raises ``FetchError`` for anything else.
    """
    try:
        text = _text(fetched)
        flags = Flags.from_json(text)
    except ValueError as error:
        raise FetchError(f"the response is not a flag document: {error}") from error
    document: dict[str, Any] = json.loads(text)
    if not document.keys() & {"flags", "segments"} or "flagValues" in document:
        # In the form of a stream or a file; the normalised document has the plain form.
        document = json.loads(flags.to_json())
    return document, flags


class LastWritten:
    """The last document and the times of its response; empty when a function starts."""

    def __init__(self) -> None:
        """Creates an empty record."""
        self._flags: Flags | None = None
        self._times: Mapping[str, Any] | None = None

    def check(self, flags: Flags, times: Mapping[str, Any] | None) -> None:
        """Raises ``FetchError`` if the document is an older copy from a cache."""
        if self._flags is None or self._flags.digest == flags.digest:
            return
        if not flags.supersedes(self._flags, self._evidence(times)):
            raise FetchError(
                "the response is a cached copy that is older than the last written document"
            )

    def keep(self, flags: Flags, times: Mapping[str, Any] | None) -> None:
        """Records the written document, unless it is an older copy of the same one."""
        if flags.supersedes(self._flags, self._evidence(times)):
            self._flags, self._times = flags, times

    def _evidence(self, times: Mapping[str, Any] | None) -> Mapping[str, Any]:
        if times is None:
            return {"authoritative": True}
        return {"offered": times, "held": self._times}


def _text(fetched: object) -> str:
    if isinstance(fetched, Mapping):
        try:
            # Integers beyond those of a double are kept.
            return json.dumps(fetched, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            return Flags.from_dict(fetched).to_json()
    # `bytes` would take a number or a list too.
    if isinstance(fetched, bytes | bytearray | memoryview):
        fetched = decompressed(bytes(fetched)).decode()
    if not isinstance(fetched, str):
        raise ValueError(f"it has the type `{type(fetched).__name__}`; return text or a mapping")  # noqa: TRY004
    text = fetched.removeprefix("\ufeff")
    if text.lstrip().startswith("<"):
        raise ValueError("it is HTML; check the URL, and whether the network needs a login")
    return text
