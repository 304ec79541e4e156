"""A Lambda function that copies LaunchDarkly's document into the table: on its webhook, and on a schedule."""

from __future__ import annotations

import json
import os

import boto3
from isoflag import sync
from isoflag.store import DynamoDbFeatureStore

SECRETS = boto3.client("secretsmanager")


def secret(name: str) -> str:
    """Returns a value of the secret. Each event reads it, so that a new value is used at once."""
    values = json.loads(SECRETS.get_secret_value(SecretId=os.environ["SECRET"])["SecretString"])
    return str(values[name])


handler = sync.handler(
    DynamoDbFeatureStore(os.environ["FLAGS_TABLE"]),
    sync.DocumentFetch(os.environ["FLAGS_URL"], token=lambda: secret("sdkKey")),
    secret=lambda: secret("webhookSecret"),
)
