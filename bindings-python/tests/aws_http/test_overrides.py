"""Signed overrides of flags for one session: tokens, `/config`, the guard."""

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import pytest

from config_pages import MIA, body_of
from documents import flag, load
from isoflag import FlagClient, Flags
from isoflag.activity import Activity
from isoflag.aws_http import Guard, Request, SignedOverrides, config_response
from isoflag.pins import Pins
from lambda_events import HttpEvent, http_event
from pages import TOP
from scripted import Clock, ScriptedSource

CASES = json.loads((TOP / "conformance/overrides/cases.json").read_text(encoding="utf-8"))
SECRET = "a secret of at least 16 bytes"  # noqa: S105
FLAGS = load(
    flag("checkout", "classic", "one-page"),
    flag(
        "banner",
        False,
        True,
        prerequisites=[{"key": "checkout", "variation": 1}],
        fallthrough={"variation": 1},
    ),
    flag("gate", False, True),
)


def signed(clock: Clock | None = None, environment: str = "staging") -> SignedOverrides:
    return SignedOverrides(SECRET, environment=environment, clock=clock or Clock())


def overridden(overrides: SignedOverrides, token: str, flags: Flags = FLAGS) -> dict[str, Any]:
    """Returns the values that a request with a token gets."""
    event = http_event(headers={"Cookie": f"a=b; isoflag-overrides={token}; c=d"})
    change = overrides.change(Request.from_event(event))
    state = (flags if change is None else change(flags)).all_flags_state(MIA)
    return {key: value for key, value in state.items() if not key.startswith("$")}


PLAIN = {"checkout": "classic", "banner": False, "gate": False}


@pytest.mark.parametrize("case", CASES["valid"], ids=lambda case: case["name"])
def test_a_valid_token_sets_its_flags(case: dict[str, Any]) -> None:
    clock = Clock(CASES["now"])
    overrides = SignedOverrides(CASES["secret"], environment=CASES["environment"], clock=clock)
    for token in (case["token"], overrides.sign(case["overrides"], seconds=60)):
        found = overridden(overrides, token)
        assert {key: found[key] for key in case["overrides"]} == case["overrides"]
    clock.advance(60)
    assert overridden(overrides, case["token"]) == PLAIN


