"""Clients of AWS, made when they are first needed, and their errors by name."""

import os
from importlib import import_module
from typing import Any, Final

from .errors import (
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceSetupError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)

__all__ = ["UNREACHABLE", "AwsClient", "error_code", "named"]

UNREACHABLE: Final = "is AWS reachable from this network?"
"""What to look for if AWS does not answer in time."""

# By the code that AWS answers with, or the name of the error's class: boto3 makes such classes as
# it goes, and need not be installed where the caller brings a client.
_KNOWN: Final[tuple[tuple[frozenset[str], type[SourceError], str], ...]] = (
    (
        frozenset(
            {
                "401",
                "403",
                "AccessDenied",
                "AccessDeniedException",
                "ExpiredToken",
                "ExpiredTokenException",
                "Forbidden",
                "InvalidAccessKeyId",
                "InvalidClientTokenId",
                "SignatureDoesNotMatch",
                "UnrecognizedClientException",
            }
        ),
        SourceUnauthorizedError,
        "AWS refused; may this role read it?",
    ),
    (
        frozenset(
            {"404", "NoSuchBucket", "NoSuchKey", "NoSuchVersion", "ResourceNotFoundException"}
        ),
        SourceNotFoundError,
        "AWS has no such thing; are name and region right?",
    ),
    (
        frozenset({"ConnectTimeoutError", "ReadTimeoutError", "TimeoutError"}),
        SourceTimeoutError,
        f"no answer in time; {UNREACHABLE}",
    ),
    (
        frozenset({"CredentialRetrievalError", "NoCredentialsError", "PartialCredentialsError"}),
        SourceSetupError,
        "no credentials for AWS; give the process a role",
    ),
    (
        frozenset({"NoRegionError"}),
        SourceSetupError,
        "no region for AWS; set AWS_REGION",
    ),
    (
        frozenset({"IncompleteRead", "IncompleteReadError", "ResponseStreamingError"}),
        SourceContentError,
        "the answer was cut off",
    ),
)


class AwsClient:
    """A boto3 client that is made on first use, and anew in a forked process.

    A connection that two processes share would mix up their answers.
    """

    def __init__(self, service: str, given: Any, *, timeout: float, where: str) -> None:
        """Name the service; ``given`` is the caller's own client, which is used as it is.

        ``timeout`` is in seconds, for connecting and for each answer.
        """
        self._service = service
        self._given = given
        self._timeout = timeout
        self._where = where
        self._made: Any = None
        self._process = 0

    def get(self) -> Any:
        """Give the client; raises ``SourceSetupError`` where none can be made."""
        if self._given is not None:
            return self._given
        if self._made is None or self._process != os.getpid():
            self._made = self._make()
            self._process = os.getpid()
        return self._made

    def _make(self) -> Any:
        try:
            boto3: Any = import_module("boto3")
            config: Any = import_module("botocore.config")
        except ImportError as error:
            raise SourceSetupError(
                "boto3 is not installed; `pip install isoflag[aws]`", where=self._where
            ) from error
        limits = config.Config(
            connect_timeout=self._timeout,
            read_timeout=self._timeout,
            # The flag client tries again itself; this is for a connection that died while the
            # function was frozen.
            retries={"total_max_attempts": 2, "mode": "standard"},
        )
        try:
            return boto3.session.Session().client(self._service, config=limits)
        except Exception as error:
            raise named(error, self._where) from error


def error_code(error: Exception) -> str:
    """The code of an error that AWS answered with, such as ``NoSuchKey``; empty for any other."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return ""
    return str(response.get("Error", {}).get("Code", ""))


def named(error: Exception, where: str) -> SourceError:
    """Give the error of a client as a ``SourceError``."""
    if isinstance(error, SourceError):
        return error
    marks = {error_code(error), *(each.__name__ for each in type(error).__mro__)}
    for known, kind, told in _KNOWN:
        if known & marks:
            return kind(f"{told} ({error})", where=where)
    return SourceUnavailableError(
        f"AWS did not answer as it should ({type(error).__name__}: {error})", where=where
    )
