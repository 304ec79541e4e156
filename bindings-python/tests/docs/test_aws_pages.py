"""Pages and examples that use AWS: their code runs."""

import importlib.util
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from cfnlint.decode.cfn_yaml import load as load_template
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
from shop import shop_document, shop_text

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


# --- the Lambda examples ---


EXAMPLES = TOP / "examples"
SPA = "https://shop.example"
JONAS = {"visitor": "jonas", "country": "DE"}


@pytest.fixture
def app(agent: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Imports the example like Lambda's runtime."""
    agent.body = shop_text().encode()
    monkeypatch.setenv("APPCONFIG_APPLICATION", "shop")
    monkeypatch.setenv("APPCONFIG_ENVIRONMENT", "live")
    monkeypatch.setenv("APPCONFIG_PROFILE", "flags")
    monkeypatch.setenv("SPA_ORIGIN", SPA)
    spec = importlib.util.spec_from_file_location("app", EXAMPLES / "lambda" / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("on", [True, False])
def test_the_page_and_the_endpoint_agree(
    app: ModuleType, agent: ScriptedServer, *, on: bool
) -> None:
    document = shop_document()
    document["flags"]["express-delivery"].update(on=on, rules=[], fallthrough={"variation": 1})
    agent.body = json.dumps(document).encode()
    config = app.handler(http_event(path="/config", query=JONAS, headers={"Origin": SPA}), None)
    assert json.loads(config["body"]) == {
        "isExpressDeliveryEnabled": on,
        "checkoutButton": "Buy now",
    }
    assert config["headers"]["Access-Control-Allow-Origin"] == SPA
    (request,) = agent.requests
    assert request.target == "/applications/shop/environments/live/configurations/flags"
    order = http_event("POST", "/express", query=JONAS, headers={"Origin": SPA})
    assert app.handler(order, None)["statusCode"] == (201 if on else 503)


def test_a_visitor_without_a_name_is_400(app: ModuleType) -> None:
    assert app.handler(http_event(path="/config"), None)["statusCode"] == 400
    assert app.handler(http_event("POST", "/express"), None)["statusCode"] == 400


def test_another_path_is_404(app: ModuleType) -> None:
    assert app.handler(http_event(path="/"), None)["statusCode"] == 404


def test_without_its_agent_the_function_returns_503(app: ModuleType, agent: ScriptedServer) -> None:
    agent.body = b"<html>"
    assert app.handler(http_event(path="/config", query=JONAS), None)["statusCode"] == 503
    assert app.handler(http_event("POST", "/express", query=JONAS), None)["statusCode"] == 503


TEMPLATES = {
    "lambda": {"Layer", "AppConfigExtension", "Origin"},
    "rollout": {"Layer", "FlagsTable", "Failures"},
}
"""The templates, and some of the names that each refers to."""


@pytest.mark.parametrize("folder", TEMPLATES)
def test_cfn_lint_passes_the_template(folder: str) -> None:
    linted = subprocess.run(  # noqa: S603
        [
            str(Path(sys.executable).with_name("cfn-lint")),
            "--regions",
            "eu-central-1",
            "--",
            str(EXAMPLES / folder / "template.yaml"),
        ],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("folder", TEMPLATES)
def test_the_references_of_the_template_resolve(folder: str) -> None:
    """Checks references, which cfn-lint skips because SAM adds resources to a template."""
    template = load_template(str(EXAMPLES / folder / "template.yaml"))
    parameters, resources = template["Parameters"], template["Resources"]
    referred = list(references(template))
    assert TEMPLATES[folder] <= set(referred)
    # SAM creates the last one from `FunctionUrlConfig`.
    assert set(referred) <= {*parameters, *resources, "FunctionUrl"}
    assert set(parameters) <= set(referred)
    given = resources["Function"]["Properties"]["Environment"]["Variables"]
    read = re.findall(r'os\.environ\["(\w+)"\]', (EXAMPLES / folder / "app.py").read_text())
    assert read
    assert set(read) <= set(given)


def test_the_function_advances_the_plans_of_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAGS_TABLE", "flags")
    stages = [{"share": 5, "duration": "24h"}, {"share": 100}]
    each = flag("new", True, False, on=False, offVariation=1)
    each["lifecycle"] = {"rollout": {"stages": stages, "alarms": ["errors"]}}
    with mock_aws():
        new_table(boto3.client("dynamodb"), "flags")
        store = DynamoDbFeatureStore("flags")
        store.write(plan(None, document(each, segments={})))
        spec = importlib.util.spec_from_file_location("app", EXAMPLES / "rollout" / "app.py")
        assert spec is not None
        assert spec.loader is not None
        app = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(app)
        answer = app.handler(SCHEDULES["a rule"], LambdaContext(30_000))
        assert answer["decisions"][0]["alarms"] == ["errors"]
        boto3.client("cloudwatch").put_metric_alarm(
            AlarmName="errors",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
        answer = app.handler(SCHEDULES["a rule"], LambdaContext(30_000))
        assert [one["decision"] for one in answer["decisions"]] == ["next stage"]
        found = store.get("features", "new")
        assert found is not None
        assert found["on"] is True


def references(part: Any) -> Iterator[str]:
    """Returns every name of the template that a part of it refers to."""
    if isinstance(part, dict):
        for name, value in part.items():
            match name:
                case "Ref":
                    yield value
                case "Fn::GetAtt":
                    yield value[0]
                case "Fn::Sub":
                    yield from re.findall(r"\$\{(\w+)\}", value)
                case _:
                    yield from references(value)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_the_demo_of_the_pipeline_succeeds() -> None:
    demo = subprocess.run(  # noqa: S603
        [sys.executable, str(EXAMPLES / "pipeline" / "demo.py")],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert demo.stdout.count("\n  ok ") == 25
    assert "WRONG" not in demo.stdout
    assert demo.stdout.endswith("Every response matched the document.\n")
    assert demo.stderr == ""
