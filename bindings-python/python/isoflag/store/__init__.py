"""Stores of flags and segments, item by item, with LaunchDarkly's version rules.

A pipeline writes a store and other SDKs read it; to evaluate flags, load a document with
``isoflag.Flags``. Importing this package imports no AWS library.
"""

from .dynamodb import DynamoDbFeatureStore, UnprocessedItemsError
from .feature_store import (
    FEATURES,
    SEGMENTS,
    FeatureStore,
    InMemoryFeatureStore,
    Kind,
    UnfinishedWriteError,
)

__all__ = [
    "FEATURES",
    "SEGMENTS",
    "DynamoDbFeatureStore",
    "FeatureStore",
    "InMemoryFeatureStore",
    "Kind",
    "UnfinishedWriteError",
    "UnprocessedItemsError",
]
