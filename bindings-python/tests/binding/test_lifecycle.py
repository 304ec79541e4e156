"""Statuses, certification, deployment and planned rollouts."""

from typing import Any, cast

import pytest

from documents import document, flag, load
from isoflag import (
    Context,
    Diagnostic,
    DocumentError,
    Flags,
    LifecycleError,
    check_environments,
    from_appconfig_key,
    to_appconfig_key,
)

NOW = 1_795_172_400.5


def one_flag(status: str, *, on: bool = True, **meta: Any) -> Flags:
    lifecycle = {"status": status, "statusTimestamp": 100}
    new = flag("new", True, False, version=3, on=on, offVariation=1, lifecycle=lifecycle)
    return load(new, meta={"version": 7, **meta})


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
