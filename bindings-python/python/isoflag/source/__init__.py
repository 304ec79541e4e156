"""Where a document comes from: a file, AppConfig, a DynamoDB table, an S3 bucket.

A source has one method, ``fetch(previous)``, which gives the document's bytes or says that they are
``UNCHANGED``. It is called by ``isoflag.FlagClient``, and keeps nothing that a client depends on::

    from isoflag import FlagClient
    from isoflag.source import S3Source

    client = FlagClient(S3Source("my-bucket", "flags.json"), ttl=60)

Whatever goes wrong is a ``SourceError``, which says what, where and what to do. Each reader is
imported when it is first named, and boto3 when a reader first needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import (
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceNotReadyError,
    SourceSetupError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from .protocol import UNCHANGED, Fetched, Source, Unchanged

if TYPE_CHECKING:
    from .appconfig_agent import AppConfigAgentSource
    from .appconfig_data import AppConfigDataSource
    from .dynamodb import DynamoDbSource
    from .file import FileSource
    from .s3 import S3Source

__all__ = [
    "UNCHANGED",
    "AppConfigAgentSource",
    "AppConfigDataSource",
    "DynamoDbSource",
    "Fetched",
    "FileSource",
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
    "DynamoDbSource": "dynamodb",
    "FileSource": "file",
    "S3Source": "s3",
}


# Out of the sight of type checkers, which would take any name for one that it knows.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _READERS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        reader = getattr(import_module(f".{_READERS[name]}", __name__), name)
        globals()[name] = reader
        return reader


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
