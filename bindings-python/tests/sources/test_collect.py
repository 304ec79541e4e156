"""Documents of several accounts are collected at the same time; one failure stops no other."""

import gzip
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from dynamodb_tables import CREDENTIALS, client_of, new_table
from isoflag import Flags
from isoflag.collect import AccountsError, collect, main, read_accounts
from isoflag.store import DynamoDbFeatureStore
from isoflag.sync import plan
from local_server import Request, Response, port_of, serve

pytestmark = pytest.mark.usefixtures("aws_credentials")

DOCUMENT = (
    b'{"flags": {"f": {"key": "f", "version": 1, "on": false}}, "segments": {},'
    b' "meta": {"version": 7}}'
)
PROFILE = b'{"f": {"enabled": true, "lastModifiedTimestamp": 5}}'
DIGEST = Flags.from_json(DOCUMENT).digest


def accounts(folder: Path, documents: dict[str, Any], **members: Any) -> Path:
    file = folder / "accounts.json"
    file.write_text(json.dumps({"documents": documents, "timeout": 30, **members}))
    return file


def test_documents_come_from_every_origin(
    tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = boto3.client("s3", endpoint_url=endpoint, **CREDENTIALS)
    bucket = f"flags-{uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a/flags.json", Body=gzip.compress(DOCUMENT))
    dynamodb = client_of(endpoint)
    table = new_table(dynamodb)
    store = DynamoDbFeatureStore(table, client=dynamodb)
    store.write(plan(store.document(), json.loads(DOCUMENT)))
    (tmp_path / "local.json").write_bytes(DOCUMENT)
    requests: list[Request] = []

    def respond(request: Request) -> Response:
        requests.append(request)
        path = request.target.partition("?")[0]
        versions = "/applications/a/configurationprofiles/p/hostedconfigurationversions"
        if path == "/configurationsessions":
            return 201, {}, b'{"InitialConfigurationToken": "1"}'
        if path == versions:
            items = [{"VersionNumber": 3}, {"VersionNumber": 12}]
            return 200, {}, json.dumps({"Items": items}).encode()
        if path == "/configuration":
            return 200, {"Next-Poll-Configuration-Token": "2"}, PROFILE
        return 200, {"Content-Type": "application/json"}, DOCUMENT

    monkeypatch.setenv("LD_KEY", "sdk-1")
    with serve(respond) as address:
        aws = {"endpoint": endpoint, "region": "us-east-1"}
        here = {"endpoint": address, "region": "us-east-1"}
        role = {"role": "arn:aws:iam::123456789012:role/reader", "external_id": "isoflag"}
        file = accounts(
            tmp_path,
            {
                "local": {"file": "local.json"},
                "web": {"url": f"{address}/flags.json"},
                "live": {"launchdarkly": f"{address}/sdk/latest-all", "token_env": "LD_KEY"},
                "bucket": {"s3": f"{bucket}/a/flags.json", **aws, **role},
                "table": {"dynamodb": table, **aws},
                "profile": {"appconfig": "shop/live/flags", **here},
                "agent": {
                    "appconfig_agent": "shop/live/flags",
                    "host": "127.0.0.1",
                    "port": port_of(address),
                },
                "latest": {"appconfig_hosted": "a/p", **here},
                "pinned": {"appconfig_hosted": "a/p", "version": 4, **here},
            },
        )
        report = collect(read_accounts(file), tmp_path / "out" / "documents")
    assert report.failed == []
    digests = {each.name: each.digest for each in report.documents}
    assert {name for name, digest in digests.items() if digest == DIGEST} == {
        "local",
        "web",
        "live",
        "bucket",
        "agent",
        "latest",
        "pinned",
        "table",
    }
    for each in report.documents:
        written = Flags.from_json(Path(each.file).read_bytes())
        assert (written.digest, len(written.keys())) == (each.digest, each.flags)
        assert next(iter(written.keys())) == "f"
    profile = Flags.from_json((tmp_path / "out/documents/profile.json").read_bytes())
    assert profile.digest == Flags.from_appconfig(PROFILE).digest
    tokens = {each.target: each.headers.get("authorization") for each in requests}
    assert tokens["/sdk/latest-all"] == "sdk-1"
    assert tokens["/flags.json"] is None
    versions = [target.rpartition("/")[2] for target in tokens if "versions/" in target]
    assert sorted(versions) == ["12", "4"]


