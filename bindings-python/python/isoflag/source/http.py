"""Fetches a document over HTTP, with conditional requests."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, ClassVar, Final

from isoflag._core import printable
from isoflag._process import wall_clock

from .deadline import DEFAULT_SECONDS, BoundedSource, Deadline
from .protocol import (
    EXCERPT,
    UNCHANGED,
    Fetched,
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceSetupError,
    SourceUnauthorizedError,
    SourceUnavailableError,
    Unchanged,
    require_text,
)

__all__ = ["HttpSource", "address_of"]

_MAX_BYTES: Final = 256 << 20
_PARTIAL: Final = 206
_NOT_MODIFIED: Final = 304


class HttpSource(BoundedSource):
    """A source for a document behind a URL.

    The document is transferred again only if its ETag has changed. A cache may be on the way, so an
    older copy than the current document is ignored. A client does not fetch again before the time
    in ``Retry-After``, or its ``ttl``. Redirects are followed to http and https, and not from https
    to http. Only the standard library is used.
    """

    _sent: ClassVar[Mapping[str, str]] = {
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
        timeout: float = DEFAULT_SECONDS,
    ) -> None:
        """Creates a source of this URL; raises ``ValueError`` if it is not an http or https one.

        ``headers`` are sent to its host only, not to the target of a redirect; a function is called
        for each fetch. ``timeout``, in seconds, limits the whole fetch.
        """
        super().__init__(timeout, address_of(url))
        self._url = url
        self._given_headers = headers
        self.times: Mapping[str, Any] | None = None
        """The times of the last response, also of one that confirms the document (status 304)."""

    def __repr__(self) -> str:
        return f"HttpSource({self._where!r})"

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Fetches the document unless its ETag is that of ``previous``."""
        return self._bounded(lambda deadline: self._get(previous, deadline), "is the server up?")

    def _get(self, previous: Fetched | None, deadline: Deadline) -> Fetched | Unchanged:
        given = self._given_headers
        request = urllib.request.Request(self._url, headers=dict(self._sent))  # noqa: S310
        for name, value in (given() if callable(given) else given or {}).items():
            request.add_unredirected_header(name, value)
        if previous is not None and previous.etag is not None:
            request.add_header("If-None-Match", previous.etag)
        try:
            with _opener().open(request, timeout=max(deadline.left, 0.001)) as response:
                body: bytes = response.read(_MAX_BYTES + 1)
                # A limited read does not report a premature end.
                missing: int = response.length or 0
                headers, status = response.headers, response.status
        except urllib.error.HTTPError as error:
            with error:
                if error.code == _NOT_MODIFIED and request.has_header("If-none-match"):
                    self.times = _times(error.headers)
                    return UNCHANGED
                raise _status_error(error, self._where) from error
        except TimeoutError:
            raise
        except http.client.IncompleteRead as error:
            raise SourceContentError("the response was cut off", where=self._where) from error
        except (OSError, http.client.HTTPException) as error:
            # The error may quote the response, if that is not HTTP.
            message = f"no response: {str(error)[:EXCERPT]}"
            raise SourceUnavailableError(message, where=self._where) from error
        except ValueError:
            # The error quotes the header, which may be a token.
            raise SourceSetupError(
                "HTTP does not allow the name or the text of a header; is it one line?",
                where=self._where,
            ) from None
        problem = (
            "was cut off"
            if missing
            else "is a part of the document, which was not requested; check the server or the cache"
            if status == _PARTIAL
            else "is empty"
            if not body
            else "is too long"
            if len(body) > _MAX_BYTES
            else _content_problem(body, headers)
        )
        if problem is not None:
            raise SourceContentError(f"the response {problem}", where=self._where)
        self.times = _times(headers)
        return Fetched(body, etag=headers.get("ETag"), times=self.times)


class _Redirects(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, *args: Any, **named: Any) -> Any:
        """Returns the next response; None if the target is not a URL."""
        try:
            return super().http_error_302(*args, **named)
        except ValueError:
            return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(self, *args: Any, **named: Any) -> urllib.request.Request | None:
        """Returns the next request; None if the target has another scheme or is less secure."""
        request, target = args[0], super().redirect_request(*args, **named)
        allowed = {"https"} if request.type == "https" else {"http", "https"}
        return target if target is not None and target.type in allowed else None


@cache
def _opener() -> urllib.request.OpenerDirector:
    # Created on first use: it reads the proxies of the environment.
    return urllib.request.build_opener(_Redirects)


def address_of(url: str) -> str:
    """Returns a URL without its query, which may have tokens, for messages.

    Raises ``ValueError`` if it is not an http or https URL, or contains a password.
    """
    require_text(url=url)
    address = url.partition("#")[0].partition("?")[0]
    scheme, _, rest = address.partition("://")
    host = rest.partition("/")[0]
    if "@" in host:
        raise ValueError("the URL contains a user name or password; pass `headers` instead")
    is_printable = url.isascii() and url.isprintable() and " " not in url
    if scheme.lower() not in {"http", "https"} or not host or not is_printable:
        raise ValueError(
            f"invalid URL `{printable(address)}`: expected an http or https URL, with spaces and "
            "other characters percent-encoded"
        )
    return address


def _times(headers: Message) -> Mapping[str, Any]:
    """Returns the times of a response, in the form that ``Flags.supersedes`` expects."""
    return {
        "last_modified": headers.get("Last-Modified"),
        "date": headers.get("Date"),
        "age": headers.get("Age"),
        "received_ms": wall_clock() * 1000.0,
    }


def _content_problem(body: bytes, headers: Message) -> str | None:
    """Returns the problem of a body whose beginning shows that it is not a document."""
    beginning = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning.startswith(b"<"):
        return "is a web page, not a document; check the URL, and whether the network needs a login"
    encoding = printable(str(headers.get("Content-Encoding", "")).strip().lower())
    if encoding in {"", "gzip", "x-gzip", "identity"} or beginning.startswith((b"{", b"[")):
        return None
    return f"is encoded as `{encoding}`, which was not requested; let the server send gzip, or none"


def _status_error(error: urllib.error.HTTPError, where: str) -> SourceError:
    status = error.code
    message = f"the server responded with status {status}"
    if status in {401, 403}:
        return SourceUnauthorizedError(f"{message}; check the token or the headers", where=where)
    if status in {404, 410}:
        return SourceNotFoundError(f"{message}; check the URL", where=where)
    if status in {301, 302, 303, 307, 308}:
        message += (
            "; check its redirect: an invalid URL, a loop, another scheme, or from https to http"
        )
    return SourceUnavailableError(message, where=where, retry_after=_retry_after(error.headers))


def _retry_after(headers: Message) -> float | None:
    """Returns the seconds of a ``Retry-After``, which may be a date by the server's clock."""
    text = str(headers.get("Retry-After", "")).strip()
    if text.isascii() and text.isdigit():
        # `int` refuses thousands of digits.
        return float(text)
    until, now = _timestamp(text), _timestamp(str(headers.get("Date", "")))
    return None if until is None else until - (wall_clock() if now is None else now)


def _timestamp(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
