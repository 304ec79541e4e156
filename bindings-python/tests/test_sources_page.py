"""The page on sources: its code runs."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws
from openfeature import api

from documents import document, flag
from isoflag import FlagClient, Flags
from isoflag.source import dynamodb_layout as layout
from local_server import LocalServer, serving
from pages import Page

PAGE = Page("docs/sources.md")
DOCUMENT = document(flag("new-checkout", True, False), segments={}, meta={"version": 3})
PROFILE = {"search": {"enabled": True}}


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    with serving() as server:
        monkeypatch.setenv("AWS_APPCONFIG_EXTENSION_HTTP_PORT", str(server.port))
        yield server


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    text = json.dumps(DOCUMENT).encode()
    # moto has no appconfigdata.
    session = boto3.client("appconfigdata")
    stubber = Stubber(session)
    token = "t" * 8
    stubber.add_response("start_configuration_session", {"InitialConfigurationToken": token})
    stubber.add_response(
        "get_latest_configuration",
        {
            "Configuration": StreamingBody(io.BytesIO(text), len(text)),
            "NextPollConfigurationToken": token,
        },
    )
    stubber.activate()
    make = boto3.session.Session.client

    def client(self: Any, name: str, **options: Any) -> Any:
        return session if name == "appconfigdata" else make(self, name, **options)

    monkeypatch.setattr(boto3.session.Session, "client", client)
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="shop-flags")
        s3.put_object(Bucket="shop-flags", Key="prod.json", Body=text)
        table = boto3.client("dynamodb")
        keys = {layout.PARTITION_KEY: "HASH", layout.SORT_KEY: "RANGE"}
        table.create_table(
            TableName="launchdarkly-prod",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        for item in (
            layout.encode_item("shop:features", DOCUMENT["flags"]["new-checkout"]),
            layout.encode_meta(DOCUMENT["meta"], "shop"),
            layout.inited_item("shop"),
        ):
            table.put_item(TableName="launchdarkly-prod", Item=item)
        yield


@pytest.mark.usefixtures("aws")
def test_the_code_of_the_page_runs(
    agent: LocalServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flags.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    names = PAGE.run()
    assert names["flags"].bool_variation("search", {"key": "mia"}, False) is True
    for comment in re.findall(r"^(flags\.\S.*?)  # (.*)$", PAGE.text, re.MULTILINE):
        assert repr(eval(comment[0], names)) == comment[1]  # noqa: S307

    agent.body = json.dumps(DOCUMENT).encode()
    digest = Flags.from_dict(DOCUMENT).digest
    for name in ("client", "agent", "session", "table", "bucket"):
        client = names[name]
        assert isinstance(client, FlagClient)
        status = client.refresh(force=True)
        assert (name, status.error, status.digest) == (name, None, digest)
    agent.body = json.dumps(PROFILE).encode()
    assert names["features"].bool_variation("search", {"key": "mia"}, False) is True
    assert names["own"].refresh().ready
    assert names["shop"].get_boolean_value("new-checkout", False, names["EvaluationContext"]("mia"))
    printed = capsys.readouterr().out
    assert "flags 3\n" in printed
    assert '"_aws":' in printed
    assert '{"activity":1,' in printed
    api.clear_providers()
