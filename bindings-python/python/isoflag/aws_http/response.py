"""Responses of a Lambda handler to API Gateway or a function URL."""

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from isoflag._unicode import is_well_formed


class Response(TypedDict):
    """A response that both payload versions of API Gateway and function URLs accept."""

    statusCode: int
    headers: dict[str, str]
    body: str
    isBase64Encoded: bool


def json_response(
    status: int, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None
) -> Response:
    """Returns a response with a JSON body, or without a body if ``body`` is None.

    Adds ``Cache-Control: no-store`` unless ``headers`` sets one.
    """
    text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if not is_well_formed(text):
        # Lambda cannot encode a lone surrogate, but JSON can escape it.
        text = json.dumps(body, separators=(",", ":"))
    content = {} if body is None else {"Content-Type": "application/json"}
    return {
        "statusCode": status,
        "headers": {**content, "Cache-Control": "no-store", **(headers or {})},
        "body": text,
        "isBase64Encoded": False,
    }
