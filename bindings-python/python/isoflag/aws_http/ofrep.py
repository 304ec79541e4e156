"""Bulk evaluation of OpenFeature's remote evaluation protocol (OFREP)."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from isoflag import BoundFlags, Context, ContextError
from isoflag.openfeature_context import context_json

from .bound_request import BoundClient
from .request import BadRequestError, Request

_ERROR_CODES: Final = {
    "FLAG_NOT_FOUND": "FLAG_NOT_FOUND",
    "MALFORMED_FLAG": "PARSE_ERROR",
}


class OfrepContextError(BadRequestError):
    """The context of a request is invalid or lacks its targeting key."""

    code: Literal["INVALID_CONTEXT", "TARGETING_KEY_MISSING"]
    """OFREP's code of the error."""

    def __init__(
        self, message: str, code: Literal["INVALID_CONTEXT", "TARGETING_KEY_MISSING"]
    ) -> None:
        """Creates the error with a message and OFREP's code."""
        super().__init__(message)
        self.code = code


def context(request: Request) -> Context:
    """Returns the context in the body of a request: ``{"context": {"targetingKey": ..., ...}}``.

    It is mapped like a context of ``isoflag.openfeature``, so that both evaluate alike. Raises
    ``BadRequestError``.
    """
    body = request.json()
    given = body.get("context") if isinstance(body, Mapping) else None
    if not isinstance(given, Mapping):
        raise OfrepContextError(
            'the body lacks `context`; send `{"context": {"targetingKey": …}}`', "INVALID_CONTEXT"
        )
    mapped = context_json(given, given.get("targetingKey"), is_json=True)
    if mapped.get("key") == "":
        raise OfrepContextError(
            "the context lacks `targetingKey`; send a non-empty string", "TARGETING_KEY_MISSING"
        )
    try:
        return Context.from_dict(mapped)
    except ContextError as error:
        raise OfrepContextError(f"the context is invalid: {error}", "INVALID_CONTEXT") from error


def bulk(bound: BoundFlags | BoundClient, *, client_side_only: bool) -> dict[str, Any]:
    """Returns every flag as the body of a response to ``POST /ofrep/v1/evaluate/flags``.

    A flag without a served variation has no ``value``, so that the page uses its own default. The
    variant is the variation's index, as text.
    """
    state = bound.all_flags_state(client_side_only=client_side_only, with_reasons=True)
    details: Mapping[str, Mapping[str, Any]] = state["$flagsState"]
    return {"flags": [_flag(key, state.get(key), detail) for key, detail in details.items()]}


def failure(error: ValueError) -> dict[str, str]:
    """Returns the body of a response with status 400."""
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
    evaluated: dict[str, Any] = {"key": key, "reason": _reason(reason)}
    if "variation" in detail:
        evaluated["variant"] = str(detail["variation"])
    if value is not None:
        evaluated["value"] = value
    if "version" in detail:
        evaluated["metadata"] = {"version": detail["version"]}
    return evaluated


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
