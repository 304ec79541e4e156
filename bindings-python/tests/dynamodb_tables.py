"""DynamoDB tables for tests: on moto over a socket, and the one that the environment names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

NAMED = "LAUNCHDARKLY_DYNAMODB_TABLE"
# moto requires credentials but does not verify them.
CREDENTIALS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}


@contextmanager
def moto_server() -> Iterator[str]:
    """Serves AWS's emulator on a free loopback port and yields its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client_of(endpoint: str) -> Any:
    return boto3.client("dynamodb", endpoint_url=endpoint, **CREDENTIALS)


def new_table(client: Any, name: str | None = None) -> str:
    """Creates an empty table with LaunchDarkly's keys and returns its name."""
    name = name or f"flags-{uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "namespace", "KeyType": "HASH"},
            {"AttributeName": "key", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "namespace", "AttributeType": "S"},
            {"AttributeName": "key", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def named_table() -> str:
    """Returns the table that the environment names, or skips the test."""
    name = os.environ.get(NAMED)
    if not name:
        pytest.skip(f"{NAMED} names no table")
    return name


def items_of(client: Any, table: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.scan(TableName=table)["Items"]
    return items
