"""Fetches a flag document over HTTP, and rejects responses that are invalid or stale."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any, Final

from isoflag import DocumentError, Flags
from isoflag._core import printable
from isoflag._text import decompressed
from isoflag.source.deadline import (
    DEFAULT_SECONDS,
    AbandonedError,
    BoundedCalls,
    Deadline,
    seconds_left,
)
from isoflag.source.http import address_of, content_problem, response_times

_LIMIT: Final = 256 * 1024 * 1024
"""Maximum size of a document in bytes."""


_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "Cache-Control": "no-cache",
}


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
        address_of(url)
        if flag_map and appconfig:
            raise ValueError("`flag_map` and `appconfig` cannot be combined; remove one")
        self._url = url
        self._token = token
        self._load = (
            Flags.from_flag_map if flag_map else Flags.from_appconfig if appconfig else None
        )
        self._timeout = timeout
        self._calls = BoundedCalls()
        self.times: Mapping[str, Any] | None = None
        """The times of the last response, in the form that ``Flags.supersedes`` expects."""

    def __call__(self) -> bytes:
        """Returns the body of the response; raises ``FetchError`` if it is incomplete."""
        seconds = seconds_left(self._timeout)
        try:
            body, self.times = self._calls.run(self._get, seconds)
        except AbandonedError as error:
            raise FetchError(
                f"the source timed out: no complete response within {seconds:.3g} s ({error})"
            ) from error
        return body

    def _get(self, deadline: Deadline) -> tuple[bytes, Mapping[str, Any]]:
        request = urllib.request.Request(self._url, headers=_HEADERS)  # noqa: S310
        token = self._token() if callable(self._token) else self._token
        if token:
            # Not sent to the target of a redirect.
            request.add_unredirected_header("Authorization", token)
        try:
            with urllib.request.urlopen(request, timeout=max(deadline.left, 0.001)) as response:  # noqa: S310
                body: bytes = response.read(_LIMIT + 1)
                headers = response.headers
                times = response_times(headers)
                # A limited read does not report a premature end.
                missing: int = response.length or 0
        except urllib.error.HTTPError as error:
            with error:
                raise FetchError(f"the source responded with status {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(f"cannot reach the source: {error}") from error
        except ValueError:
            # The error quotes the header.
            raise FetchError("HTTP does not allow the text of `token`; is it one line?") from None
        if len(body) > _LIMIT:
            raise FetchError(f"the source sent more than {_LIMIT} bytes")
        if missing:
            raise FetchError(
                f"the response ended after {len(body)} bytes, {missing} are missing; retry later"
            )
        body = _decoded(body, headers)
        if self._load is None:
            return body, times
        try:
            return self._load(body).to_json().encode(), times
        except DocumentError as error:
            raise FetchError(f"the response does not contain flags: {error}") from error


def read_document(fetched: str | bytes | Mapping[str, Any]) -> tuple[dict[str, Any], Flags]:
    """Returns a fetched document as a mapping with ``flags`` and ``segments``, and as ``Flags``.

    Every form that ``Flags.from_json`` accepts is valid; raises ``FetchError`` for anything else.
    """
    text = _text(fetched)
    try:
        flags = Flags.from_json(text)
    except DocumentError as error:
        what = "HTML" if text.lstrip().startswith("<") else "not a flag document"
        raise FetchError(f"the response is {what}: {error}") from error
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


def _decoded(body: bytes, headers: Message) -> bytes:
    problem = content_problem(body, headers)
    if problem is not None:
        raise FetchError(f"the response is {problem}")
    try:
        return decompressed(body, _LIMIT)
    except ValueError as error:
        raise FetchError(f"cannot read the response: {error}") from error


def _text(fetched: str | bytes | Mapping[str, Any]) -> str:
    try:
        if isinstance(fetched, Mapping):
            return json.dumps(fetched, allow_nan=False)
        text = fetched if isinstance(fetched, str) else bytes(fetched).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FetchError(f"the response is not valid JSON text: {error}") from error
    return text.removeprefix("\ufeff")
