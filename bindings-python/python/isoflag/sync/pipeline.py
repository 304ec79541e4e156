"""The AWS Lambda handler that brings a store up to date."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from isoflag._logs import logger
from isoflag.aws_http.request import BadRequestError, Request
from isoflag.aws_http.response import Response, json_response

from .fetching import FetchError, read_document
from .planning import OlderDocumentError, plan
from .webhook import SIGNATURE_HEADER, signature_is_valid

if TYPE_CHECKING:
    from isoflag.store import FeatureStore

Handler: TypeAlias = Callable[[Mapping[str, Any], object], Response]
"""What AWS Lambda calls with an event and its own context."""

_SCHEDULERS: Final = frozenset({"aws.events", "aws.scheduler"})
_log = logger("isoflag.sync")


def handler(
    store: "FeatureStore",
    fetch: Callable[[], str | bytes | Mapping[str, Any]],
    *,
    secret: str | Callable[[], str],
) -> Handler:
    """Make a Lambda handler that fetches a document and writes what has changed to a store.

    It serves LaunchDarkly's webhook behind API Gateway or a function URL, and EventBridge's
    schedules. ``fetch`` gives the document, as text or mapping, and may raise whatever it likes:
    ``DocumentFetch`` is one. ``secret`` is the webhook's; a function is asked for it each time.

    The handler raises nothing. Its answer has a status, and a JSON body with ``written`` and
    ``refused``, or with the ``error``, which is logged too:

    - 200: the store holds the document, but for what was ``refused``;
    - 400: no event that it knows;
    - 401: a wrong signature or none; nothing is fetched and nothing written;
    - 502: the document cannot be fetched, is none or is older, or the store cannot be reached.
      Nothing is written, except where the store fails half-way; the next event completes that.

    Two runs at once may each write a part; give the function a reserved concurrency of 1.
    """
    if secret == "":
        raise ValueError("the webhook's secret is empty; anybody could sign with it")

    def handle(event: Mapping[str, Any], _context: object = None) -> Response:
        request = Request.from_event(event)
        if request.is_http:
            try:
                body, signature = request.body, request.headers.get(SIGNATURE_HEADER)
            except BadRequestError as error:
                return _failure(400, str(error))
            if not signature_is_valid(body, signature, _secret(secret)):
                return _failure(401, "the signature of the webhook is wrong or missing")
        elif not isinstance(event, Mapping) or event.get("source") not in _SCHEDULERS:
            return _failure(400, "the event is neither a webhook nor a schedule of EventBridge")
        return _run(store, fetch)

    return handle


def _run(store: "FeatureStore", fetch: Callable[[], str | bytes | Mapping[str, Any]]) -> Response:
    try:
        document, flags = read_document(fetch())
        planned = plan(store.document(), document)
        written = store.write(planned)
    except (FetchError, OlderDocumentError) as error:
        return _failure(502, str(error))
    except Exception as error:  # noqa: BLE001 -- a handler that raises is run again and again
        return _failure(502, f"{type(error).__name__}: {error}")
    for refusal in planned.refused:
        _log.warning("`%s` of `%s` is not written: %s", refusal.key, refusal.kind, refusal.reason)
    _log.info("wrote %d of %d changes of the document %s", written, len(planned), flags.digest)
    refused = {f"{each.kind}/{each.key}": each.reason for each in planned.refused}
    return json_response(200, {"digest": flags.digest, "written": written, "refused": refused})


def _secret(secret: str | Callable[[], str]) -> str:
    if isinstance(secret, str):
        return secret
    try:
        return secret()
    except Exception:  # noqa: BLE001 -- whatever it is, nothing is signed
        _log.exception("the webhook's secret cannot be had; nothing is taken as signed")
        return ""


def _failure(status: int, reason: str) -> Response:
    _log.error("nothing is written: %s", reason)
    return json_response(status, {"error": reason})
