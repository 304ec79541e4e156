"""Cross-origin resource sharing: which other origins may read a response."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from isoflag._core import printable
from isoflag.source.protocol import require_list

from .request import ANSWERS_HEADER, DOCUMENT_HEADER, Request
from .response import Response, for_event, json_response

_ALLOWED_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "If-None-Match",
    ANSWERS_HEADER,
    DOCUMENT_HEADER,
    "X-API-Key",
)
_EXPOSED_HEADERS: Final = ("ETag", DOCUMENT_HEADER, "Retry-After")
_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
)
# Apps and extensions have schemes of their own, of which browsers keep the host as it is.
_APP_ORIGIN: Final = re.compile(
    r"(?!(https?|wss?|ftp|file|blob|data|javascript|about):)[a-z][a-z0-9+.-]*://[A-Za-z0-9._-]+(:[0-9]{1,5})?"
)
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_MAX_PORT: Final = 65535
_PREFLIGHT_VARY: Final = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


class Cors:
    """The origins whose pages may read responses, and the headers that they may send.

    An origin is for example ``https://shop.example``, or ``capacitor://localhost`` of an app. ``*``
    allows any page and excludes ``credentials``, which allows cookies. ``headers`` are additional
    request headers that a page may send. Browsers cache a preflight for ``max_age`` seconds.

    Configure CORS in one place only: browsers reject duplicate headers, for example one from API
    Gateway or the function URL and one from here.
    """

    def __init__(
        self,
        origins: Iterable[str],
        *,
        credentials: bool = False,
        headers: Iterable[str] = (),
        max_age: int = 600,
    ) -> None:
        """Creates a policy.

        Raises ``ValueError`` for an invalid origin, and ``TypeError`` for a str in place of a list.
        """
        require_list(origins=origins, headers=headers)
        self._origins = frozenset(origins)
        if "*" in self._origins and credentials:
            raise ValueError(
                "the origin `*` cannot be combined with credentials; list the allowed origins"
            )
        for origin in self._origins - {"*"}:
            if not _is_origin(origin):
                raise ValueError(
                    f"invalid origin `{printable(str(origin))}`: expected scheme, host and port "
                    "only, in lower case and without a default port, such as `https://shop.example`"
                )
        self._credentials = credentials
        self._allowed = ", ".join((*_ALLOWED_HEADERS, *headers))
        self._max_age = max_age

    def headers(self, request: Request) -> dict[str, str]:
        """Returns the headers that let the requesting page read the response, if it may."""
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

    def applied(self, request: Request, response: Any) -> Any:
        """Returns a handler's response with these headers, unless it has its own CORS headers.

        The handler's ``Vary`` and ``Access-Control-Expose-Headers`` are completed. A response that
        is not a mapping with ``statusCode``, or whose headers are not mappings, is returned
        unchanged.
        """
        added = self.headers(request)
        if not added or not isinstance(response, Mapping) or "statusCode" not in response:
            return response
        own = response.get("headers") or {}
        lists = response.get("multiValueHeaders") or {}
        if not isinstance(own, Mapping) or not isinstance(lists, Mapping):
            return response
        names = {str(name).lower(): name for name in (*own, *lists)}
        if "access-control-allow-origin" in names:
            return response
        own, lists = dict(own), dict(lists)
        for name in ("Vary", "Access-Control-Expose-Headers"):
            given = names.get(name.lower())
            if given is None or name not in added:
                continue
            holder = own if given in own else lists
            values = holder[given] if isinstance(holder[given], list) else [holder[given]]
            values = [*map(str, values), *_missing(added.pop(name), values)]
            holder[given] = ", ".join(values) if holder is own else values
        added = {name: value for name, value in added.items() if name.lower() not in names}
        if not lists:
            complete: Any = {**response, "headers": {**own, **added}}
            return for_event(request.event, complete)
        lists.update((name, [value]) for name, value in added.items())
        return {**response, "headers": own, "multiValueHeaders": lists}

    def preflight(self, request: Request, methods: Iterable[str]) -> Response | None:
        """Returns the response to a preflight request, or None for any other request."""
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


def _missing(added: str, values: Iterable[object]) -> Iterable[str]:
    """Returns the items of a header that the handler's values lack, as one more value."""
    known = {item.strip().lower() for value in values for item in str(value).split(",")}
    items = [item for item in added.split(", ") if not known & {"*", item.lower()}]
    return [", ".join(items)] if items else []


def _is_origin(origin: object) -> bool:
    """Returns whether browsers send such a text in the header ``Origin``."""
    if not isinstance(origin, str):
        return False
    parts = _ORIGIN.fullmatch(origin)
    if parts is None:
        return _APP_ORIGIN.fullmatch(origin) is not None
    port = parts["port"]
    if port is None:
        return True
    return port[0] != "0" and int(port) <= _MAX_PORT and port != _DEFAULT_PORTS[parts["scheme"]]
