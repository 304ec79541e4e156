"""Statuses, certification, deployment and planned rollouts."""

import json
from typing import Any, cast

import pytest

from documents import document, flag, load
from isoflag import (
    Context,
    Diagnostic,
    DocumentError,
    Flags,
    LifecycleError,
    StrategyError,
    check_environments,
    from_appconfig_key,
    to_appconfig_key,
)
from isoflag.lifecycle import Advance

NOW = 1_795_172_400.5


def one_flag(status: str, *, on: bool = True, **meta: Any) -> Flags:
    lifecycle = {"status": status, "statusTimestamp": 100}
    new = flag("new", True, False, version=3, on=on, offVariation=1, lifecycle=lifecycle)
    return load(new, meta={"version": 7, **meta})


def test_a_status_returns_new_flags() -> None:
    staging = one_flag("Doing").with_status("new", "Staging", NOW)
    written: dict[str, Any] = json.loads(staging.to_json())
    assert written["flags"]["new"]["lifecycle"] == {
        "status": "Staging",
        "statusTimestamp": 1_795_172_400,
        "stagedTimestamp": 1_795_172_400,
    }
    assert (written["flags"]["new"]["version"], staging.version) == (4, 8)
    assert Flags.from_json(staging.to_json()).digest == staging.digest
    assert one_flag("Doing").with_status("new", "Doing", NOW).digest == one_flag("Doing").digest


def test_an_illegal_transition_is_rejected_with_the_legal_ones() -> None:
    with pytest.raises(LifecycleError, match="`Staging` does") as refused:
        one_flag("Doing").with_status("new", "Done", NOW)
    assert (refused.value.code, refused.value.legal) == ("illegal-transition", ["Staging"])
    with pytest.raises(
        LifecycleError, match="invalid status `Released`: expected one of `To Do`"
    ) as refused:
        one_flag("Doing").with_status("new", "Released", NOW)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.legal) == ("unknown-status", [])
    with pytest.raises(LifecycleError, match="there is no flag `old`"):
        one_flag("Doing").with_status("old", "Staging", NOW)


def test_a_certification_lists_status_changes() -> None:
    flags = one_flag("Staging")
    found = flags.certification(production_state="passed", next_release="passed", now=NOW)
    assert (found["verdict"], found["deployable"]) == ("certified", True)
    assert found["changes"] == [
        {
            "key": "new",
            "from": "Staging",
            "to": "Done",
            "set": {
                "status": "Done",
                "stagedTimestamp": 100,
                "statusTimestamp": 1_795_172_400,
            },
        }
    ]
    older = flags.certification(
        production_state="passed", next_release="passed", artifact_time=99, now=NOW
    )
    assert older["changes"] == []
    assert [feature["included"] for feature in older["left"]] == ["no"]
    failed = flags.certification(production_state="failed", next_release="not-run", now=NOW)
    assert (failed["verdict"], failed["deployable"]) == ("not-deployable", False)


def test_a_certification_depends_on_the_evaluated_flags() -> None:
    flags = Flags.from_dict(
        {"flags": {"new": {"lifecycle": {"status": "Staging"}}, "other": {"on": True}}}
    )

    def found(**evaluated: list[str]) -> tuple[str, int, list[str]]:
        found = flags.certification(
            production_state="passed", next_release="passed", now=NOW, evaluated=evaluated
        )
        return found["verdict"], len(found["changes"]), found["untested"]

    assert found(productionState=["new"], nextRelease=["new"]) == ("certified", 1, [])
    assert found(productionState=["other"], nextRelease=["other"]) == ("certified", 0, ["new"])
    assert found(productionState=["new"]) == ("deployable", 0, [])
    assert found() == found(productionState=["gone"]) == ("not-deployable", 0, [])
    with pytest.raises(ValueError, match="`evaluated`: `nextRelease`: expected an array of keys"):
        found(nextRelease=[7])  # type: ignore[list-item]


def test_a_deployment_lists_the_features_in_beta() -> None:
    certified = [{"timestamp": 200, "deployable": True}, {"timestamp": 300, "deployable": False}]
    flags = one_flag("Done", artifacts=certified)
    found = flags.deployment(200, NOW)
    assert [(feature["key"], feature["beta"]) for feature in found["features"]] == [("new", True)]
    assert found["changes"][0]["set"] == {"deployedTimestamp": 1_795_172_400}
    with pytest.raises(LifecycleError, match="not deployable") as refused:
        flags.deployment(300, NOW)
    assert refused.value.code == "not-deployable"
    with pytest.raises(LifecycleError, match="isoflag certify --artifact-time 200") as refused:
        one_flag("Done").deployment(200, NOW)
    assert refused.value.code == "not-certified"


def test_a_feature_of_several_modules_waits_for_each() -> None:
    lifecycle = {"status": "Staging", "statusTimestamp": 100, "modules": ["api", "web"]}
    artifacts = [{"module": "api", "timestamp": 200, "deployable": True}]
    document = {"flags": {"new": {"lifecycle": lifecycle}}, "meta": {"artifacts": artifacts}}
    flags = Flags.from_dict(document)
    found = flags.certification(
        production_state="passed", next_release="passed", now=NOW, artifact_time=200, module="api"
    )
    assert found["module"] == "api"
    assert found["waiting"] == [{"key": "new", "modules": ["web"]}]
    (change,) = found["changes"]
    assert (change["from"], change["to"]) == ("Staging", "Staging")
    assert change["set"] == {"certifiedTimestamps": {"api": 1_795_172_400}}
    whole = flags.certification(production_state="passed", next_release="passed", now=NOW)
    assert (whole["module"], whole["changes"], whole["waiting"]) == (None, [], [])
    deployed = flags.deployment(200, NOW, module="api")
    assert deployed["changes"][0]["set"] == {"deployedTimestamps": {"api": 1_795_172_400}}
    with pytest.raises(LifecycleError, match="certify --module web --artifact-time 200"):
        flags.deployment(200, NOW, module="web")


