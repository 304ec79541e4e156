"""One Lambda function with two endpoints: `/config` and a guarded `/express`.

The flags come from the table if there is one, otherwise from the AppConfig Agent, which runs beside the function as an
extension.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from isoflag import FlagClient
from isoflag.aws_http import BadRequestError, Cors, ParityCheck, Request, config_response, requires_flag
from isoflag.source import AppConfigAgentSource, DynamoDbSource

FLAGS = (
    FlagClient(DynamoDbSource(table), ttl=15)
    if (table := os.environ["FLAGS_TABLE"])
    else FlagClient(
        AppConfigAgentSource(
            os.environ["APPCONFIG_APPLICATION"],
            os.environ["APPCONFIG_ENVIRONMENT"],
            os.environ["APPCONFIG_PROFILE"],
        ),
        # The agent runs on this machine and caches the document, so polling it costs little.
        ttl=5,
    )
)
SPA = Cors([os.environ["SPA_ORIGIN"]])
NAMES = {"isExpressDeliveryEnabled": "express-delivery", "checkoutButton": "checkout-button"}


def visitor(request: Request) -> dict[str, Any]:
    """Returns the visitor's context. Take attributes that must be true from `request.authorizer`."""
    key = request.query.get("visitor", "")
    if not key:
        raise BadRequestError("name the visitor: `?visitor=…`")
    return {"kind": "user", "key": key, "country": request.query.get("country", "")}


PARITY = ParityCheck(FLAGS, context=visitor)


@requires_flag("express-delivery", FLAGS, context=visitor, origins=SPA)
def order_express(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Takes an order for express delivery; the flag is evaluated again, independently of the page."""
    PARITY.check(event)
    if metrics := PARITY.to_emf("Shop/Flags"):
        print(metrics)
    return {"statusCode": 201, "headers": SPA.headers(Request.from_event(event)), "body": ""}


def handler(event: Mapping[str, Any], context: object) -> Any:
    """Handles an event of AWS Lambda."""
    match Request.from_event(event).path:
        case "/config":
            return config_response(event, FLAGS, context=visitor, form="plain", keys=NAMES, origins=SPA)
        case "/express":
            return order_express(event, context)
    return {"statusCode": 404, "headers": {}, "body": ""}
