"""The AWS Lambda handler that synchronizes a store with a document."""

import hashlib
import hmac
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeGuard, TypeVar

from isoflag._core import printable
from isoflag._logs import logger
from isoflag._text import is_well_formed
from isoflag.aws_http.request import BadRequestError, Request
from isoflag.aws_http.response import Response, json_response
from isoflag.source.deadline import (
    AbandonedError,
    BoundedCalls,
    Deadline,
    remaining_seconds,
    seconds_left,
    until,
)
from isoflag.store import FeatureStore

from .fetching import FetchError, LastWritten, read_document
from .planning import MassDeleteError, check_deletes, plan

Handler: TypeAlias = Callable[[Mapping[str, Any], object], Response]
"""A function that AWS Lambda calls with an event and its context."""

_SCHEDULERS: Final = frozenset({"aws.events", "aws.scheduler"})
_RESERVE: Final = 0.5
"""Seconds of an invocation that are reserved for the log and the response."""
_GRACE: Final = 0.25
"""Seconds of the reserve in which a store may still return the number of writes."""

_T = TypeVar("_T")

_log = logger("isoflag.sync")


class SyncError(RuntimeError):
    """A scheduled run failed; raised so that AWS counts, retries and routes the failure."""


def handler(
    store: FeatureStore,
    fetch: Callable[[], str | bytes | Mapping[str, Any]],
    *,
    secret: str | Callable[[], str],
    allow_mass_delete: bool = False,
) -> Handler:
    """Returns a Lambda handler that fetches a document and writes its changes to a store.

    The handler accepts LaunchDarkly's webhook behind API Gateway or a function URL, and schedules
    of EventBridge. ``fetch``, for example a ``DocumentFetch``, returns the document as text or
    mapping, and may raise any exception. Every document is accepted, also an earlier one; but if
    ``fetch`` has ``times``, as a ``DocumentFetch`` has, a cached copy that is older than the last
    written document is rejected. ``secret`` is the webhook's; a function is called for each event.

    A document that would delete everything, or more than half of the store's items, is rejected
    unless ``allow_mass_delete`` is true. Flags that were switched off are written first. An item
    that the store does not accept, such as one larger than DynamoDB allows, is ``refused``; the
    rest is written.

    For an HTTP request the handler raises no exceptions. The response has a status, and a JSON body
    with ``written`` and ``refused``, or with the ``error``, which is logged too:

    - 200: the store has the document, except for ``refused`` items;
    - 400: the event is neither a webhook nor a schedule;
    - 401: the signature is wrong or missing; nothing is fetched or written;
    - 502: the document cannot be fetched, is not a flag document, is a stale copy or deletes too
      much, or the store cannot be reached. If the store fails half-way, the error says how much was
      written; the next event completes it.

    On a schedule it raises ``SyncError`` instead of returning 502, since Lambda counts every
    response to an asynchronous invocation as a success. No fetch or write begins in the last half
    second of an invocation, which the Lambda context reports, and a call that does not return by
    then is abandoned.

    Two concurrent runs may each write a part; give the function a reserved concurrency of 1.
    Raises ``ValueError`` if ``secret`` is empty or not text.
    """
    if not callable(secret) and not is_secret(secret):
        raise ValueError("invalid webhook secret: expected text that is not empty")

    last, calls = LastWritten(), BoundedCalls()

    def handle(event: Mapping[str, Any], context: object = None) -> Response:
        request = Request.from_event(event)
        remaining = remaining_seconds(context)
        deadline = None if remaining is None else Deadline(usable_seconds(remaining))
        with until(deadline):
            rejected = _rejection(request, secret, calls)
            if rejected is not None:
                return rejected
            run = _Run(store, last, calls, allow_mass_delete=allow_mass_delete)
            try:
                return run.carry_out(fetch)
            except Exception as error:
                # Lambda prints exceptions, and cannot encode a lone surrogate.
                reason = printable(run.failure(error))
                _log.error("%s", reason)
                if request.is_http:
                    return json_response(502, {"error": reason})
                raise SyncError(reason) from error

    return handle


class _NoResponseError(Exception):
    """A call of the source, the store or the secret that was abandoned."""


def _bounded(calls: BoundedCalls, work: Callable[[], _T], what: str) -> _T:
    """Calls a function, and stops waiting for it shortly before the invocation ends."""
    left = seconds_left(math.inf)
    if left == math.inf:
        return work()
    try:
        return calls.run(lambda _: work(), left + _GRACE)
    except AbandonedError as error:
        raise _NoResponseError(
            f"{what} did not respond before the end of the invocation ({error})"
        ) from error