def test_only_a_complete_rollout_can_be_finished() -> None:
    change = one_flag("Done").finish("new", 1_000, safety_period=500)
    assert change is not None
    assert change["set"]["cleanupTimestamp"] == 1_500
    change = one_flag("Done").finish("new", 0)
    assert change is not None
    assert change["set"]["cleanupTimestamp"] == 4 * 7 * 24 * 3600
    assert one_flag("Finished").finish("new", 1_000) is None
    with pytest.raises(LifecycleError, match="`new` is off") as refused:
        one_flag("Done", on=False).finish("new", 1_000)
    assert refused.value.code == "not-rolled-out"
    with pytest.raises(LifecycleError) as refused:
        one_flag("Staging").finish("new", 1_000)
    assert refused.value.legal == ["Doing", "Done"]


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (NOW * 1000, "`now`: `1795172400500` is not a time in seconds since 1970; divide millisec"),
        (float("nan"), "`now`: expected a time in seconds since 1970"),
        (-1, "`now`: `-1` is not a time in seconds since 1970"),
    ],
)
def test_a_time_that_is_not_in_seconds_is_rejected(now: float, message: str) -> None:
    flags = one_flag("Staging")
    for call in (
        lambda: flags.with_status("new", "Done", now),
        lambda: flags.certification(production_state="passed", next_release="passed", now=now),
        lambda: flags.deployment(1, now),
        lambda: flags.finish("new", now),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(ValueError, match="`production_state`: invalid result `green`: expected"):
        flags.certification(production_state="green", next_release="passed", now=1)  # type: ignore[arg-type]


def test_environments_are_compared_in_a_check() -> None:
    development, production = one_flag("Doing", on=False), one_flag("Doing")
    found = check_environments({"dev": development, "prod": production.to_json()}, {"now": 5})

    assert list(found) == ["dev", "prod"]
    messages = [diagnostic.message for diagnostic in found["prod"]]
    assert any("while it is off in development" in message for message in messages)
    assert all(isinstance(diagnostic, Diagnostic) for diagnostic in found["dev"])
    with pytest.raises(ValueError, match="`owner`: there is no such option"):
        check_environments({"dev": development}, {"owner": True})


# --- strategies, checks and differences ---


DOCUMENT = document(
    flag("new", True, False, on=False, offVariation=1, lifecycle={"status": "Staging"}),
    meta={"strategies": {"development": [{"strategy": "Custom", "on": ["new"]}]}},
)
FLAGS = Flags.from_dict(DOCUMENT)


def on(flags: Flags) -> object:
    return flags.bool_variation("new", Context("ada"), False)


def test_a_strategy_returns_new_flags() -> None:
    assert on(FLAGS.with_strategy("Next Release")) is True
    assert on(FLAGS.with_strategy("production-state")) is False
    assert on(FLAGS.with_strategy("Custom", on=["new"])) is True
    assert on(FLAGS.with_strategy({"strategy": "Custom"}, on=("new",), off=["new"])) is False
    assert on(FLAGS) is False


def test_a_selected_strategy_can_be_applied() -> None:
    chosen = FLAGS.strategy_for("development", {"kind": "user", "key": "ada"})
    assert chosen == {"strategy": "Custom", "on": ["new"]}
    assert on(FLAGS.with_strategy(chosen)) is True
    assert FLAGS.strategy_for("production", Context("ada")) is None
    with pytest.raises(ValueError, match="invalid system `staging`"):
        FLAGS.strategy_for("staging", Context("ada"))  # type: ignore[arg-type]


def test_a_strategy_with_an_unknown_flag_is_rejected() -> None:
    with pytest.raises(StrategyError, match="has no flag `old`") as refused:
        FLAGS.with_strategy("Custom", on=["old"])
    assert (refused.value.code, refused.value.path) == ("unknown-flag", "on")


def test_a_check_uses_its_options() -> None:
    found = {diagnostic.code: diagnostic.severity for diagnostic in FLAGS.check()}
    assert found["no-owner"] == "info"
    strict = FLAGS.check({"owners": True, "names": "/new/"})
    assert [diagnostic.code for diagnostic in strict if diagnostic.severity == "error"] == [
        "no-owner"
    ]
    with pytest.raises(ValueError, match="`owner`: there is no such option"):
        FLAGS.check({"owner": True})


def test_a_difference_has_three_forms() -> None:
    later = FLAGS.with_strategy("Flush Out")
    diff = FLAGS.diff(later)
    assert diff
    assert diff.answers == ["new"]
    assert "turned on" in str(diff)
    assert "- turned on\n" in diff.to_markdown()
    assert diff.to_dict()["to"] == later.digest
    assert not FLAGS.diff(DOCUMENT)


def test_keys_are_encoded_for_appconfig_and_decoded() -> None:
    written = to_appconfig_key("DeptA.TeamB.66623")
    assert written is not None
    assert from_appconfig_key(written) == "DeptA.TeamB.66623"
    assert to_appconfig_key("x" * 65) is None
    assert from_appconfig_key("A") is None


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
