"""A Lambda function that advances the planned rollouts of a DynamoDB table."""

from __future__ import annotations

import os

from isoflag.store import DynamoDbFeatureStore
from isoflag.sync import CloudWatchAlarms, rollout_handler

handler = rollout_handler(DynamoDbFeatureStore(os.environ["FLAGS_TABLE"]), CloudWatchAlarms())
