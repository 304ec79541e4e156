"""Fetches a document over HTTP and makes sure that it is one."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

from isoflag import DocumentError, Flags
from isoflag.source.bounded_call import AbandonedError, BoundedCalls
from isoflag.source.deadline import DEFAULT_SECONDS, Deadline, seconds_left

_LIMIT: Final = 256 * 1024 * 1024
"""A document may have as many bytes."""


_HEADERS: Final = {"Accept": "application/json", "Cache-Control": "no-cache"}


class FetchError(Exception):
    """A document that could not be fetched, or what was fetched is none."""


class DocumentFetch:
    """Fetches a document with a GET request, such as LaunchDarkly's ``/sdk/latest-all``.

    ``token`` is sent as the header ``Authorization``, to the host of ``url`` only; a function is
    called each time. Caches on the way are told to revalidate. ``flag_map`` says that the response
    is a bare map of flags, as from ``/sdk/latest-flags``; ``appconfig`` that it is a feature-flag
    profile of AWS AppConfig, which ``Flags.from_appconfig`` reads. ``timeout`` is in seconds, for
    the whole fetch: the name look-up, redirects and the body included.
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
        """Remember what to fetch; raises ``ValueError`` if ``url`` is not an address."""
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(f"`{url}` is no http or https address")
        if flag_map and appconfig:
            raise ValueError("`flag_map` and `appconfig` exclude each other; leave one out")
        self._url = url
        self._token = token
        self._load = (
            Flags.from_flag_map if flag_map else Flags.from_appconfig if appconfig else None
        )
        self._timeout = timeout
        self._calls = BoundedCalls()
        self.times: Mapping[str, Any] | None = None
        """The times of the last response, as ``Flags.supersedes`` takes them."""

    def __call__(self) -> bytes:
        """Give the body of the answer; raise ``FetchError`` where there is none that is whole."""
        seconds = seconds_left(self._timeout)
        try:
            body, self.times = self._calls.run(self._get, seconds)
        except AbandonedError as error:
            raise FetchError(
                f"the source timed out: no whole answer within {seconds:.3g} s ({error})"
            ) from error
        return body

    def _get(self, deadline: Deadline) -> tuple[bytes, Mapping[str, Any]]:
        request = urllib.request.Request(self._url, headers=_HEADERS)  # noqa: S310
        token = self._token() if callable(self._token) else self._token
        if token:
            # Not sent on to where a redirect points.
            request.add_unredirected_header("Authorization", token)
        try:
            with urllib.request.urlopen(request, timeout=max(deadline.left, 0.001)) as answer:  # noqa: S310
                body: bytes = answer.read(_LIMIT + 1)
                times = _times(answer.headers)
                # Reading up to a limit does not tell of an end that comes too early.
                missing: int = answer.length or 0
        except urllib.error.HTTPError as error:
            with error:
                raise FetchError(f"the source answered {error.code}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchError(f"the source cannot be reached: {error}") from error
        if len(body) > _LIMIT:
            raise FetchError(f"the source sent more than {_LIMIT} bytes")
        if missing:
            raise FetchError(f"the source broke off after {len(body)} bytes, {missing} are missing")
        if self._load is None:
            return body, times
        try:
            return self._load(body).to_json().encode(), times
        except DocumentError as error:
            raise FetchError(f"the source sent no flags: {error}") from error


def read_document(fetched: str | bytes | Mapping[str, Any]) -> tuple[dict[str, Any], Flags]:
    """Give what was fetched as a mapping with ``flags`` and ``segments``, and loaded.

    Every form that ``Flags.from_json`` takes is taken. Raises ``FetchError`` for anything else.
    """
    text = _text(fetched)
    try:
        flags = Flags.from_json(text)
    except DocumentError as error:
        what = "HTML" if text.lstrip().startswith("<") else "no flag document"
        raise FetchError(f"the source sent {what}: {error}") from error
    document: dict[str, Any] = json.loads(text)
    if not document.keys() & {"flags", "segments"} or "flagValues" in document:
        # The forms of a stream or a file: how the document is pickled is the plain one.
        document = json.loads(flags.__reduce__()[1][0])
    return document, flags


def _times(headers: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "last_modified": headers.get("Last-Modified"),
        "date": headers.get("Date"),
        "age": headers.get("Age"),
        "received_ms": time.time() * 1000.0,
    }


def _text(fetched: str | bytes | Mapping[str, Any]) -> str:
    try:
        if isinstance(fetched, Mapping):
            return json.dumps(fetched, allow_nan=False)
        text = fetched if isinstance(fetched, str) else bytes(fetched).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FetchError(f"the source sent what is no JSON text: {error}") from error
    return text.removeprefix("\ufeff")
