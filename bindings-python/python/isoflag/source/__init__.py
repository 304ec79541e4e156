"""Sources of flag documents: a file, AppConfig, a DynamoDB table, an S3 bucket, a URL, a chain.

A source has one method, ``fetch(previous)``, which returns the document's bytes or ``UNCHANGED``.
``isoflag.FlagClient`` calls it; all state that a client depends on is kept by the client::

    from isoflag import FlagClient
    from isoflag.source import S3Source

    client = FlagClient(S3Source("my-bucket", "flags.json"), ttl=60)

Every failure is a ``SourceError`` with the problem, the source and a remedy. Each source is
imported when its name is first accessed, and boto3 when a source first needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .protocol import (
    UNCHANGED,
    Fetched,
    Source,
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceNotReadyError,
    SourceSetupError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
    Unchanged,
)

if TYPE_CHECKING:
    from .appconfig_agent import AppConfigAgentSource
    from .appconfig_data import AppConfigDataSource
    from .chained import ChainedSource
    from .dynamodb import DynamoDbSource
    from .file import FileSource
    from .http import HttpSource
    from .s3 import S3Source

__all__ = [
    "UNCHANGED",
    "AppConfigAgentSource",
    "AppConfigDataSource",
    "ChainedSource",
    "DynamoDbSource",
    "Fetched",
    "FileSource",
    "HttpSource",
    "S3Source",
    "Source",
    "SourceContentError",
    "SourceError",
    "SourceNotFoundError",
    "SourceNotReadyError",
    "SourceSetupError",
    "SourceTimeoutError",
    "SourceUnauthorizedError",
    "SourceUnavailableError",
    "Unchanged",
]

_READERS = {
    "AppConfigAgentSource": "appconfig_agent",
    "AppConfigDataSource": "appconfig_data",
    "ChainedSource": "chained",
    "DynamoDbSource": "dynamodb",
    "FileSource": "file",
    "HttpSource": "http",
    "S3Source": "s3",
}


# Hidden from type checkers, which would otherwise accept any attribute name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _READERS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        reader = getattr(import_module(f".{_READERS[name]}", __name__), name)
        globals()[name] = reader
        return reader


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
