"""OpenFeature's remote evaluation protocol (OFREP): the form in which it asks for every flag."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from isoflag import BoundFlags, Context, ContextError
from isoflag.openfeature_context import context_json

from .asking import BoundClient
from .request import BadRequestError, Request

_ERROR_CODES: Final = {
    "FLAG_NOT_FOUND": "FLAG_NOT_FOUND",
    "MALFORMED_FLAG": "PARSE_ERROR",
}


class OfrepContextError(BadRequestError):
    """A context in a request that is none, or lacks the key by which it is told from others."""

    code: Literal["INVALID_CONTEXT", "TARGETING_KEY_MISSING"]
    """What OFREP calls the error."""

    def __init__(
        self, message: str, code: Literal["INVALID_CONTEXT", "TARGETING_KEY_MISSING"]
    ) -> None:
        """Say what is wrong and what OFREP calls it."""
        super().__init__(message)
        self.code = code


def context(request: Request) -> Context:
    """Find the context in the body of a request: ``{"context": {"targetingKey": ..., ...}}``.

    It is mapped as ``isoflag.openfeature`` maps one, so that a flag answers alike in a page and in
    a program. Raises ``BadRequestError``.
    """
    body = request.json()
    given = body.get("context") if isinstance(body, Mapping) else None
    if not isinstance(given, Mapping):
        raise OfrepContextError(
            'the body has no `context`; send `{"context": {"targetingKey": …}}`', "INVALID_CONTEXT"
        )
    mapped = context_json(given, given.get("targetingKey"), is_json=True)
    if mapped.get("key") == "":
        raise OfrepContextError(
            "the context has no `targetingKey`; it is a string", "TARGETING_KEY_MISSING"
        )
    try:
        return Context.from_dict(mapped)
    except ContextError as error:
        raise OfrepContextError(f"the context is invalid: {error}", "INVALID_CONTEXT") from error


def bulk(bound: BoundFlags | BoundClient, *, client_side_only: bool) -> dict[str, Any]:
    """Give every flag, as the answer to ``POST /ofrep/v1/evaluate/flags``.

    A flag that serves nothing has no ``value``, so that the page's own default is taken. A
    variant is the variation's index, as text.
    """
    state = bound.all_flags_state(client_side_only=client_side_only, with_reasons=True)
    details: Mapping[str, Mapping[str, Any]] = state["$flagsState"]
    return {"flags": [_flag(key, state.get(key), detail) for key, detail in details.items()]}


def failure(error: ValueError) -> dict[str, str]:
    """Give the body of the status 400."""
    if isinstance(error, OfrepContextError):
        code: str = error.code
    else:
        code = "INVALID_CONTEXT" if isinstance(error, ContextError) else "PARSE_ERROR"
    return {"errorCode": code, "errorDetails": str(error)}


def _flag(key: str, value: Any, detail: Mapping[str, Any]) -> dict[str, Any]:
    reason = detail.get("reason", {})
    if reason.get("kind") == "ERROR":
        kind = str(reason.get("errorKind"))
        return {
            "key": key,
            "errorCode": _ERROR_CODES.get(kind, "GENERAL"),
            "errorDetails": f"the flag `{key}` cannot be evaluated: {kind}",
        }
    answer: dict[str, Any] = {"key": key, "reason": _reason(reason)}
    if "variation" in detail:
        answer["variant"] = str(detail["variation"])
    if value is not None:
        answer["value"] = value
    if "version" in detail:
        answer["metadata"] = {"version": detail["version"]}
    return answer


def _reason(reason: Mapping[str, Any]) -> str:
    if reason.get("inExperiment"):
        return "SPLIT"
    match reason.get("kind"):
        case "OFF" | "PREREQUISITE_FAILED":
            return "DISABLED"
        case "TARGET_MATCH" | "RULE_MATCH":
            return "TARGETING_MATCH"
        case "FALLTHROUGH":
            return "STATIC"
    return "UNKNOWN"
