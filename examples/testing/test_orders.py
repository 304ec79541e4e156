"""Tests of the orders; run them also with `--isoflag-all=off` and with `--isoflag-all=on`."""

from pathlib import Path

import orders
import pytest
from isoflag import Flags
from isoflag.testing import FlagFailure, FlagOverrides

HERE = Path(__file__).parent
ORDER = {"customer": "mia", "pieces": 7}


@pytest.fixture(autouse=True)
def empty_warehouse() -> None:
    orders.reserved.clear()


def test_an_order_is_taken(isoflag_flags: FlagOverrides) -> None:
    """Works with any flag state, like an end-to-end test."""
    assert orders.handler(ORDER)["statusCode"] == 201
    assert "reserve-goods" in isoflag_flags.evaluated


def test_goods_are_reserved(isoflag_flags: FlagOverrides) -> None:
    isoflag_flags.update({"reserve-goods": True, "most-pieces": 3})
    assert orders.handler(ORDER)["body"] == "taken and reserved"
    assert orders.reserved == [("mia", 3)]
    assert isoflag_flags.evaluated.keys() == ["reserve-goods", "most-pieces"]


@pytest.mark.isoflag_both("reserve-goods", entry="orders.reserve")
def test_on_and_off(isoflag_flags: FlagOverrides) -> None:
    assert orders.handler(ORDER)["statusCode"] == 201
    assert ("most-pieces" in isoflag_flags.evaluated) is isoflag_flags["reserve-goods"]


@pytest.mark.parametrize("failure", ["missing", "malformed", "wrong-type"])
def test_a_broken_flag_is_off(isoflag_flags: FlagOverrides, failure: FlagFailure) -> None:
    isoflag_flags.fail("reserve-goods", failure)
    assert orders.handler(ORDER)["body"] == "taken"


def test_without_flags_orders_are_taken(isoflag_flags: FlagOverrides) -> None:
    isoflag_flags.on("reserve-goods")
    isoflag_flags.fail_source("down")
    assert orders.handler(ORDER)["body"] == "taken"


def test_stale_flags_are_used(isoflag_flags: FlagOverrides) -> None:
    isoflag_flags.on("reserve-goods")
    isoflag_flags.fail_source("timeout", stale=True)
    assert orders.handler(ORDER)["body"] == "taken and reserved"
    assert orders.FLAGS.status.stale


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_new_flag_is_off_outside_development(environment: str) -> None:
    flags = Flags.from_json((HERE / f"flags.{environment}.json").read_bytes())
    assert flags.variation_detail("reserve-goods", {"key": "mia"}, None).reason == {"kind": "OFF"}
