"""Responses of a Lambda handler to an HTTP event."""

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from isoflag._text import is_well_formed


class _MultiValue(TypedDict, total=False):
    multiValueHeaders: dict[str, list[str]]


class Response(_MultiValue):
    """A response that API Gateway, function URLs, ALB and VPC Lattice accept.

    ``multiValueHeaders`` is only there for a load balancer whose events have them.
    """

    statusCode: int
    headers: dict[str, str]
    body: str
    isBase64Encoded: bool


def for_event(event: Mapping[str, Any], response: Response) -> Response:
    """Returns a response in the form that the sender of an event reads."""
    context = event.get("requestContext")
    if isinstance(context, Mapping) and "elb" in context and "multiValueHeaders" in event:
        # Such a load balancer ignores `headers`.
        lists = {name: [value] for name, value in response["headers"].items()}
        return {**response, "multiValueHeaders": lists}
    return response


def for_method(method: str, response: Response) -> Response:
    """Returns a response without its body if the method is HEAD."""
    return {**response, "body": ""} if method == "HEAD" else response


def json_response(
    status: int, body: Mapping[str, Any] | str | None, headers: Mapping[str, str] | None = None
) -> Response:
    """Returns a response with a JSON body, or without a body if ``body`` is None.

    A str is already JSON. Adds ``Cache-Control: no-store`` unless ``headers`` sets one.
    """
    text = body if isinstance(body, str) else ""
    if isinstance(body, Mapping):
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if isinstance(body, Mapping) and not is_well_formed(text):
        # Lambda cannot encode a lone surrogate, but JSON can escape it.
        text = json.dumps(body, separators=(",", ":"))
    content = {} if body is None else {"Content-Type": "application/json"}
    return {
        "statusCode": status,
        "headers": {**content, "Cache-Control": "no-store", **(headers or {})},
        "body": text,
        "isBase64Encoded": False,
    }
