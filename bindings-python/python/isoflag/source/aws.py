"""Creates AWS clients on first use, and converts their errors."""

import os
from importlib import import_module
from typing import Any, Final

from .deadline import Deadline
from .protocol import (
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
"""Hint for a timeout of AWS."""

# By AWS's error code or the name of the error's class: boto3 creates such classes dynamically, and
# need not be installed if the caller passes a client.
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
        "AWS refused access; allow this role to read it",
    ),
    (
        frozenset(
            {"404", "NoSuchBucket", "NoSuchKey", "NoSuchVersion", "ResourceNotFoundException"}
        ),
        SourceNotFoundError,
        "AWS did not find it; check the name and the region",
    ),
    (
        frozenset({"ConnectTimeoutError", "ReadTimeoutError", "TimeoutError"}),
        SourceTimeoutError,
        f"no response in time; {UNREACHABLE}",
    ),
    (
        frozenset({"CredentialRetrievalError", "NoCredentialsError", "PartialCredentialsError"}),
        SourceSetupError,
        "AWS credentials are missing; give the process a role",
    ),
    (
        frozenset({"NoRegionError"}),
        SourceSetupError,
        "the AWS region is missing; set AWS_REGION",
    ),
    (
        frozenset({"IncompleteRead", "IncompleteReadError", "ResponseStreamingError"}),
        SourceContentError,
        "the response was cut off",
    ),
)


class AwsClient:
    """A boto3 client that is created on first use, and again in a forked process.

    Two processes that shared a connection would receive each other's responses.
    """

    def __init__(self, service: str, given: Any, *, timeout: float, where: str) -> None:
        """Takes the service's name, and the caller's own client if ``given``.

        ``timeout``, in seconds, limits connecting and each response.
        """
        self._service = service
        self._given = given
        self._timeout = timeout
        self._where = where
        self._made: Any = None
        self._process = 0

    def get(self) -> Any:
        """Returns the client; raises ``SourceSetupError`` if it cannot be created."""
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
                "boto3 is not installed; run `pip install isoflag[aws]`", where=self._where
            ) from error
        seconds = Deadline(self._timeout).left
        limits = config.Config(
            connect_timeout=seconds,
            read_timeout=seconds,
            # The flag client retries too; this covers a connection that died while the function
            # was frozen.
            retries={"total_max_attempts": 2, "mode": "standard"},
        )
        try:
            return boto3.session.Session().client(self._service, config=limits)
        except Exception as error:
            raise named(error, self._where) from error


def error_code(error: Exception) -> str:
    """Returns the code of an AWS error, such as ``NoSuchKey``, or an empty text."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return ""
    return str(response.get("Error", {}).get("Code", ""))


def named(error: Exception, where: str) -> SourceError:
    """Returns the error of a client as a ``SourceError``."""
    if isinstance(error, SourceError):
        return error
    marks = {error_code(error), *(each.__name__ for each in type(error).__mro__)}
    for known, kind, message in _KNOWN:
        if known & marks:
            return kind(f"{message} ({error})", where=where)
    return SourceUnavailableError(
        f"AWS responded with an error ({type(error).__name__}: {error})", where=where
    )
