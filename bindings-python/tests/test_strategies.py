"""Strategies, checks and differences in Python."""

import pytest

from isoflag import Context, Flags, StrategyError, from_appconfig_key, to_appconfig_key

DOCUMENT = {
    "flags": {
        "new": {
            "key": "new",
            "on": False,
            "variations": [True, False],
            "offVariation": 1,
            "fallthrough": {"variation": 0},
            "lifecycle": {"status": "Staging"},
        }
    },
    "meta": {"strategies": {"development": [{"strategy": "Custom", "on": ["new"]}]}},
}
FLAGS = Flags.from_dict(DOCUMENT)


def on(flags: Flags) -> object:
    return flags.bool_variation("new", Context("ada"), False)


def test_a_strategy_gives_new_flags() -> None:
    assert on(FLAGS.with_strategy("Next Release")) is True
    assert on(FLAGS.with_strategy("production-state")) is False
    assert on(FLAGS.with_strategy("Custom", on=["new"])) is True
    assert on(FLAGS.with_strategy({"strategy": "Custom"}, on=("new",), off=["new"])) is False
    assert on(FLAGS) is False


def test_a_chosen_strategy_can_be_laid_over() -> None:
    chosen = FLAGS.strategy_for("development", {"kind": "user", "key": "ada"})
    assert chosen == {"strategy": "Custom", "on": ["new"]}
    assert on(FLAGS.with_strategy(chosen)) is True
    assert FLAGS.strategy_for("production", Context("ada")) is None
    with pytest.raises(ValueError, match="invalid system `staging`"):
        FLAGS.strategy_for("staging", Context("ada"))  # type: ignore[arg-type]


def test_what_is_no_strategy_is_refused() -> None:
    with pytest.raises(StrategyError, match="has no flag `old`") as refused:
        FLAGS.with_strategy("Custom", on=["old"])
    assert (refused.value.code, refused.value.path) == ("unknown-flag", "on")


def test_a_check_says_what_its_options_ask_for() -> None:
    found = {diagnostic.code: diagnostic.severity for diagnostic in FLAGS.check()}
    assert found["no-owner"] == "info"
    asked = FLAGS.check({"owners": True, "names": "/new/"})
    assert [diagnostic.code for diagnostic in asked if diagnostic.severity == "error"] == [
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


def test_keys_go_to_appconfig_and_back() -> None:
    written = to_appconfig_key("DeptA.TeamB.66623")
    assert written is not None
    assert from_appconfig_key(written) == "DeptA.TeamB.66623"
    assert to_appconfig_key("x" * 65) is None
    assert from_appconfig_key("A") is None
