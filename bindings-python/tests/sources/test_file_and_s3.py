"""Sources of a file and of an S3 bucket, on moto in process and over a socket."""

import io
import math
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws

from documents import USER
from dynamodb_tables import moto_server
from isoflag import DocumentError, FlagClient
from isoflag.source import (
    UNCHANGED,
    Fetched,
    FileSource,
    S3Source,
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceSetupError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from scripted import PATIENT, Clock, fetched_from, text

pytestmark = pytest.mark.usefixtures("aws_credentials")


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="shop")
        yield client


def put(client: Any, body: bytes) -> None:
    client.put_object(Bucket="shop", Key="flags.json", Body=body)


def test_the_object_is_transferred_only_if_it_changed(bucket: Any) -> None:
    put(bucket, text(1))
    source = S3Source("shop", "flags.json", timeout=60.0)
    first = fetched_from(source)
    assert first.document == text(1)
    assert first.etag
    assert source.fetch(first) is UNCHANGED
    put(bucket, text(2))
    second = fetched_from(source, first)
    assert second.document == text(2)


def test_the_etag_of_the_previous_result_is_sent(bucket: Any) -> None:
    put(bucket, text(1))
    requests: list[dict[str, Any]] = []

    class Watched:
        def get_object(self, **parameters: Any) -> Any:
            requests.append(parameters)
            return bucket.get_object(**parameters)

    source = S3Source("shop", "flags.json", client=Watched(), timeout=60.0)
    first = fetched_from(source)
    source.fetch(first)
    known = {"Bucket": "shop", "Key": "flags.json"}
    assert requests == [known, {**known, "IfNoneMatch": first.etag}]


def test_each_failure_has_its_own_error_and_the_last_good_document_is_kept(bucket: Any) -> None:
    clock = Clock()
    client = FlagClient(S3Source("shop", "flags.json", timeout=60.0), **PATIENT, clock=clock)
    assert client.variation("a", USER, "default") == "default"
    assert isinstance(client.status.error, SourceNotFoundError)
    put(bucket, text(1))
    clock.advance(60)
    assert client.variation("a", USER, "default") == 1
    for body, kind in [(b"", SourceContentError), (b"<html>", ValueError)]:
        put(bucket, body)
        clock.advance(60)
        assert client.variation("a", USER, "default") == 1
        assert isinstance(client.status.error, kind)
    put(bucket, text(2))
    clock.advance(60)
    assert client.variation("a", USER, "default") == 2


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, SourceUnauthorizedError),
        ("NoSuchBucket", 404, SourceNotFoundError),
        ("SlowDown", 503, SourceUnavailableError),
    ],
)
def test_an_aws_error_has_its_own_class(code: str, status: int, kind: type[Exception]) -> None:
    client = boto3.client("s3")
    with Stubber(client) as stubber:
        stubber.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(kind) as raised:
            S3Source("shop", "flags.json", client=client, timeout=60.0).fetch(None)
    assert type(raised.value) is kind
    assert str(raised.value).startswith("s3://shop/flags.json: ")


def test_a_truncated_response_is_reported() -> None:
    client = boto3.client("s3")
    with Stubber(client) as stubber:
        stubber.add_response("get_object", {"Body": StreamingBody(io.BytesIO(text(1)), 10_000)})
        with pytest.raises(SourceContentError, match="cut off"):
            S3Source("shop", "flags.json", client=client, timeout=60.0).fetch(None)


def test_over_a_socket() -> None:
    with moto_server() as url:
        client = boto3.client("s3", endpoint_url=url)
        client.create_bucket(Bucket="shop")
        put(client, text(1))
        source = S3Source("shop", "flags.json", client=client, timeout=60.0)
        first = fetched_from(source)
        assert first.document == text(1)
        assert source.fetch(first) is UNCHANGED
    with pytest.raises(SourceUnavailableError):
        source.fetch(first)


def test_a_timeout_of_aws_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        quick = Config(read_timeout=0.05, retries={"total_max_attempts": 1})
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", config=quick)
        with pytest.raises(SourceTimeoutError, match="is AWS reachable"):
            S3Source("shop", "flags.json", client=client, timeout=60.0).fetch(None)


def test_missing_credentials_or_region_are_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(SourceSetupError, match="credentials are missing"):
        S3Source("shop", "flags.json", timeout=60.0).fetch(None)


def test_missing_boto3_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SourceSetupError, match=r"pip install isoflag\[aws\]"):
        S3Source("shop", "flags.json", timeout=60.0).fetch(None)


def test_the_time_limit_of_a_source_on_aws_may_be_infinite(bucket: Any) -> None:
    put(bucket, text(1))
    assert fetched_from(S3Source("shop", "flags.json", timeout=math.inf)).document == text(1)


def test_a_forked_process_makes_its_own_client(
    monkeypatch: pytest.MonkeyPatch, bucket: Any
) -> None:
    put(bucket, text(1))
    made: list[Any] = []
    session = boto3.session.Session

    class Counting(session):  # type: ignore[misc, valid-type]
        def client(self, *args: Any, **kwargs: Any) -> Any:
            made.append(args)
            return super().client(*args, **kwargs)

    monkeypatch.setattr(boto3.session, "Session", Counting)
    source = S3Source("shop", "flags.json", timeout=60.0)
    source.fetch(None)
    source.fetch(None)
    assert made == [("s3",)]
    here = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: here + 1)
    source.fetch(None)
    assert made == [("s3",), ("s3",)]


# --- a file ---


def test_a_file_is_compared_by_content(tmp_path: Path) -> None:
    path = tmp_path / "flags.json"
    path.write_bytes(text(1))
    source = FileSource(path)
    fetched = source.fetch(None)
    assert fetched == Fetched(text(1))
    path.write_bytes(text(1))
    assert source.fetch(fetched) is UNCHANGED
    path.write_bytes(text(2))
    assert source.fetch(fetched) == Fetched(text(2))
    assert repr(FileSource("flags.json")) == "FileSource('flags.json')"


def test_an_unreadable_file_is_reported_with_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").touch()
    cases: list[tuple[Path, type[SourceError]]] = [
        (tmp_path / "absent", SourceNotFoundError),
        (tmp_path / "empty" / "below", SourceNotFoundError),
        (tmp_path, SourceNotFoundError),
        (tmp_path / "empty", SourceContentError),
    ]
    for path, kind in cases:
        with pytest.raises(kind) as raised:
            FileSource(path).fetch(None)
        assert type(raised.value) is kind
        assert str(raised.value).startswith(f"{path}: ")

    def refuse(*_: object) -> None:
        raise PermissionError

    # The user who runs the tests may have permission to read everything.
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(SourceUnauthorizedError):
        FileSource(tmp_path).fetch(None)


def test_a_half_written_file_does_not_replace_the_document(tmp_path: Path) -> None:
    path, clock = tmp_path / "flags.json", Clock()
    client = FlagClient(FileSource(path, timeout=60.0), **PATIENT, clock=clock)
    assert client.variation("a", USER, "default") == "default"
    assert isinstance(client.status.error, SourceNotFoundError)
    clock.advance(1)
    path.write_bytes(text(1))
    assert client.variation("a", USER, "default") == 1
    clock.advance(60)
    path.write_bytes(text(2)[:-10])
    assert client.variation("a", USER, "default") == 1
    assert isinstance(client.status.error, DocumentError)
    clock.advance(1)
    path.write_bytes(text(2))
    assert client.variation("a", USER, "default") == 2
