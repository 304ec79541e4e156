"""Pages that use AWS: their code runs."""

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
from mangum import Mangum
from moto import mock_aws
from openfeature import api

from config_pages import cors_of
from documents import document, flag
from dynamodb_tables import new_table
from isoflag import FlagClient, Flags
from isoflag.source import dynamodb_layout as layout
from isoflag.store import DynamoDbFeatureStore
from isoflag.sync import DocumentFetch, plan, sign
from lambda_events import SCHEDULES, LambdaContext, http_event
from local_server import ScriptedServer, scripted_server
from pages import TOP, Page

CONFIG = Page("docs/config-and-sync.md")
pytestmark = pytest.mark.usefixtures("aws_credentials")

SHOP = "https://shop.example"
VISIBLE = {"usingEnvironmentId": True}


def shop(*, on: bool) -> dict[str, Any]:
    """Returns a document with a flag for paying users."""
    rule = {
        "id": "pro",
        "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}],
        "variation": 1,
    }
    each = flag("feature-x", False, True, on=on, rules=[rule], clientSideAvailability=VISIBLE)
    return document({**each, "version": 1 if on else 2}, segments={})


def test_the_code_of_the_config_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = [shop(on=True), shop(on=False)]
    monkeypatch.setattr(DocumentFetch, "__call__", lambda _: json.dumps(fetched[0]).encode())
    with mock_aws():
        new_table(boto3.client("dynamodb"), "launchdarkly-live")
        names = CONFIG.run()

        headers = {"Origin": SHOP}
        query = {"visitor": "mia"}
        paying = {"lambda": {"plan": "pro"}}
        ask = http_event(headers=headers, query=query, authorizer=paying)
        assert names["config"](ask, None)["statusCode"] == 503

        assert names["sync"](SCHEDULES["a rule"], None)["statusCode"] == 200
        names["client"].refresh(force=True)
        config = names["config"](ask, None)
        assert json.loads(config["body"]) == {"isFeatureXEnabled": True}
        assert config["headers"]["Access-Control-Allow-Origin"] == SHOP
        free = names["config"](http_event(query=query), None)
        assert json.loads(free["body"]) == {"isFeatureXEnabled": False}
        assert names["config"](http_event(), None)["statusCode"] == 400
        body = '{"context": {"targetingKey": "mia", "plan": "pro"}}'
        answer = names["evaluate_flags"](http_event("POST", body=body), None)
        assert json.loads(answer["body"])["flags"][0]["value"] is True
        submitted = names["submit"](ask, None)
        assert (submitted["statusCode"], *cors_of(submitted)) == (201, *cors_of(config))
        order = http_event("POST", "/orders", query=query, authorizer=paying)
        routes: list[Any] = [names["app"].resolve, Mangum(names["api"], lifespan="off")]
        for route in routes:
            taken = route(order, LambdaContext(1000))
            assert (taken["statusCode"], json.loads(taken["body"])) == (200, {"taken": True})

        del fetched[0]
        signature = {"X-LD-Signature": sign(b"{}", names["webhook_secret"]())}
        forged = http_event("POST", headers={"X-LD-Signature": "0"}, body="{}")
        assert names["sync"](forged, None)["statusCode"] == 401
        webhook = http_event("POST", headers=signature, body="{}")
        assert names["sync"](webhook, None)["statusCode"] == 200
        names["client"].refresh(force=True)
        assert names["submit"](ask, None)["statusCode"] == 503
        for route in routes:
            refused = route(order, LambdaContext(1000))
            retry_after = {name.lower(): value for name, value in refused["headers"].items()}
            assert (refused["statusCode"], retry_after["retry-after"]) == (503, "60")


def test_the_values_on_the_config_page_are_correct() -> None:
    names: dict[str, Any] = {"plan": plan}
    claims = 0
    for block in CONFIG.blocks:
        if "store" not in block or "sync = " in block or "client" in block:
            continue
        for line in block.splitlines():
            claim = re.fullmatch(r"(.*\S)  # (.*)", line)
            if claim is None:
                exec(compile(line, CONFIG.name, "exec"), names)  # noqa: S102
            else:
                claims += 1
                assert repr(eval(claim[1], names)) == claim[2]  # noqa: S307
    assert claims == 2


def test_the_config_page_lists_the_calls_that_a_role_needs() -> None:
    """The page lists exactly the calls of the store."""
    source = Path(str(DynamoDbFeatureStore.__module__).replace(".", "/") + ".py")
    text = (TOP / "bindings-python" / "python" / source).read_text(encoding="utf-8")
    called = set(re.findall(r"self\._client\.(\w+_item)\(", text)) | {"query"}
    assert 'get_paginator("query")' in text
    names = {"".join(part.title() for part in call.split("_")) for call in called}
    needs = re.search(
        r"It needs\n`dynamodb:(.*?)`, and a reserved|It needs\n(.*?), and a reserved",
        CONFIG.text,
        re.DOTALL,
    )
    assert needs is not None
    assert set(re.findall(r"\b[A-Z]\w+", needs[0].removeprefix("It"))) == names


# --- sources ---


SOURCES = Page("docs/sources.md")
SOURCES_DOCUMENT = document(flag("new-checkout", True, False), segments={}, meta={"version": 3})
PROFILE = {"search": {"enabled": True}}


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        monkeypatch.setenv("AWS_APPCONFIG_EXTENSION_HTTP_PORT", str(server.port))
        yield server


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    text = json.dumps(SOURCES_DOCUMENT).encode()
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
        new_table(table, "launchdarkly-prod")
        for item in (
            layout.encode_item("shop:features", SOURCES_DOCUMENT["flags"]["new-checkout"]),
            layout.encode_meta(SOURCES_DOCUMENT["meta"], "shop"),
            layout.inited_item("shop"),
        ):
            table.put_item(TableName="launchdarkly-prod", Item=item)
        yield


@pytest.mark.usefixtures("aws_credentials", "aws")
def test_the_code_of_the_sources_page_runs(
    agent: ScriptedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flags.json").write_text(json.dumps(SOURCES_DOCUMENT), encoding="utf-8")
    names = SOURCES.run()
    assert names["flags"].bool_variation("search", {"key": "mia"}, False) is True
    for comment in re.findall(r"^(flags\.\S.*?)  # (.*)$", SOURCES.text, re.MULTILINE):
        assert repr(eval(comment[0], names)) == comment[1]  # noqa: S307

    agent.body = json.dumps(SOURCES_DOCUMENT).encode()
    digest = Flags.from_dict(SOURCES_DOCUMENT).digest
    for name in ("client", "agent", "session", "table", "bucket"):
        client = names[name]
        assert isinstance(client, FlagClient)
        # The default is too short for a busy machine.
        client._source.timeout = 60.0  # type: ignore[attr-defined] # noqa: SLF001
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