class _Run:
    """One run of the pipeline, with its progress."""

    def __init__(
        self,
        store: FeatureStore,
        last: LastWritten,
        calls: BoundedCalls,
        *,
        allow_mass_delete: bool,
    ) -> None:
        self._store = store
        self._last = last
        self._calls = calls
        self._allow_mass_delete = allow_mass_delete
        self._writing: int | None = None

    def carry_out(self, fetch: Callable[[], str | bytes | Mapping[str, Any]]) -> Response:
        store = self._store
        document, flags = read_document(_bounded(self._calls, fetch, "the source"))
        times = getattr(fetch, "times", None)
        self._last.check(flags, times)
        held = _bounded(self._calls, store.document, "the store")
        planned = plan(held, document, check_item=getattr(store, "check_item", None))
        if not self._allow_mass_delete:
            check_deletes(held, document)
        for refusal in planned.refused:
            _log.warning(
                "`%s` of `%s` was not written: %s", refusal.key, refusal.kind, refusal.reason
            )
        self._writing = len(planned)
        written = _bounded(self._calls, lambda: store.write(planned), "the store")
        self._last.keep(flags, times)
        _log.info("wrote %d of %d changes of the document %s", written, len(planned), flags.digest)
        refused = {f"{each.kind}/{each.key}": each.reason for each in planned.refused}
        return json_response(200, {"digest": flags.digest, "written": written, "refused": refused})

    def failure(self, error: Exception) -> str:
        """Returns a message with the cause and the number of writes."""
        if hasattr(error, "written"):
            # The message of an `UnfinishedWriteError` has both.
            return str(error)
        known = isinstance(error, FetchError | MassDeleteError | _NoResponseError)
        what = str(error) if known else f"{type(error).__name__}: {error}"
        if self._writing is None:
            return f"nothing was written: {what}"
        if isinstance(error, _NoResponseError):
            return (
                f"some of {self._writing} changes may be written: {what}; the next run writes the "
                "rest"
            )
        return f"none of {self._writing} changes is known to be written: {what}"


def usable_seconds(remaining: float) -> float:
    """Returns the part of an invocation's remaining seconds in which work may begin."""
    return max(remaining - _RESERVE, remaining / 2)


def _rejection(
    request: Request, secret: str | Callable[[], str], calls: BoundedCalls
) -> Response | None:
    """Returns the response to an event that must not start a run, or None."""
    if not request.is_http:
        if is_schedule(request.event):
            return None
        return _rejected(400, "the event is neither a webhook nor a schedule of EventBridge")
    try:
        body, signature = request.body, request.headers.get(SIGNATURE_HEADER)
    except BadRequestError as error:
        return _rejected(400, str(error))
    if signature_is_valid(body, signature, _secret(secret, calls)):
        return None
    return _rejected(401, "the signature of the webhook is wrong or missing")


def is_schedule(event: object) -> bool:
    """Returns whether an event comes from a schedule of EventBridge."""
    source = event.get("source") if isinstance(event, Mapping) else None
    return isinstance(source, str) and source in _SCHEDULERS


def _secret(secret: str | Callable[[], str], calls: BoundedCalls) -> str:
    if isinstance(secret, str):
        return secret
    try:
        given = _bounded(calls, secret, "the secret")
    except Exception:  # noqa: BLE001 (for any error every signature is rejected)
        _log.exception("cannot get the webhook's secret; every signature is rejected")
        return ""
    if not is_secret(given):
        _log.error("the webhook's secret is empty or not text; every signature is rejected")
        return ""
    return given


def _rejected(status: int, reason: str) -> Response:
    # A warning, not an error: anyone can send requests to a public endpoint.
    _log.warning("nothing was written: %s", reason)
    return json_response(status, {"error": reason})


SIGNATURE_HEADER: Final = "x-ld-signature"
"""The header with the signature, in lower case, since header names are case-insensitive."""


def sign(body: bytes, secret: str) -> str:
    """Returns the signature of a webhook's body: HMAC-SHA256 in lower-case hex.

    Raises ``ValueError`` if the secret contains a lone surrogate.
    """
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature_is_valid(body: bytes, signature: str | None, secret: str) -> bool:
    """Returns whether a webhook's body was signed with the secret; never raises.

    The comparison takes constant time. A missing signature is invalid, and so is every signature if
    the secret is empty or not text.
    """
    if not is_secret(secret) or not isinstance(signature, str) or not signature:
        return False
    given = signature.strip().lower().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(sign(body, secret).encode(), given)


def is_secret(secret: object) -> TypeGuard[str]:
    """Returns whether an object is a valid secret: text that is not empty and encodes as UTF-8."""
    return isinstance(secret, str) and secret != "" and is_well_formed(secret)
