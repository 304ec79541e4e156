"""Planned rollouts; the vectors have the tables."""

import json
from typing import Any, cast

import pytest

from documents import flag, load
from isoflag import DocumentError, Flags
from isoflag.lifecycle import Advance

NOW = 1_795_172_400.5
STAGES = [{"share": 5, "duration": "1h"}, {"share": 100}]


def planned(**rollout: Any) -> Flags:
    lifecycle = {"rollout": {"stages": STAGES, "alarms": ["errors"], **rollout}}
    new = flag("new", True, False, version=3, on=False, offVariation=1, lifecycle=lifecycle)
    return load(new, meta={"version": 7})


def test_a_plan_advances_by_one_stage() -> None:
    advanced = planned().advance({"errors": "OK"}, NOW)
    assert isinstance(advanced, Advance)
    flags, decisions = advanced
    assert decisions == [
        {
            "key": "new",
            "decision": "next stage",
            "reason": "stage 1 of 2, 5%",
            "stage": 0,
            "share": 5,
            "until": None,
            "alarms": [],
            "path": None,
            "changed": True,
        }
    ]
    written = json.loads(flags.to_json())
    assert written["meta"] == {"version": 8, "lastModifiedTimestamp": 1_795_172_400}
    assert written["flags"]["new"]["version"] == 4
    assert Flags.from_json(flags.to_json()).digest == flags.digest
    back = flags.advance({"errors": "ALARM"}, NOW + 1)
    assert back.decisions[0]["decision"] == "alarm"
    assert back.flags.bool_variation("new", {"key": "u"}, True) is False


def test_a_plan_that_waits_returns_an_equal_document() -> None:
    flags, (decision,) = planned().advance({}, NOW)
    assert (decision["decision"], decision["alarms"]) == ("waits", ["errors"])
    assert flags.digest == planned().digest


def test_a_malformed_plan_is_a_decision_with_its_place() -> None:
    (decision,) = planned(stages=[]).advance({}, NOW).decisions
    assert decision["decision"] == "malformed plan"
    assert decision["path"] == "flags.new.lifecycle.rollout.stages"
    codes = [found.code for found in planned(stages=[]).check()]
    assert "invalid-rollout" in codes


@pytest.mark.parametrize(
    ("alarms", "now", "error", "message"),
    [
        ({"errors": "on"}, NOW, ValueError, '`alarms`: `errors`: invalid state "on": expected'),
        ([], NOW, ValueError, r"`alarms`: invalid alarms \[\]: expected a mapping"),
        ({}, 1_795_172_400_000, ValueError, "`now`: `1795172400000` is not a time in seconds"),
        ({}, float("nan"), ValueError, "`now`: expected a time in seconds"),
        ({"errors": object()}, NOW, DocumentError, "errors"),
    ],
)
def test_invalid_alarms_and_times_are_rejected(
    alarms: object, now: float, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        planned().advance(cast("Any", alarms), now)
