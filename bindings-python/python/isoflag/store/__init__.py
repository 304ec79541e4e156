"""Where flags and segments are kept, item by item, with LaunchDarkly's rules of versions.

A store is what a pipeline writes and what other SDKs read; to evaluate, load a document with
``isoflag.Flags``. Importing this package imports no AWS library.
"""

from .dynamodb import DynamoDbFeatureStore, UnprocessedItemsError
from .feature_store import FEATURES, SEGMENTS, FeatureStore, Kind, UnfinishedWriteError
from .in_memory import InMemoryFeatureStore

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
