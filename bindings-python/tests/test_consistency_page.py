"""The page on the consistency of documents: its code runs, and answers as it says."""

import json
import re
import time
from typing import Any

import isoflag
from config_pages import MIA, body_of
from documents import document, flag
from isoflag import DocumentHistory, FlagClient, Flags, PinError
from isoflag.aws_http import Guard, config_response
from isoflag.gate_times import GateTimes
from isoflag.pins import Pins
from lambda_events import http_event
from pages import Page
from scripted import Clock, ScriptedSource

PAGE = Page("docs/consistency/README.md")
KEY = "new-journey"
LONG_AGO = 1_700_000_000
STAMPED = {"lastModifiedTimestamp": LONG_AGO}


def written(*, on: bool = True, **lifecycle: Any) -> bytes:
    each = flag(KEY, True, False, on=on, offVariation=1, lifecycle={**STAMPED, **lifecycle})
    return json.dumps(document(each, segments={})).encode()


def run(text: bytes, **names: Any) -> dict[str, Any]:
    """Runs the page's code with a document and the names that the page assumes."""
    flags = Flags.from_json(text)
    client = FlagClient(ScriptedSource(text), gate=GateTimes(900, 3000))
    given = {
        "flags": flags,
        "document": text,
        "user": MIA,
        "time": time,
        "event": http_event(),
        "client": client,
        "config_response": config_response,
        "history": DocumentHistory(),
        "digest": flags.digest,
        "now_ms": 0.0,
        "PinError": PinError,
        "source": ScriptedSource(text),
        "bucket_by_digest": {}.get,
        "FlagClient": FlagClient,
        "Guard": Guard,
        "Pins": Pins,
        "visitor": MIA,
        "isoflag": isoflag,
    }
    return PAGE.run({**given, **names})


def test_the_code_of_the_page_runs() -> None:
    names = run(written())
    gate = names["gate"]
    assert (gate.enabled, gate.is_backend_consistent, gate.settled) == (True, True, True)
    assert names["receipt"].to_dict()["answer"]["value"] is True
    assert names["submit"](http_event("POST"), None) is None
    forged = {"Isoflag-Document": "sha256:" + "0" * 64}
    assert names["submit"](http_event("POST", headers=forged), None)["statusCode"] == 409


def test_the_code_of_the_page_refuses_what_is_off_or_not_held() -> None:
    names = run(written(on=False), digest="sha256:" + "0" * 64)
    assert names["gate"].enabled is False
    assert names["submit"](http_event("POST"), None)["statusCode"] == 503
    assert "error" not in names  # The one of the block that takes a pin has been caught.


def test_config_says_what_the_page_says_that_it_does() -> None:
    (call,) = re.findall(r"^config_response\(\n.*?^\)$", PAGE.text, re.DOTALL | re.MULTILINE)
    (said,) = re.findall(r"^# (\{\"isFeatureXEnabled.*)$", PAGE.text, re.MULTILINE)
    clock = Clock(LONG_AGO + 900)
    source = ScriptedSource(written())
    client = FlagClient(source, gate=GateTimes(900, 3000), clock=clock)
    names = {
        "event": http_event(),
        "client": client,
        "user": MIA,
        "config_response": config_response,
    }
    assert body_of(eval(call, names)) == json.loads(said)  # noqa: S307
    clock.pass_by(1)
    assert body_of(eval(call, names))["isBackendConsistent"] is True  # noqa: S307


def test_a_journey_ends_by_the_document_with_which_it_began() -> None:
    old, new = written(), written(on=False, offWaitsForPins=True)
    bucket = {Flags.from_json(old).digest: old}
    submit = run(new, source=ScriptedSource(new), bucket_by_digest=bucket.get)["submit"]
    assert submit(http_event("POST"), None)["statusCode"] == 503
    pin = {"Isoflag-Document": next(iter(bucket))}
    assert submit(http_event("POST", headers=pin), None) is None
