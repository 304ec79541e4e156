"""The gate in a client and in `/config`: the current time, and their own times."""

from typing import Any

import pytest

from config_pages import MIA, VISIBLE, Client, body_of, cors_of
from documents import USER, document, flag, load
from isoflag import FlagClient, Flags
from isoflag.aws_http import config_response
from isoflag.gate_times import GateTimes
from lambda_events import HttpEvent, http_event
from scripted import PATIENT, Clock, ScriptedSource, text

INTERVAL = "AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS"
TIMEOUT = "AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS"
NOW = Clock().now
KEY = "feature-x"


def client(stamp: float | None, **options: Any) -> tuple[FlagClient, Clock]:
    clock = Clock()
    source = ScriptedSource(text(True, stamp=None if stamp is None else int(stamp)))
    return FlagClient(source, **{**PATIENT, "ttl": 15, "clock": clock, **options}), clock


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [(None, 45), ("45", 45), ("45s", 45), ("5m", 300), ("1h", 3600), ("", 45), ("abc", 45)],
)
def test_the_gate_adds_the_intervals_of_the_agent_and_the_client(
    interval: str | None, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if interval is None:
        monkeypatch.delenv(INTERVAL, raising=False)
    else:
        monkeypatch.setenv(INTERVAL, interval)
    monkeypatch.setenv(TIMEOUT, "500ms")
    made, _ = client(NOW)
    assert made.gate == GateTimes(seconds + 15, 500)
    assert made.consistency("a", USER).remaining_seconds == seconds + 15


def test_the_gate_of_a_client_uses_its_clock() -> None:
    made, clock = client(NOW, gate=GateTimes(60, 3000))
    answers = []
    for seconds in (59, 1, 1, 63):
        gate = made.consistency("a", USER)
        assert made.bind(USER).consistency("a") == gate
        answers.append((gate.is_backend_consistent, gate.settled, gate.remaining_seconds))
        clock.advance(seconds)
    assert made.consistency("a", USER).settled
    assert answers == [(False, False, 60), (False, False, 1), (False, False, 1), (True, False, 0)]


def test_the_times_of_the_gate_can_be_passed() -> None:
    made, _ = client(NOW - 100, gate=GateTimes(900, 3000))
    assert made.consistency("a", USER).remaining_seconds == 800
    assert made.consistency("a", USER, ttl_seconds=99).remaining_seconds == 0
    assert made.consistency("a", USER, (NOW - 90) * 1000, 60).remaining_seconds == 50
    assert made.consistency("a", USER, ttl_seconds=0, poll_timeout_ms=99_999).settled
    assert not made.consistency("a", USER, ttl_seconds=0, poll_timeout_ms=100_000).settled


def test_before_the_first_document_nothing_is_consistent() -> None:
    made = FlagClient(ScriptedSource(OSError("down")))
    gate = made.consistency("a", USER)
    assert (gate.enabled, gate.is_backend_consistent, gate.settled) == (False, False, False)


# --- `/config` ---


def plain(flags: Any, event: HttpEvent = http_event, **options: Any) -> Any:
    """Returns the body of a response in the plain form."""
    return body_of(config_response(event(), flags, context=MIA, form="plain", **options))


def page(stamp: float | None, **members: Any) -> Flags:
    meta = {} if stamp is None else {"lastModifiedTimestamp": stamp}
    return load(
        flag(KEY, True, False, clientSideAvailability=VISIBLE),
        flag("off", True, False, on=False, offVariation=1, clientSideAvailability=VISIBLE),
        flag("hidden", True),
        meta=meta,
        **members,
    )


@pytest.mark.parametrize(("age", "consistent"), [(0, False), (899, False), (901, True)])
def test_the_plain_form_has_the_consistency_of_one_flag(
    age: int, consistent: bool, event: HttpEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isoflag._process.time.time", lambda: NOW + age)
    monkeypatch.setenv(INTERVAL, "15m")
    keys = {"isFeatureXEnabled": KEY}
    assert plain(page(NOW), event, keys=keys, gate="isFeatureXEnabled") == {
        "isFeatureXEnabled": True,
        "isBackendConsistent": consistent,
    }


def test_a_list_of_gates_is_reported_by_name() -> None:
    assert plain(page(0), keys=[KEY, "off", "hidden"], gate=[KEY, "off"]) == {
        KEY: True,
        "off": False,
        "hidden": True,
        "isBackendConsistent": {KEY: True, "off": False},
    }


def test_the_bootstrap_form_has_the_consistency_of_each_flag() -> None:
    response = config_response(http_event(), page(0), context=MIA, gate=[KEY, "off", "hidden"])
    state = body_of(response)["$flagsState"]
    assert state[KEY]["isBackendConsistent"] is True
    assert state["off"]["isBackendConsistent"] is False
    assert "hidden" not in state
    without = body_of(config_response(http_event(), page(0), context=MIA))
    for flag_state in state.values():
        del flag_state["isBackendConsistent"]
    assert without["$flagsState"] == state


def test_the_tag_changes_once_the_gate_has_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    flags, tags = page(NOW), []
    for age in (0, 899, 901, 902):
        monkeypatch.setattr("isoflag._process.time.time", lambda age=age: NOW + age)
        for gate in (KEY, [KEY]):
            response = config_response(
                http_event(),
                flags,
                context=MIA,
                form="plain",
                keys=[KEY],
                gate=gate,
                gate_ttl=900,
            )
            tags.append(response["headers"]["ETag"])
    assert tags[:2] == tags[2:4]
    assert tags[4:6] == tags[6:]
    assert len(set(tags)) == 4


def test_config_uses_the_times_of_the_client() -> None:
    made, clock = client(NOW, gate=GateTimes(900, 3000))
    clock.advance(901)
    source = ScriptedSource(
        b'{"meta": {"lastModifiedTimestamp": %d}, "flags": {"a": {"on": true, '
        b'"variations": [true], "fallthrough": {"variation": 0}}}}' % NOW
    )
    made = FlagClient(source, gate=GateTimes(900, 3000), clock=clock)
    for ttl, consistent in [(None, True), (902, False)]:
        body = plain(made, keys=["a"], gate="a", gate_ttl=ttl)
        assert body == {"a": True, "isBackendConsistent": consistent}


@pytest.mark.parametrize(
    "options",
    [
        {"form": "ofrep", "gate": KEY},
        {"form": "plain", "gate": KEY},
        {"form": "plain", "keys": ["isBackendConsistent"], "gate": "isBackendConsistent"},
    ],
)
def test_a_gate_for_a_flag_outside_the_response_is_rejected(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"`gate`|`keys`"):
        config_response(http_event(), page(0), context=MIA, **options)


def test_without_a_gate_the_body_has_no_consistency() -> None:
    for flags in (page(0), Client(page(0))):
        assert plain(flags, keys=[KEY]) == {KEY: True}


def test_cors_allows_the_document_header() -> None:
    headers = {"Origin": "https://shop.example"}
    origins = ["https://shop.example"]
    flags = load(*document(flag(KEY, True))["flags"].values())
    preflight = config_response(
        http_event("OPTIONS", headers=headers), flags, context=MIA, origins=origins
    )
    assert "Isoflag-Document" in cors_of(preflight)["allow-headers"].split(", ")
    response = config_response(http_event(headers=headers), flags, context=MIA, origins=origins)
    assert "Isoflag-Document" in cors_of(response)["expose-headers"].split(", ")
