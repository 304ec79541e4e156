"""A Lambda function that takes orders. The new feature reserves the goods before it responds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from isoflag import FlagClient
from isoflag.source import S3Source

FLAGS = FlagClient(S3Source(os.environ.get("FLAGS_BUCKET", "shop-flags"), "flags.json"))

reserved: list[tuple[str, int]] = []
"""A stand-in for the warehouse."""


def reserve(customer: str, pieces: int) -> None:
    """The entry point of the new feature."""
    most = FLAGS.int_variation("most-pieces", {"kind": "user", "key": customer}, 5)
    reserved.append((customer, min(pieces, most)))


def handler(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
    customer, pieces = event["customer"], event["pieces"]
    if not FLAGS.bool_variation("reserve-goods", {"kind": "user", "key": customer}, False):
        return {"statusCode": 201, "body": "taken"}
    reserve(customer, pieces)
    return {"statusCode": 201, "body": "taken and reserved"}
