"""A document in an S3 bucket, on moto in process and over a socket."""

import io
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws
from moto.server import ThreadedMotoServer

from documents import USER
from isoflag import FlagClient
from isoflag.source import (
    UNCHANGED,
    Fetched,
    S3Source,
    SourceContentError,
    SourceNotFoundError,
    SourceSetupError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from scripted import Clock, text

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket="shop", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield client


def put(client: Any, body: bytes) -> None:
    client.put_object(Bucket="shop", Key="flags.json", Body=body)


def test_the_object_is_sent_again_only_if_it_changed(bucket: Any) -> None:
    put(bucket, text(1))
    source = S3Source("shop", "flags.json", timeout=60.0)
    first = source.fetch(None)
    assert isinstance(first, Fetched)
    assert first.document == text(1)
    assert first.etag
    assert source.fetch(first) is UNCHANGED
    put(bucket, text(2))
    second = source.fetch(first)
    assert isinstance(second, Fetched)
    assert second.document == text(2)


def test_the_etag_is_sent_along(bucket: Any) -> None:
    put(bucket, text(1))
    asked: list[dict[str, Any]] = []

    class Watched:
        def get_object(self, **parameters: Any) -> Any:
            asked.append(parameters)
            return bucket.get_object(**parameters)

    source = S3Source("shop", "flags.json", client=Watched(), timeout=60.0)
    first = source.fetch(None)
    assert isinstance(first, Fetched)
    source.fetch(first)
    known = {"Bucket": "shop", "Key": "flags.json"}
    assert asked == [known, {**known, "IfNoneMatch": first.etag}]


def test_each_failure_has_its_own_error_and_the_last_good_document_is_kept(bucket: Any) -> None:
    clock = Clock()
    client = FlagClient(S3Source("shop", "flags.json", timeout=60.0), ttl=60, clock=clock)
    assert client.variation("a", USER, "default") == "default"
    assert isinstance(client.status.error, SourceNotFoundError)
    put(bucket, text(1))
    clock.pass_by(60)
    assert client.variation("a", USER, "default") == 1
    for body, kind in [(b"", SourceContentError), (b"<html>", ValueError)]:
        put(bucket, body)
        clock.pass_by(60)
        assert client.variation("a", USER, "default") == 1
        assert isinstance(client.status.error, kind)
    put(bucket, text(2))
    clock.pass_by(60)
    assert client.variation("a", USER, "default") == 2


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, SourceUnauthorizedError),
        ("NoSuchBucket", 404, SourceNotFoundError),
        ("SlowDown", 503, SourceUnavailableError),
    ],
)
def test_an_error_of_aws_has_a_name(code: str, status: int, kind: type[Exception]) -> None:
    client = boto3.client("s3")
    with Stubber(client) as stubber:
        stubber.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(kind) as raised:
            S3Source("shop", "flags.json", client=client, timeout=60.0).fetch(None)
    assert type(raised.value) is kind
    assert str(raised.value).startswith("s3://shop/flags.json: ")


def test_an_answer_that_is_cut_off_is_named() -> None:
    client = boto3.client("s3")
    with Stubber(client) as stubber:
        stubber.add_response("get_object", {"Body": StreamingBody(io.BytesIO(text(1)), 10_000)})
        with pytest.raises(SourceContentError, match="cut off"):
            S3Source("shop", "flags.json", client=client, timeout=60.0).fetch(None)


def test_over_a_socket() -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
        client.create_bucket(
            Bucket="shop", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        put(client, text(1))
        source = S3Source("shop", "flags.json", client=client, timeout=60.0)
        first = source.fetch(None)
        assert isinstance(first, Fetched)
        assert first.document == text(1)
        assert source.fetch(first) is UNCHANGED
    finally:
        server.stop()
    with pytest.raises(SourceUnavailableError):
        source.fetch(first)


def test_aws_that_cannot_be_reached_in_time_is_named() -> None:
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