def test_a_failure_is_reported_and_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Request) -> Response:
        error = b"<Error><Code>AccessDenied</Code><Message>no\nway</Message></Error>"
        body = b"<ErrorResponse>" + error + b"</ErrorResponse>"
        return 403, {"Content-Type": "text/xml"}, body

    (tmp_path / "good.json").write_bytes(DOCUMENT)
    (tmp_path / "cut.json").write_bytes(DOCUMENT[:30])
    (tmp_path / "large.json.gz").write_bytes(gzip.compress(DOCUMENT)[:-9])
    out = tmp_path / "out"
    out.mkdir()
    (out / "cut.json").write_bytes(b"before")
    with serve(refuse) as address:
        role = {"role": "arn:aws:iam::1:role/reader", "region": "eu-west-1", "endpoint": address}
        file = accounts(
            tmp_path,
            {
                "missing": {"file": "no-such.json"},
                "role": {"s3": "bucket/key", **role},
                "good": {"file": "good.json"},
                "cut": {"file": "cut.json"},
                "gzip": {"file": "large.json.gz"},
                "token": {"url": f"{address}/x", "token_env": "NO_SUCH_VARIABLE"},
                "forbidden": {"url": f"{address}/x"},
            },
        )
        code = main([str(file), "--out", str(out)])
    assert code == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    for name, message in {
        "missing": "no-such.json: the file does not exist",
        "role": "arn:aws:iam::1:role/reader: AWS refused access",
        "cut": "; the earlier file is kept",
        "gzip": "the gzip data is cut off",
        "token": "the variable `NO_SUCH_VARIABLE` of `token_env` is not set",
        "forbidden": "status 403",
    }.items():
        (line,) = [line for line in lines if line.startswith(f"{name}: error: ")]
        assert message in line
    assert f"good: 1 flag, version 7, {DIGEST}" in lines
    # Nothing is half written.
    assert sorted(each.name for each in out.iterdir()) == ["cut.json", "good.json", "report.json"]
    assert (out / "cut.json").read_bytes() == b"before"
    report = json.loads((out / "report.json").read_text())
    assert (report["collected"], len(report["failed"])) == (1, 6)
    assert report["documents"][2]["digest"] == DIGEST


def test_documents_are_fetched_at_the_same_time(tmp_path: Path) -> None:
    all_are_here = threading.Barrier(3, timeout=60)

    def respond(_: Request) -> Response:
        all_are_here.wait()
        return 200, {}, DOCUMENT

    with serve(respond) as address:
        file = accounts(tmp_path, {name: {"url": f"{address}/{name}"} for name in "abc"})
        assert collect(read_accounts(file), tmp_path / "out").failed == []


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ({}, "no documents"),
        ({"a/b": {"file": "x"}}, "invalid name"),
        ({"report": {"file": "x"}}, "invalid name"),
        ({"a": "x"}, "expected a table"),
        ({"a": {}}, "expected one origin of"),
        ({"a": {"file": "x", "url": "y"}}, "found `file` and `url`"),
        ({"a": {"file": "x", "role": "y"}}, "`file` has no option `role`"),
        ({"a": {"file": 7}}, "`documents.a`.file: expected text"),
        ({"a": {"s3": "bucket"}}, "invalid address `bucket`: expected `bucket/key`"),
        ({"a": {"appconfig": "a/b/c/d"}}, "expected `application/environment/profile`"),
        ({"a": {"appconfig_hosted": "a/b", "version": "1"}}, "version: expected an integer"),
        ({"a": {"s3": "a/b", "region": 7}}, "region: expected text"),
        ({"a": {"file": "x", "timeout": 0}}, "expected seconds"),
        ({"a": {"file": "x"}, "A": {"file": "y"}}, "`a` and `A` would be one file"),
    ],
)
def test_an_invalid_list_is_rejected_before_anything_is_fetched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], documents: Any, message: str
) -> None:
    file = accounts(tmp_path, documents)
    with pytest.raises(AccountsError, match=r"accounts\.json") as raised:
        read_accounts(file)
    assert message in str(raised.value)
    assert main([str(file), "--out", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_list_that_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for file in (tmp_path / "none.json", broken, tmp_path):
        with pytest.raises(AccountsError):
            read_accounts(file)
    with pytest.raises(AccountsError, match="unknown member `x`"):
        read_accounts(accounts(tmp_path, {"a": {"file": "x"}}, x=1))
    assert main([str(accounts(tmp_path, {"a": {"file": "x"}})), "--out", str(broken)]) == 2


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the standard library reads TOML from 3.11")
def test_the_list_may_be_toml(tmp_path: Path) -> None:
    (tmp_path / "flags.json").write_bytes(DOCUMENT)
    file = tmp_path / "accounts.toml"
    file.write_text('[documents.dev]\nfile = "flags.json"\n')
    out = tmp_path / "out"
    command = [sys.executable, "-m", "isoflag", "collect", str(file), "--out", str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"dev: 1 flag, version 7, {DIGEST}\n"
    assert (out / "dev.json").read_bytes() == DOCUMENT
    file.write_text("documents = [")
    with pytest.raises(AccountsError, match="is not valid TOML"):
        read_accounts(file)
