"""The shop's Lambda function, which explains each flag for a visitor.

`POST /decide` with `{"context": {…}, "bigSegments": {…}}` returns one explanation for each flag of the document
that this instance holds, as canonical text that is byte-for-byte identical on every host runtime.

The page reports the answers that its storefront used; `parity` counts the requests that agree with this instance.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from typing import Any

import isoflag
from isoflag import FlagClient
from isoflag.aws_http import BadRequestError, Cors, ParityCheck, Request, Response
from isoflag.aws_http.response import json_response
from isoflag.source import FileSource

FLAGS = FlagClient(FileSource(os.environ["FLAGS_FILE"]), ttl=float(os.environ.get("FLAGS_TTL", "2")))
SPA = Cors([origin] if (origin := os.environ.get("SPA_ORIGIN")) else [])
PARITY = ParityCheck(FLAGS, context=lambda request: request.json()["context"])
HOST = f"Python {platform.python_version()}"


def decide(event: Mapping[str, Any], request: Request) -> Response:
    """Evaluates every flag for the context of the request."""
    question = request.json()
    if not isinstance(question, dict) or not isinstance(question.get("context"), dict):
        raise BadRequestError('send `{"context": {…}}`, a context being an object')
    flags = FLAGS.flags  # One document for the whole answer, even if another is fetched meanwhile.
    status = FLAGS.status
    try:
        bound = flags.bind(question["context"], big_segments=question.get("bigSegments"))
    except (TypeError, ValueError) as error:
        raise BadRequestError(str(error)) from error
    # In production, print the metrics of `PARITY.to_emf(…)` and keep the texts of `PARITY.take()`.
    PARITY.check(event)
    answer = {
        "host": HOST,
        "specVersion": isoflag.SPEC_VERSION,
        "digest": flags.digest,
        "version": flags.version,
        "problem": None if status.error is None else str(status.error),
        "parity": PARITY.to_dict(),
        "explanations": {key: bound.explain(key).to_json() for key in flags.keys()},  # noqa: SIM118
    }
    return json_response(200, answer, {"Isoflag-Document": flags.digest, **SPA.headers(request)})


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Handles an event of a function URL."""
    request = Request.from_event(event)
    preflight = SPA.preflight(request, ["POST"])
    if preflight is not None:
        return preflight
    try:
        if (request.method, request.path) == ("POST", "/decide"):
            return decide(event, request)
    except BadRequestError as error:
        return json_response(400, {"error": str(error)}, SPA.headers(request))
    return json_response(404, {"error": "send `POST /decide`"}, SPA.headers(request))
