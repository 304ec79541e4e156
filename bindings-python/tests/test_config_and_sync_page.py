"""The page on `/config` and the pipeline: its code runs, and it names what a role needs."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from documents import document, flag
from dynamodb_tables import CREDENTIALS, new_table
from isoflag.store import DynamoDbFeatureStore
from isoflag.sync import DocumentFetch, plan, sign
from lambda_events import SCHEDULES, http_event
from pages import Page

TESTS = Path(__file__).parent
PAGE = Page("docs/config-and-sync.md")
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


def test_the_code_of_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS["aws_secret_access_key"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", CREDENTIALS["region_name"])
    fetched = [shop(on=True), shop(on=False)]
    monkeypatch.setattr(DocumentFetch, "__call__", lambda _: json.dumps(fetched[0]).encode())
    with mock_aws():
        new_table(boto3.client("dynamodb"), "launchdarkly-live")
        names = PAGE.run()

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
        assert names["submit"](ask, None)["statusCode"] == 201

        del fetched[0]
        signature = {"X-LD-Signature": sign(b"{}", names["webhook_secret"]())}
        forged = http_event("POST", headers={"X-LD-Signature": "0"}, body="{}")
        assert names["sync"](forged, None)["statusCode"] == 401
        webhook = http_event("POST", headers=signature, body="{}")
        assert names["sync"](webhook, None)["statusCode"] == 200
        names["client"].refresh(force=True)
        assert names["submit"](ask, None)["statusCode"] == 503


def test_what_the_page_says_of_its_values_is_so() -> None:
    names: dict[str, Any] = {"plan": plan}
    claims = 0
    for block in PAGE.blocks:
        if "store" not in block or "sync = " in block or "client" in block:
            continue
        for line in block.splitlines():
            claim = re.fullmatch(r"(.*\S)  # (.*)", line)
            if claim is None:
                exec(compile(line, PAGE.name, "exec"), names)  # noqa: S102
            else:
                claims += 1
                assert repr(eval(claim[1], names)) == claim[2]  # noqa: S307
    assert claims == 2


def test_the_page_names_the_calls_that_a_role_needs() -> None:
    """The page lists exactly the calls of the store."""
    source = Path(str(DynamoDbFeatureStore.__module__).replace(".", "/") + ".py")
    text = (TESTS.parent / "python" / source).read_text(encoding="utf-8")
    called = set(re.findall(r"self\._client\.(\w+_item)\(", text)) | {"query"}
    assert 'get_paginator("query")' in text
    names = {"".join(part.title() for part in call.split("_")) for call in called}
    needs = re.search(
        r"It needs\n`dynamodb:(.*?)`, and a reserved|It needs\n(.*?), and a reserved",
        PAGE.text,
        re.DOTALL,
    )
    assert needs is not None
    assert set(re.findall(r"\b[A-Z]\w+", needs[0].removeprefix("It"))) == names
