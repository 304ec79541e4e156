"""All flags at once, explanations and big segments in Python."""

import json
import time
from typing import Any

import pytest

from documents import USER, clause, flag, load
from isoflag import Context, Flags

DAY = 86_400_000.0

BIG = {
    "key": "big",
    "version": 1,
    "unbounded": True,
    "generation": 2,
    "included": [],
    "excluded": [],
    "rules": [],
}


def in_big() -> dict[str, Any]:
    rules = [{"id": "in", "clauses": [clause("", "segmentMatch", "big")], "variation": 1}]
    return flag("in-big", False, True, rules=rules)


@pytest.fixture
def flags() -> Flags:
    visible = {"usingEnvironmentId": True, "usingMobileKey": False}
    return load(
        flag("a", {"x": 1}, clientSideAvailability=visible),
        flag("b", 1.5, version=4),
        flag("c", None, trackEvents=True),
    )


def test_the_state_is_launchdarklys_bootstrap(flags: Flags) -> None:
    state = flags.all_flags_state(USER)
    assert state == {
        "a": {"x": 1},
        "b": 1.5,
        "c": None,
        "$flagsState": {
            "a": {"variation": 0, "version": 1},
            "b": {"variation": 0, "version": 4},
            "c": {"variation": 0, "version": 1, "trackEvents": True},
        },
        "$valid": True,
    }
    assert state == flags.bind(USER).all_flags_state()
    assert state == flags.all_flags_state(Context("ada"))


def test_the_options_of_the_state_are_keywords(flags: Flags) -> None:
    assert "b" not in flags.all_flags_state(USER, client_side_only=True)
    reasons = flags.all_flags_state(USER, with_reasons=True)["$flagsState"]
    assert reasons["a"]["reason"] == {"kind": "FALLTHROUGH"}
    slim = flags.bind(USER).all_flags_state(details_only_for_tracked_flags=True)["$flagsState"]
    assert slim["a"] == {"variation": 0}
    assert slim["c"]["version"] == 1
    with pytest.raises(TypeError):
        flags.all_flags_state(USER, True)  # type: ignore[call-arg]


def test_the_state_of_many_flags_is_the_same() -> None:
    count = 500
    flags = load(*[flag(f"f{index}", index) for index in range(count)])
    state = flags.all_flags_state(USER)
    assert all(state[f"f{index}"] == index for index in range(count))


@pytest.mark.parametrize("bound", [False, True])
def test_the_clock_is_given_or_the_hosts(monkeypatch: pytest.MonkeyPatch, *, bound: bool) -> None:
    flags = load(flag("a", 1, debugEventsUntilDate=DAY))

    def details(**options: Any) -> bool:
        asked: Any = flags.bind(USER) if bound else flags
        arguments = () if bound else (USER,)
        state = asked.all_flags_state(*arguments, details_only_for_tracked_flags=True, **options)
        return "version" in state["$flagsState"]["a"]

    assert details(now=DAY - 1)
    assert not details(now=int(DAY))
    assert not details()
    monkeypatch.setattr(time, "time", lambda: DAY / 1000 - 1)
    assert details()
    assert details(now=None)


def test_an_explanation_is_text_and_json(flags: Flags) -> None:
    explanation = flags.explain("a", USER)
    assert json.loads(explanation.to_json()) == explanation.to_dict()
    assert explanation.to_json() == flags.bind(USER).explain("a").to_json()
    assert str(explanation).strip()
    assert explanation.to_json() in repr(explanation)
    fresh = explanation.to_dict()
    fresh.clear()
    assert explanation.to_dict()


MEMBER = {"status": "HEALTHY", "memberships": {"ada": {"big.g2": True}}}


def test_memberships_are_passed_in() -> None:
    flags = load(in_big(), segments={"big": BIG})
    assert flags.big_segment_keys(USER) == ["ada"]
    assert flags.big_segment_keys(Context("acme", kind="org")) == []
    detail = flags.variation_detail("in-big", USER, None, big_segments=MEMBER)
    assert detail.value is True
    assert detail.reason["bigSegmentsStatus"] == "HEALTHY"
    assert flags.variation("in-big", USER, None) is False
    bound = flags.bind(USER, big_segments=MEMBER)
    assert bound.bool_variation("in-big", None) is True
    assert bound.all_flags_state()["in-big"] is True
    assert flags.all_flags_state(USER, big_segments=MEMBER)["in-big"] is True
    assert flags.bool_variation("in-big", USER, None, big_segments=MEMBER) is True
    assert flags.explain("in-big", USER, big_segments=MEMBER).to_dict() == (
        bound.explain("in-big").to_dict()
    )
    reason = flags.variation_detail("in-big", USER, None).reason
    assert reason["bigSegmentsStatus"] == "NOT_CONFIGURED"


@pytest.mark.parametrize("big_segments", [5, [], {"status": "FINE"}, {"memberships": {"a": {1}}}])
def test_what_are_no_memberships_is_a_value_error(big_segments: Any) -> None:
    flags = load(in_big(), segments={"big": BIG})
    with pytest.raises(ValueError, match="big_segments"):
        flags.variation("in-big", USER, None, big_segments=big_segments)
