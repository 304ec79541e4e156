"""Runs the Lambda examples of the documentation unchanged."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import load as load_template

from lambda_events import http_event
from loopback import Answer, Asked, serve
from shop import shop_text

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SPA = "https://shop.example"
JONAS = {"visitor": "jonas", "country": "DE"}


class Agent:
    """A stand-in for the AppConfig Agent on its port."""

    def __init__(self) -> None:
        self.document = shop_text()
        self.asked: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked.target)
        headers = {"Content-Type": "application/json", "Configuration-Version": "1"}
        return 200, headers, self.document.encode()

    def switch(self, key: str, *, on: bool) -> None:
        document = json.loads(self.document)
        document["flags"][key].update(on=on, rules=[], fallthrough={"variation": 1})
        document["meta"]["version"] += 1
        self.document = json.dumps(document)


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def app(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Imports the example like Lambda's runtime."""
    with serve(agent.answer) as address:
        monkeypatch.setenv("AWS_APPCONFIG_EXTENSION_HTTP_PORT", address.rpartition(":")[2])
        monkeypatch.setenv("APPCONFIG_APPLICATION", "shop")
        monkeypatch.setenv("APPCONFIG_ENVIRONMENT", "live")
        monkeypatch.setenv("APPCONFIG_PROFILE", "flags")
        monkeypatch.setenv("SPA_ORIGIN", SPA)
        spec = importlib.util.spec_from_file_location("app", EXAMPLES / "lambda" / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


@pytest.mark.parametrize("on", [True, False])
def test_the_page_and_the_endpoint_agree(app: ModuleType, agent: Agent, *, on: bool) -> None:
    agent.switch("express-delivery", on=on)
    config = app.handler(http_event(path="/config", query=JONAS, headers={"Origin": SPA}), None)
    assert json.loads(config["body"]) == {
        "isExpressDeliveryEnabled": on,
        "checkoutButton": "Buy now",
    }
    assert config["headers"]["Access-Control-Allow-Origin"] == SPA
    assert agent.asked == ["/applications/shop/environments/live/configurations/flags"]
    order = http_event("POST", "/express", query=JONAS, headers={"Origin": SPA})
    assert app.handler(order, None)["statusCode"] == (201 if on else 503)


def test_a_visitor_without_a_name_is_400(app: ModuleType) -> None:
    assert app.handler(http_event(path="/config"), None)["statusCode"] == 400
    assert app.handler(http_event("POST", "/express"), None)["statusCode"] == 400


def test_another_path_is_404(app: ModuleType) -> None:
    assert app.handler(http_event(path="/"), None)["statusCode"] == 404


def test_without_its_agent_the_function_says_so(app: ModuleType, agent: Agent) -> None:
    agent.document = "<html>"
    assert app.handler(http_event(path="/config", query=JONAS), None)["statusCode"] == 503
    assert app.handler(http_event("POST", "/express", query=JONAS), None)["statusCode"] == 503


def test_cfn_lint_passes_the_template() -> None:
    linted = subprocess.run(  # noqa: S603
        [
            str(Path(sys.executable).with_name("cfn-lint")),
            "--regions",
            "eu-central-1",
            "--",
            str(EXAMPLES / "lambda" / "template.yaml"),
        ],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_template_refers_to_what_it_has() -> None:
    """Checks references, which cfn-lint skips because SAM adds resources to a template."""
    template = load_template(str(EXAMPLES / "lambda" / "template.yaml"))
    parameters, resources = template["Parameters"], template["Resources"]
    referred = list(references(template))
    assert {"Layer", "AppConfigExtension", "Origin"} <= set(referred)
    # SAM creates the last one from `FunctionUrlConfig`.
    assert set(referred) <= {*parameters, *resources, "FunctionUrl"}
    assert set(parameters) <= set(referred)
    given = resources["Function"]["Properties"]["Environment"]["Variables"]
    read = re.findall(r'os\.environ\["(\w+)"\]', (EXAMPLES / "lambda" / "app.py").read_text())
    assert read
    assert set(read) <= set(given)


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


def test_the_demo_of_the_pipeline_tells_no_wrong() -> None:
    told = subprocess.run(  # noqa: S603
        [sys.executable, str(EXAMPLES / "pipeline" / "demo.py")],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count("\n  ok ") == 25
    assert "WRONG" not in told.stdout
    assert told.stdout.endswith("Every answer was the document's.\n")
    assert told.stderr == ""
