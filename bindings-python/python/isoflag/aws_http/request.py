"""What an event of API Gateway or of a function URL asks."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

DOCUMENT_HEADER: Final = "Isoflag-Document"
"""The header that has the digest of the document that answered, or is to answer."""


class BadRequestError(ValueError):
    """A request that cannot be understood; it is answered with the status 400."""


@dataclass(frozen=True)
class Request:
    """An event, read as the HTTP request that it stands for.

    A member that the event lacks is empty. An event of another service has none, and is read
    through ``event``.
    """

    event: Mapping[str, Any]
    """The event as AWS Lambda gave it."""

    method: str
    """The HTTP method, in upper case; empty where the event is no HTTP request."""

    path: str
    """The path, with an API's stage."""

    headers: Mapping[str, str]
    """The headers by their names in lower case; of several with one name, joined by commas."""

    query: Mapping[str, str]
    """The query's parameters, decoded; of several with one name the last."""

    authorizer: Mapping[str, Any]
    """What the API's authorizer found out: a token's claims, or what a Lambda function gave."""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Read an event; nothing about it raises."""
        context = _mapping(event, "requestContext") if isinstance(event, Mapping) else {}
        http = _mapping(context, "http")
        if http:
            return cls(
                event=event,
                method=_text(http, "method").upper(),
                path=_text(event, "rawPath"),
                headers=_headers(_mapping(event, "headers")),
                query=dict(parse_qsl(_text(event, "rawQueryString"), keep_blank_values=True)),
                authorizer=_authorizer(_mapping(context, "authorizer")),
            )
        method = _text(event, "httpMethod") if context else ""
        if not method:
            return cls(event, "", "", {}, {}, {})
        return cls(
            event=event,
            method=method.upper(),
            path=_text(event, "path"),
            headers=_headers(
                {**_mapping(event, "headers"), **_mapping(event, "multiValueHeaders")},
            ),
            query={
                name: value
                for name, value in _mapping(event, "queryStringParameters").items()
                if isinstance(value, str)
            },
            authorizer=_authorizer(_mapping(context, "authorizer")),
        )

    @property
    def is_http(self) -> bool:
        """Whether the event is an HTTP request."""
        return bool(self.method)

    @property
    def pin(self) -> str | None:
        """The digest of the document that the page has decided with, where it sends one.

        A pin is never a security decision: a page may send any.
        """
        return self.headers.get(DOCUMENT_HEADER.lower())

    @property
    def body(self) -> bytes:
        """The body's bytes; raises ``BadRequestError`` where its base64 is malformed."""
        body = self.event.get("body")
        if not isinstance(body, str):
            return b""
        if self.event.get("isBase64Encoded") is not True:
            return body.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequestError(f"the body is no base64: {error}") from error

    def json(self) -> Any:
        """Read the body as JSON; raises ``BadRequestError`` where it is none."""
        try:
            return json.loads(self.body.decode(), parse_constant=_no_constant)
        except BadRequestError:
            raise
        except (ValueError, RecursionError) as error:
            raise BadRequestError(f"the body is no JSON: {error}") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"`{name}` is no JSON")


def _mapping(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.lower(): ", ".join(map(_header, value)) if isinstance(value, list) else _header(value)
        for name, value in headers.items()
        if isinstance(name, str) and value is not None
    }


def _header(value: Any) -> str:
    """Give a header's text; a lone surrogate, which HTTP cannot carry, becomes U+FFFD."""
    if not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _authorizer(authorizer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Flatten the ways in which the APIs nest what an authorizer says."""
    for nested in (_mapping(_mapping(authorizer, "jwt"), "claims"), _mapping(authorizer, "claims")):
        if nested:
            return nested
    return _mapping(authorizer, "lambda") or authorizer
