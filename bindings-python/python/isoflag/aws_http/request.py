"""Reads events of API Gateway, function URLs, ALB and VPC Lattice as HTTP requests."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from isoflag._core import printable
from isoflag._text import decompressed, without_surrogates

DOCUMENT_HEADER: Final = "Isoflag-Document"
"""The header with the digest of the document in use: in a response, or pinned by a request."""

ANSWERS_HEADER: Final = "Isoflag-Answers"
"""The header with the answers that a page used; see ``ParityCheck``."""


_MAX_BODY: Final = 10_000_000
"""The largest body that API Gateway passes on."""


class BadRequestError(ValueError):
    """The request is invalid; the response has status 400."""


@dataclass(frozen=True)
class Request:
    """An event as an HTTP request.

    Members that the event lacks are empty. For an event of another service all are; use ``event``.
    """

    event: Mapping[str, Any]
    """The event that AWS Lambda passed to the handler."""

    method: str
    """The HTTP method in upper case; empty if the event is not an HTTP request."""

    path: str
    """The path, including an API's stage."""

    headers: Mapping[str, str]
    """Header values by lower-case name; repeated headers are joined by commas, cookies by ``;``."""

    query: Mapping[str, str]
    """Decoded query parameters; the last one wins if a name is repeated."""

    authorizer: Mapping[str, Any]
    """The result of the API's authorizer: a token's claims, or a Lambda function's context."""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Reads an event; never raises for its contents."""
        if not isinstance(event, Mapping):
            return cls(event, "", "", {}, {}, {})
        context = _mapping(event, "requestContext")
        http = _mapping(context, "http")
        if http:
            headers = _headers(_mapping(event, "headers"))
            if cookies := _texts(event.get("cookies")):
                headers["cookie"] = "; ".join(map(without_surrogates, cookies))
            return cls(
                event=event,
                method=_text(http, "method").upper(),
                path=_text(event, "rawPath"),
                headers=headers,
                query=dict(parse_qsl(_text(event, "rawQueryString"), keep_blank_values=True)),
                authorizer=_authorizer(_mapping(context, "authorizer")),
            )
        if "raw_path" in event or "serviceNetworkArn" in context:
            return cls._of_lattice(event, context)
        method = _text(event, "httpMethod") if context else ""
        if not method:
            return cls(event, "", "", {}, {}, {})
        query = _query(_mapping(event, "queryStringParameters"))
        query |= _query(_mapping(event, "multiValueQueryStringParameters"))
        if "elb" in context:
            # A load balancer passes the query as it is in the address.
            query = {unquote_plus(name): unquote_plus(value) for name, value in query.items()}
        return cls(
            event=event,
            method=method.upper(),
            path=_text(event, "path"),
            headers=_headers(
                {**_mapping(event, "headers"), **_mapping(event, "multiValueHeaders")},
            ),
            query=query,
            authorizer=_authorizer(_mapping(context, "authorizer")),
        )

    @classmethod
    def _of_lattice(cls, event: Mapping[str, Any], context: Mapping[str, Any]) -> "Request":
        path, _, text = (_text(event, "raw_path") or _text(event, "path")).partition("?")
        query = _query(_mapping(event, "query_string_parameters"))
        query |= _query(_mapping(event, "queryStringParameters"))
        return cls(
            event=event,
            method=_text(event, "method").upper(),
            path=path,
            headers=_headers(_mapping(event, "headers")),
            query=query | dict(parse_qsl(text, keep_blank_values=True)),
            authorizer=_mapping(context, "identity"),
        )

    @property
    def is_http(self) -> bool:
        """Whether the event is an HTTP request."""
        return bool(self.method)

    @property
    def pin(self) -> str | None:
        """The digest of the document that the page used, or None if it sends none.

        Never base a security decision on a pin: a page may send any digest.
        """
        return self.headers.get(DOCUMENT_HEADER.lower())

    @property
    def body(self) -> bytes:
        """The body's bytes; raises ``BadRequestError`` if its encoding is malformed.

        A body with ``Content-Encoding: gzip`` is decompressed, up to 10 MB.
        """
        body = self.event.get("body")
        if not isinstance(body, str):
            return b""
        if True not in (self.event.get("isBase64Encoded"), self.event.get("is_base64_encoded")):
            return body.encode("utf-8", "surrogatepass")
        try:
            decoded = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequestError(f"the body is not valid base64: {error}") from error
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding in {"", "identity"}:
            return decoded
        if encoding not in {"gzip", "x-gzip"}:
            raise BadRequestError(
                f"unsupported Content-Encoding `{printable(encoding)}`: send gzip, or none"
            )
        try:
            return decompressed(decoded, _MAX_BODY)
        except ValueError as error:
            raise BadRequestError(f"the body is not valid gzip: {error}") from error

    def json(self) -> Any:
        """Parses the body as JSON; raises ``BadRequestError`` if it is not valid JSON."""
        try:
            return json.loads(self.body.decode("utf-8-sig"), parse_constant=_reject_constant)
        except BadRequestError:
            raise
        except (ValueError, RecursionError) as error:
            raise BadRequestError(f"the body is not valid JSON: {error}") from error


def _reject_constant(name: str) -> None:
    raise ValueError(f"`{name}` is not valid in JSON")


def _mapping(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _query(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Returns parameters whose values are texts, or lists of texts, of which the last counts."""
    query = {}
    for name, value in parameters.items():
        texts = [value] if isinstance(value, str) else _texts(value)
        if texts:
            query[name] = texts[-1]
    return query


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.lower(): _joined(name.lower(), value) if isinstance(value, list) else _header(value)
        for name, value in headers.items()
        if isinstance(name, str) and value is not None
    }


def _joined(name: str, values: list[Any]) -> str:
    """Returns a repeated header as one; HTTP/2 splits cookies, which are no list (RFC 9113)."""
    return ("; " if name == "cookie" else ", ").join(map(_header, values))


def _header(value: Any) -> str:
    """Returns a header's text; a lone surrogate, which HTTP cannot carry, becomes U+FFFD."""
    if not isinstance(value, str | int | float):
        return ""
    return without_surrogates(str(value))


def _authorizer(authorizer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the authorizer's claims, which the API types nest in different ways."""
    for nested in (_mapping(_mapping(authorizer, "jwt"), "claims"), _mapping(authorizer, "claims")):
        if nested:
            return nested
    return _mapping(authorizer, "lambda") or authorizer
