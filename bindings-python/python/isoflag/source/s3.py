"""Reads a document from an S3 bucket."""

from collections.abc import Callable
from contextlib import closing
from typing import Any, Protocol

from .aws import UNREACHABLE, AwsClient, error_code, named
from .deadline import DEFAULT_SECONDS, BoundedSource
from .protocol import UNCHANGED, Fetched, SourceContentError, Unchanged, require_text

__all__ = ["S3Source"]


class _S3Client(Protocol):
    @property
    def get_object(self) -> Callable[..., Any]: ...


class S3Source(BoundedSource):
    """A source for one object of an S3 bucket.

    The object is transferred again only if its ETag has changed. The role needs ``s3:GetObject``,
    and ``s3:ListBucket`` to distinguish a missing object from a forbidden one.
    """

    is_current = True

    def __init__(
        self,
        bucket: str,
        key: str,
        *,
        client: _S3Client | None = None,
        timeout: float = DEFAULT_SECONDS,
    ) -> None:
        """Creates a source of the object ``key`` in ``bucket``.

        Pass ``client``, a boto3 client for S3, to use another region or endpoint, for example.
        ``timeout``, in seconds, limits the whole fetch: credentials, retries and the body included.
        """
        require_text(bucket=bucket, key=key)
        self._bucket = bucket
        self._key = key
        super().__init__(timeout, f"s3://{bucket}/{key}")
        self._client = AwsClient("s3", client, timeout=timeout / 2, where=self._where)

    def __repr__(self) -> str:
        return f"S3Source({self._bucket!r}, {self._key!r})"

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Fetches the object unless its ETag is that of ``previous``."""
        return self._bounded(lambda _: self._get(previous), UNREACHABLE)

    def _get(self, previous: Fetched | None) -> Fetched | Unchanged:
        parameters = {"Bucket": self._bucket, "Key": self._key}
        if previous is not None and previous.etag is not None:
            parameters["IfNoneMatch"] = previous.etag
        client = self._client.get()
        try:
            response = client.get_object(**parameters)
            # Used as a context manager it returns the raw stream, which does not check the length.
            with closing(response["Body"]) as body:
                document = body.read()
        except Exception as error:
            if error_code(error) in {"304", "NotModified"} and "IfNoneMatch" in parameters:
                return UNCHANGED
            raise named(error, self._where) from error
        if not document:
            raise SourceContentError("the object is empty; upload it again", where=self._where)
        return Fetched(
            bytes(document), etag=response.get("ETag"), version=response.get("VersionId")
        )
