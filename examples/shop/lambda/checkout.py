"""The checkout's Lambda function, which begins and ends journeys.

`GET /config` tells a page what to show and whether the back end is consistent, `POST /submit` ends a journey, and
`POST /check` verifies a page's evaluation by its receipt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from isoflag import FlagClient, Flags, ReceiptError, replay
from isoflag.aws_http import BadRequestError, Guard, Request, Response, SignedOverrides, config_response
from isoflag.aws_http.response import json_response

JOURNEY = "express-checkout"
FORM = "express-form"
NAMES = {"isExpressCheckout": JOURNEY, "expressForm": FORM}


def visitor(request: Request) -> dict[str, Any]:
    """Returns the context of a request. In production take it from `request.authorizer`, not from the page."""
    key = request.query.get("visitor")
    if not key:
        raise BadRequestError("say who it is about: `?visitor=`")
    return {"kind": "user", "key": key}


class Checkout:
    """One warm instance of the function."""

    def __init__(self, client: FlagClient, overrides: SignedOverrides | None = None) -> None:
        """Takes a client, and what verifies the tokens of end-to-end tests, if there are any."""
        self.client = client
        self._overrides = overrides
        self._guard = Guard(client, context=visitor, overrides=overrides)
        self._guarded = self._guard.requires_flag(JOURNEY)(self._submit)

    def handler(self, event: Mapping[str, Any], context: object) -> Response:
        """Handles an event of a function URL."""
        request = Request.from_event(event)
        try:
            match request.method, request.path:
                case "GET", "/config":
                    return config_response(
                        event,
                        self.client,
                        context=visitor,
                        form="plain",
                        keys=NAMES,
                        gate=list(NAMES),
                        overrides=self._overrides,
                    )
                case "POST", "/submit":
                    # 503 if the feature is off, 409 if the pinned document is unavailable.
                    return self._guarded(event, context)
                case "POST", "/check":
                    return self._check(request)
        except BadRequestError as error:
            return json_response(400, {"error": str(error)})
        return json_response(404, {"error": f"there is no `{request.method} {request.path}`"})

    def _submit(self, event: Mapping[str, Any], context: object) -> Response:
        """Takes the form, evaluated with the document that the page pins, if any."""
        sent = _member(Request.from_event(event), "form")
        expected = self._guard.bind(event).variation(FORM, None)
        if sent != expected:
            return json_response(422, {"error": f"the form `{expected}` is taken here, not `{sent}`"})
        return json_response(200, {"taken": sent})

    def _check(self, request: Request) -> Response:
        """Compares a page's receipt with this instance's evaluation, and returns the first difference."""
        claim, context, flags = _member(request, "receipt"), visitor(request), self.client.flags
        try:
            claimed = json.loads(claim)
            key, digest = str(claimed["flag"]), str(claimed["digest"])
        except (KeyError, RecursionError, TypeError, ValueError) as error:
            raise BadRequestError("`receipt` is the text of a receipt") from error
        # Differences other than the document: replays the claim with the document that is held here.
        ours = claim.replace(f'"digest":"{digest}"', f'"digest":"{flags.digest}"', 1)
        return json_response(
            200,
            {
                "receipt": flags.receipt(key, context).to_json(),
                "asSent": _replayed(claim, flags, context),
                "byOurDocument": _replayed(ours, flags, context),
            },
        )


def _member(request: Request, name: str) -> str:
    body = request.json()
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise BadRequestError(f"send `{name}`, a text")
    return value


def _replayed(claim: str, flags: Flags, context: dict[str, Any]) -> dict[str, Any]:
    try:
        replay(claim, flags, context)
    except ReceiptError as error:
        return {"code": error.code, "path": error.path, "claimed": error.claimed, "found": error.found}
    return {"code": "true"}
