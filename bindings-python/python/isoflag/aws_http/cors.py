"""Which pages of other origins may read an answer."""

import re
from collections.abc import Iterable
from typing import Final

from .request import DOCUMENT_HEADER, Request
from .response import Response, json_response

_ALLOWED_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "If-None-Match",
    DOCUMENT_HEADER,
    "X-API-Key",
)
_EXPOSED_HEADERS: Final = ("ETag", DOCUMENT_HEADER, "Retry-After")
_ORIGIN: Final = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_PREFLIGHT_VARY: Final = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


class Cors:
    """The origins whose pages may read answers, and what they may send.

    ``origins`` are such as ``https://shop.example``; ``*`` means any page, and cannot be had
    together with ``credentials``, by which a page may send cookies. ``headers`` are those that a
    page may send beside the usual ones. A browser remembers a preflight for ``max_age`` seconds.

    Configure the same in one place only: two equal headers, one from API Gateway or the function
    URL and one from here, are refused by browsers.
    """

    def __init__(
        self,
        origins: Iterable[str],
        *,
        credentials: bool = False,
        headers: Iterable[str] = (),
        max_age: int = 600,
    ) -> None:
        """Check the origins; raises ``ValueError`` for what is none."""
        if isinstance(origins, str):
            raise TypeError(f"the origins are a list; write [`{origins}`]")
        self._origins = frozenset(origins)
        if "*" in self._origins and credentials:
            raise ValueError("the origin `*` with credentials opens the answers to any page")
        for origin in self._origins - {"*"}:
            _check(origin)
        self._credentials = credentials
        self._allowed = ", ".join((*_ALLOWED_HEADERS, *headers))
        self._max_age = max_age

    def headers(self, request: Request) -> dict[str, str]:
        """Give the headers that let the page which asks read the answer, if it may."""
        if not self._origins:
            return {}
        if "*" in self._origins:
            allowed = {"Access-Control-Allow-Origin": "*"}
            varied = {}
        else:
            origin = request.headers.get("origin", "")
            varied = {"Vary": "Origin"}
            if origin not in self._origins:
                return varied
            allowed = {"Access-Control-Allow-Origin": origin}
            if self._credentials:
                allowed["Access-Control-Allow-Credentials"] = "true"
        return {
            **allowed,
            "Access-Control-Expose-Headers": ", ".join(_EXPOSED_HEADERS),
            **varied,
        }

    def preflight(self, request: Request, methods: Iterable[str]) -> Response | None:
        """Answer the question that a browser puts before the request itself; None if it is none."""
        if request.method != "OPTIONS" or not self._origins:
            return None
        headers = self.headers(request)
        if "Access-Control-Allow-Origin" in headers:
            headers = {
                **headers,
                "Access-Control-Allow-Methods": ", ".join(methods),
                "Access-Control-Allow-Headers": self._allowed,
                "Access-Control-Max-Age": str(self._max_age),
            }
            del headers["Access-Control-Expose-Headers"]
        return json_response(204, None, {**headers, "Vary": _PREFLIGHT_VARY})


def _check(origin: str) -> None:
    # A host as browsers write it: what else an address may have is in no `Origin` header.
    if not isinstance(origin, str) or not _ORIGIN.fullmatch(origin):
        raise ValueError(
            f"invalid origin `{origin}`: expected scheme, host and port only, in lower case, such "
            "as `https://shop.example`"
        )
