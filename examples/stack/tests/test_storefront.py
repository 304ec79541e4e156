"""Tests of the shop. `isoflag certify` runs them under Production State and under Next Release."""

from __future__ import annotations

import json
from typing import Any

import pytest
import storefront
from isoflag.testing import FlagOverrides


def request(method: str, path: str) -> dict[str, Any]:
    """Returns the event of a visitor's request."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "visitor=mia",
        "headers": {},
        "requestContext": {"http": {"method": method, "path": path}},
    }


def config() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(storefront.handler(request("GET", "/config"), None)["body"])
    return found


def order() -> int:
    status: int = storefront.handler(request("POST", "/express"), None)["statusCode"]
    return status


def test_the_page_and_the_endpoint_agree(isoflag_flags: FlagOverrides) -> None:
    """Overrides no flag, so that the evaluations count as evidence."""
    assert order() == (201 if config()["isExpressDeliveryEnabled"] else 503)
    assert "express-delivery" in isoflag_flags.evaluated


def test_the_button_has_a_wording(isoflag_flags: FlagOverrides) -> None:
    assert config()["checkoutButton"] in {"Buy now", "Order and pay"}


@pytest.mark.isoflag_both("express-delivery")
def test_express_delivery_on_and_off(isoflag_flags: FlagOverrides) -> None:
    assert order() == (201 if isoflag_flags["express-delivery"] else 503)
    assert config()["isExpressDeliveryEnabled"] is isoflag_flags["express-delivery"]


def test_without_flags_the_endpoint_is_closed(isoflag_flags: FlagOverrides) -> None:
    isoflag_flags.fail_source("down")
    assert order() == 503
