"""The stack of the examples: its template is complete, and its functions answer."""

import importlib
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
from cfnlint.decode.cfn_yaml import load as load_template
from moto import mock_aws

from documents import document, flag, shop_document, shop_text
from dynamodb_tables import new_table
from isoflag import Flags
from isoflag.store import DynamoDbFeatureStore
from isoflag.sync import DocumentFetch, plan, sign
from lambda_events import SCHEDULES, LambdaContext, http_event
from local_server import ScriptedServer, scripted_server
from pages import TOP, Page

STACK = TOP / "examples" / "stack"
TEMPLATE: dict[str, Any] = load_template(str(STACK / "template.yaml"))
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
SPA = "https://shop.example"
JONAS = {"visitor": "jonas", "country": "DE"}
pytestmark = pytest.mark.usefixtures("aws_credentials")


# --- the template ---


def test_cfn_lint_passes_the_template() -> None:
    linter = str(Path(sys.executable).with_name("cfn-lint"))
    linted = subprocess.run(  # noqa: S603
        [linter, "--regions", "eu-central-1", "--", str(STACK / "template.yaml")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


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
                    yield from re.findall(r"\$\{([\w:]+)", value)
                case "Condition" if isinstance(value, str):
                    yield value
                case "Fn::If":
                    yield value[0]
                    yield from references(value[1:])
                case _:
                    yield from references(value)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_the_references_of_the_template_resolve() -> None:
    """Checks references, which cfn-lint skips because SAM adds resources to a template."""
    referred = {name for name in references(TEMPLATE) if not name.startswith("AWS::")}
    defined = {*TEMPLATE["Parameters"], *RESOURCES, *TEMPLATE["Conditions"]}
    assert referred <= defined
    assert {"Layer", "Table", "Failures", "StorefrontErrors", "FromLaunchDarkly"} <= referred
    assert {*TEMPLATE["Parameters"], *TEMPLATE["Conditions"]} <= referred


def test_an_unknown_reference_is_found() -> None:
    assert set(references({"a": [{"Fn::Sub": "${Tabel.Arn}"}, {"Ref": "X"}]})) == {"Tabel", "X"}


def test_the_code_and_the_variables_of_every_function_exist() -> None:
    folder = STACK / TEMPLATE["Globals"]["Function"]["CodeUri"]
    handlers = {properties["Handler"] for properties in FUNCTIONS.values()}
    assert handlers == {f"{path.stem}.handler" for path in folder.glob("*.py")}
    for properties in FUNCTIONS.values():
        text = (folder / properties["Handler"].replace(".handler", ".py")).read_text("utf-8")
        read = set(re.findall(r'os\.environ\["(\w+)"\]', text))
        assert read
        assert read <= set(properties["Environment"]["Variables"])


def test_the_layer_has_the_package() -> None:
    content = STACK / RESOURCES["Layer"]["Properties"]["ContentUri"]
    assert (content / "requirements.txt").read_text("utf-8").split() == ["isoflag"]


def test_the_first_version_in_appconfig_is_a_document() -> None:
    flags = Flags.from_json(RESOURCES["FirstVersion"]["Properties"]["Content"])
    assert flags.keys() == []
    assert {each["severity"] for each in flags.diagnostics} <= {"info"}


def test_a_function_may_call_what_its_page_lists() -> None:
    def actions(name: str) -> set[str]:
        (policy,) = FUNCTIONS[name]["Policies"]
        return {
            action.partition(":")[2]
            for statement in policy["Statement"]
            for action in [statement["Action"]]
            if isinstance(action, list) and action[0].startswith("dynamodb:")
            for action in action
        }

    def listed(page: str, pattern: str) -> set[str]:
        found = re.search(pattern, Page(page).text, re.DOTALL)
        assert found is not None
        return set(re.findall(r"(?:dynamodb:|`)(\w+Item|Query)`", found[0]))

    assert actions("Sync") == listed("docs/config-and-sync.md", r"It needs\n.*?a reserved")
    assert actions("Rollouts") == listed("docs/lifecycle.md", r"Its role needs\n.*?PutItem`")


# --- the functions ---


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports a function like Lambda's runtime, with these environment variables."""
    monkeypatch.syspath_prepend(str(STACK / "functions"))
    names = []

    def load(name: str, **environment: str) -> ModuleType:
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        names.append(name)
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    yield load
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        server.body = shop_text().encode()
        monkeypatch.setenv("AWS_APPCONFIG_EXTENSION_HTTP_PORT", str(server.port))
        yield server


@pytest.fixture
def storefront(agent: ScriptedServer, imported: Any) -> ModuleType:
    assert agent.port
    module: ModuleType = imported(
        "storefront",
        APPCONFIG_APPLICATION="shop",
        APPCONFIG_ENVIRONMENT="live",
        APPCONFIG_PROFILE="flags",
        FLAGS_TABLE="",
        SPA_ORIGIN=SPA,
    )
    return module


@pytest.mark.parametrize("on", [True, False])
def test_the_page_and_the_endpoint_agree(
    storefront: ModuleType, agent: ScriptedServer, *, on: bool
) -> None:
    written = shop_document()
    written["flags"]["express-delivery"].update(on=on, rules=[], fallthrough={"variation": 1})
    agent.body = json.dumps(written).encode()
    event = http_event(path="/config", query=JONAS, headers={"Origin": SPA})
    config = storefront.handler(event, None)
    assert json.loads(config["body"]) == {
        "isExpressDeliveryEnabled": on,
        "checkoutButton": "Buy now",
    }
    assert config["headers"]["Access-Control-Allow-Origin"] == SPA
    (request,) = agent.requests
    assert request.target == "/applications/shop/environments/live/configurations/flags"
    order = http_event("POST", "/express", query=JONAS, headers={"Origin": SPA})
    assert storefront.handler(order, None)["statusCode"] == (201 if on else 503)


def test_a_visitor_without_a_name_is_400(storefront: ModuleType) -> None:
    assert storefront.handler(http_event(path="/config"), None)["statusCode"] == 400
    assert storefront.handler(http_event("POST", "/express"), None)["statusCode"] == 400


def test_another_path_is_404(storefront: ModuleType) -> None:
    assert storefront.handler(http_event(path="/"), None)["statusCode"] == 404


def test_without_its_agent_the_function_returns_503(
    storefront: ModuleType, agent: ScriptedServer
) -> None:
    agent.body = b"<html>"
    config = http_event(path="/config", query=JONAS)
    assert storefront.handler(config, None)["statusCode"] == 503
    order = http_event("POST", "/express", query=JONAS)
    assert storefront.handler(order, None)["statusCode"] == 503


def test_a_webhook_fills_the_table_that_the_page_reads(
    imported: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DocumentFetch, "__call__", lambda _: shop_text().encode())
    with mock_aws():
        new_table(boto3.client("dynamodb"), "flags")
        secret = json.dumps({"sdkKey": "sdk", "webhookSecret": "shared"})
        boto3.client("secretsmanager").create_secret(Name="launchdarkly", SecretString=secret)
        sync = imported(
            "launchdarkly_sync",
            FLAGS_TABLE="flags",
            FLAGS_URL="https://sdk.launchdarkly.com/sdk/latest-all",
            SECRET="launchdarkly",  # noqa: S106 (its name)
        )
        for key, status in (("guessed", 401), ("shared", 200)):
            signed = {"X-LD-Signature": sign(b"{}", key)}
            event = http_event("POST", "/webhook", headers=signed, body="{}")
            assert sync.handler(event, LambdaContext(30_000))["statusCode"] == status
        assert sync.handler(SCHEDULES["a rule"], LambdaContext(30_000))["statusCode"] == 200

        storefront = imported("storefront", FLAGS_TABLE="flags", SPA_ORIGIN=SPA)
        config = storefront.handler(http_event(path="/config", query=JONAS), None)
        assert config["headers"]["Isoflag-Document"] == Flags.from_json(shop_text()).digest


def test_the_function_advances_the_plans_of_its_table(imported: Any) -> None:
    stages = [{"share": 5, "duration": "24h"}, {"share": 100}]
    each = flag("new", True, False, on=False, offVariation=1)
    each["lifecycle"] = {"rollout": {"stages": stages, "alarms": ["errors"]}}
    with mock_aws():
        new_table(boto3.client("dynamodb"), "flags")
        store = DynamoDbFeatureStore("flags")
        store.write(plan(None, document(each, segments={})))
        rollouts = imported("rollouts", FLAGS_TABLE="flags")
        answer = rollouts.handler(SCHEDULES["a rule"], LambdaContext(30_000))
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
        answer = rollouts.handler(SCHEDULES["a rule"], LambdaContext(30_000))
        assert [one["decision"] for one in answer["decisions"]] == ["next stage"]
        found = store.get("features", "new")
        assert found is not None
        assert found["on"] is True


def test_the_page_fills_a_table_with_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (STACK / "flags.json").read_text("utf-8")
    (tmp_path / "flags.json").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    page = Page("examples/stack/README.md")
    with mock_aws():
        new_table(boto3.client("dynamodb"), "shop-Table-1A2B3C")
        page.run()
        assert DynamoDbFeatureStore("shop-Table-1A2B3C").document() == json.loads(text)


def test_the_demo_of_the_pipeline_succeeds() -> None:
    demo = subprocess.run(  # noqa: S603
        [sys.executable, str(STACK / "demo.py")],
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
