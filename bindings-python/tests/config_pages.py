"""Flags, clients and response readers that the tests of `/config` and of the guard share."""

import json
from collections.abc import Mapping
from typing import Any

from documents import clause, flag, load
from isoflag import Consistency, Flags
from lambda_events import HttpEvent, http_event

MIA = {"kind": "user", "key": "mia", "country": "DE"}
JONAS = {"kind": "user", "key": "jonas", "country": "AT"}
SHOP = "https://shop.example"
VISIBLE = {"usingEnvironmentId": True, "usingMobileKey": True}


def germans() -> dict[str, Any]:
    rule = {"id": "germans", "clauses": [clause("country", "in", "DE")], "variation": 1}
    return flag("feature-x", False, True, rules=[rule], clientSideAvailability=VISIBLE)


def page_flags() -> Flags:
    return load(germans(), flag("button", "Buy now", clientSideAvailability=VISIBLE), flag("a", 1))


def ofrep(context: Any, event: HttpEvent = http_event, **options: Any) -> dict[str, Any]:
    text = json.dumps({"context": context})
    return event("POST", "/ofrep/v1/evaluate/flags", body=text, **options)


def body_of(response: Mapping[str, Any]) -> Any:
    assert response["headers"]["Content-Type"] == "application/json"
    assert response["isBase64Encoded"] is False
    return json.loads(response["body"])


CORS = "access-control-"


def cors_of(response: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.lower().removeprefix(CORS): value
        for name, value in response["headers"].items()
        if name.lower().startswith(CORS)
    }


class Client:
    """A minimal flag client for an endpoint."""

    def __init__(self, flags: Flags | None) -> None:
        self.flags = flags

    def bind(self, context: Any) -> "BoundClient":
        return BoundClient(self.flags, context)


class BoundClient:
    def __init__(self, flags: Flags | None, context: Any) -> None:
        self._bound = (flags or load()).bind(context)
        self.digest = None if flags is None else flags.digest

    def variation(self, key: str, default: Any) -> Any:
        return self._bound.variation(key, default)

    def bool_variation(self, key: str, default: bool) -> bool:
        return self._bound.bool_variation(key, default)

    def all_flags_state(self, **options: Any) -> dict[str, Any]:
        return self._bound.all_flags_state(**options)

    def consistency(
        self, key: str, now_ms: float | None = None, ttl_seconds: float | None = None
    ) -> Consistency:
        return self._bound.consistency(key, now_ms or 0.0, ttl_seconds or 0.0)
