"""OpenFeature's remote evaluation protocol (OFREP), of all flags and of one."""

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import unquote

from isoflag import BoundFlags, Context, ContextError, Flags
from isoflag._core import OPENFEATURE_ERRORS
from isoflag._errors import Picklable
from isoflag.openfeature_context import context_json

from .bound_request import BoundClient, BoundRequest
from .request import BadRequestError, Request

# For a client of the caller's, which does not say whether a percentage decided.
_reason: Final = Flags.from_dict({"flags": {}}).bind(Context("-"))._openfeature_reason  # noqa: SLF001


class OfrepContextError(Picklable, BadRequestError):
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
    mapped = context_json(given, given.get("targetingKey"))
    if mapped.get("key") == "":
        raise OfrepContextError(
            "the context lacks `targetingKey`; send a non-empty string", "TARGETING_KEY_MISSING"
        )
    try:
        return Context.from_dict(mapped)
    except ContextError as error:
        raise OfrepContextError(f"the context is invalid: {error}", "INVALID_CONTEXT") from error


def bulk(bound_request: BoundRequest, *, client_side_only: bool) -> dict[str, Any]:
    """Returns every flag as the body of a response to ``POST /ofrep/v1/evaluate/flags``.

    A flag without a served variation has no ``value``, so that the page uses its own default. The
    variant is the variation's index, as text. The metadata have the document's digest and version,
    and the name of the strategy, if any.
    """
    bound = bound_request.bound
    state = bound.all_flags_state(client_side_only=client_side_only, with_reasons=True)
    details: Mapping[str, Mapping[str, Any]] = state["$flagsState"]
    document = _metadata(bound_request)
    flags = [
        {**_flag(bound, key, state.get(key), detail), "metadata": document}
        for key, detail in details.items()
    ]
    return {"flags": flags, "metadata": document}


def key_of(request: Request) -> str | None:
    """Returns the key in ``/ofrep/v1/evaluate/flags/{key}``, or None for the address of all."""
    _, found, key = request.path.partition("/ofrep/v1/evaluate/flags/")
    return unquote(key) if found and key else None


def single(
    bound_request: BoundRequest, key: str, *, client_side_only: bool
) -> tuple[int, dict[str, Any]]:
    """Returns the status and body of the response to ``POST /ofrep/v1/evaluate/flags/{key}``."""
    bound = bound_request.bound
    evaluate = getattr(bound, "_flag_state", None)
    if evaluate is None:
        # A client of the caller's.
        state = bound.all_flags_state(client_side_only=client_side_only, with_reasons=True)
        detail = state["$flagsState"].get(key)
        found = None if detail is None else (state.get(key), detail)
    else:
        found = evaluate(key, client_side_only)
    if found is None:
        return 404, _error(key, "FLAG_NOT_FOUND")
    flag = {**_flag(bound, key, *found), "metadata": _metadata(bound_request)}
    return 400 if "errorCode" in flag else 200, flag


def failure(error: ValueError) -> dict[str, str]:
    """Returns the body of a response with status 400."""
    if isinstance(error, OfrepContextError):
        code: str = error.code
    else:
        code = "INVALID_CONTEXT" if isinstance(error, ContextError) else "PARSE_ERROR"
    return {"errorCode": code, "errorDetails": str(error)}


def _metadata(bound_request: BoundRequest) -> dict[str, Any]:
    named = bound_request.named
    version = getattr(named, "version", None)
    metadata = {"digest": named.digest, **({} if version is None else {"version": version})}
    strategy = bound_request.strategy
    return metadata if strategy is None else {**metadata, "strategy": strategy["strategy"]}


def _flag(
    bound: BoundFlags | BoundClient, key: str, value: Any, detail: Mapping[str, Any]
) -> dict[str, Any]:
    reason = detail.get("reason", {})
    if reason.get("kind") == "ERROR":
        return _error(key, str(reason.get("errorKind")))
    evaluated: dict[str, Any] = {
        "key": key,
        "reason": getattr(bound, "_openfeature_reason", _reason)(key, reason),
    }
    if "variation" in detail:
        evaluated["variant"] = str(detail["variation"])
    if value is not None:
        evaluated["value"] = value
    return evaluated


def _error(key: str, kind: str) -> dict[str, Any]:
    code, message = OPENFEATURE_ERRORS.get(kind, ("GENERAL", f"the flag has the error {kind}"))
    return {"key": key, "errorCode": code, "errorDetails": message}