@pytest.mark.parametrize("case", CASES["ignored"], ids=lambda case: case["name"])
def test_another_token_is_ignored_and_logged_once(
    case: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(CASES["now"])
    overrides = SignedOverrides(CASES["secret"], environment=CASES["environment"], clock=clock)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert overridden(overrides, case["token"]) == PLAIN
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == (0 if case["reason"] == "none" else 1)
    assert all(case["reason"] in message for message in messages)


def test_values_without_a_document_are_ignored(caplog: pytest.LogCaptureFixture) -> None:
    overrides = signed()
    assert overridden(overrides, overrides.sign({"\ud800": 1, "checkout": 2}, seconds=5)) == PLAIN
    assert len(caplog.records) == 1


def test_a_prerequisite_follows_and_an_equal_variation_is_kept() -> None:
    overrides = signed()
    token = overrides.sign({"checkout": "one-page"}, seconds=5)
    assert overridden(overrides, token)["checkout"] == "one-page"
    change = overrides.change(Request.from_event(http_event(headers={"Isoflag-Overrides": token})))
    assert change is not None
    flags = change(FLAGS)
    assert flags.variation_detail("checkout", MIA, None).variation_index == 1
    assert flags.variation("banner", MIA, None) is True
    assert change(FLAGS) is flags
    other = load(flag("checkout", "a"))
    assert change(other).variation("checkout", MIA, None) == "one-page"


def test_config_serves_overrides_to_one_session(event: HttpEvent) -> None:
    overrides = signed()
    client = FlagClient(ScriptedSource(FLAGS.to_json().encode()))
    token = overrides.sign({"checkout": "one-page"}, seconds=5)

    def respond(headers: Mapping[str, str], holder: Flags | FlagClient) -> Any:
        request = event(headers=headers)
        options: dict[str, Any] = {"form": "plain", "keys": ["checkout"], "overrides": overrides}
        return config_response(request, holder, context=MIA, **options)

    for holder in (FLAGS, client):
        plain = respond({}, holder)
        assert body_of(plain) == {"checkout": "classic"}
        session = respond({"Cookie": f"isoflag-overrides={token}"}, holder)
        assert body_of(session) == {"checkout": "one-page"}
        assert session["headers"]["Cache-Control"] == "no-store"
        assert session["headers"]["ETag"] != plain["headers"]["ETag"]
        assert session["headers"]["Isoflag-Document"] != FLAGS.digest
        assert respond({}, holder)["headers"] == plain["headers"]


def test_the_gate_is_open_for_an_overridden_flag() -> None:
    overrides = signed()
    recent = flag("gate", False, True, lifecycle={"lastModifiedTimestamp": time.time() - 1})
    cookie = {"Cookie": f"isoflag-overrides={overrides.sign({'gate': True}, seconds=5)}"}
    for holder in (load(recent), FlagClient(ScriptedSource(load(recent).to_json().encode()))):
        response = config_response(
            http_event(headers=cookie),
            holder,
            context=MIA,
            form="plain",
            keys=["gate"],
            gate="gate",
            overrides=overrides,
        )
        assert body_of(response) == {"gate": True, "isBackendConsistent": True}


def test_the_guard_uses_the_same_overrides_and_honors_their_pin() -> None:
    overrides = signed()
    activity = Activity()
    source = ScriptedSource(FLAGS.to_json().encode())
    client = FlagClient(source, pins=Pins(), activity=activity)
    guard = Guard(client, context=MIA, overrides=overrides)
    assert guard.check(http_event(), "gate") is not None
    cookie = {"Cookie": f"isoflag-overrides={overrides.sign({'gate': True}, seconds=5)}"}
    assert guard.check(http_event(headers=cookie), "gate") is None
    bound = guard.bind(http_event(headers=cookie))
    assert bound.variation("gate", default=None) is True
    assert activity.to_dict()["flags"]["gate"]
    digest = str(bound.digest)  # type: ignore[union-attr]
    pinned = {**cookie, "Isoflag-Document": digest}
    assert guard.check(http_event(headers=pinned), "gate") is None
    refused = guard.check(http_event(headers={**cookie, "Isoflag-Document": FLAGS.digest}), "gate")
    assert refused is not None
    assert refused["statusCode"] == 409
    # Without the token nothing of it is left.
    assert guard.check(http_event(), "gate") is not None
    assert guard.check(http_event(headers={"Isoflag-Document": digest}), "gate") is not None


def test_nothing_is_overridden_before_the_first_document() -> None:
    overrides = signed()
    client = FlagClient(ScriptedSource(ConnectionError("down")))
    guard = Guard(client, context=MIA, overrides=overrides)
    cookie = {"Cookie": f"isoflag-overrides={overrides.sign({'gate': True}, seconds=5)}"}
    response = guard.check(http_event(headers=cookie), "gate")
    assert response is not None
    assert response["statusCode"] == 503


def test_secrets_and_tokens_have_limits() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        SignedOverrides("short", environment="staging")
    with pytest.raises(ValueError, match="set fewer flags"):
        signed().sign({"checkout": "x" * 4000}, seconds=5)
    overrides = SignedOverrides(SECRET.encode(), environment="staging", clock=Clock())
    assert overridden(overrides, signed().sign({"gate": True}, seconds=5))["gate"] is True


def test_few_documents_of_many_tokens_are_kept() -> None:
    overrides = signed()
    flags = load(flag("n", -1))
    kept = []
    for each in range(40):
        event = http_event(headers={"Isoflag-Overrides": overrides.sign({"n": each}, seconds=5)})
        change = overrides.change(Request.from_event(event))
        assert change is not None
        assert change(flags).variation("n", MIA, None) == each
        kept.append((change, change(flags)))
    assert sum(change(flags) is before for change, before in kept) <= 16
