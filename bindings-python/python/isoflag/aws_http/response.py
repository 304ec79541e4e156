"""What a Lambda handler gives back to API Gateway or a function URL."""

import json
from collections.abc import Mapping
from typing import Any, TypedDict


class Response(TypedDict):
    """An answer in the form that both versions of API Gateway's payload and function URLs take."""

    statusCode: int
    headers: dict[str, str]
    body: str
    isBase64Encoded: bool


def is_well_formed(text: str) -> bool:
    """Tell whether a text has a UTF-8 form: no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_response(
    status: int, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None
) -> Response:
    """Give an answer with a JSON body; one of None is no body at all.

    What is not found in ``headers`` is not to be stored by anybody.
    """
    text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if not is_well_formed(text):
        # Lambda cannot encode a lone surrogate, but it can be written as an escape.
        text = json.dumps(body, separators=(",", ":"))
    content = {} if body is None else {"Content-Type": "application/json"}
    return {
        "statusCode": status,
        "headers": {**content, "Cache-Control": "no-store", **(headers or {})},
        "body": text,
        "isBase64Encoded": False,
    }
