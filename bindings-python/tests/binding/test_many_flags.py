"""All flags at once, many contexts at once, explanations and big segments."""

import json
import pickle
import time
from typing import Any

import pytest

import hostile
from documents import USER, clause, document, flag, load
from isoflag import Context, EvaluationDetail, Flags

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
def test_the_time_defaults_to_the_system_clock(
    monkeypatch: pytest.MonkeyPatch, *, bound: bool
) -> None:
    flags = load(flag("a", 1, debugEventsUntilDate=DAY))

    def details(**options: Any) -> bool:
        evaluated: Any = flags.bind(USER) if bound else flags
        arguments = () if bound else (USER,)
        state = evaluated.all_flags_state(
            *arguments, details_only_for_tracked_flags=True, **options
        )
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


def test_big_segment_memberships_are_used() -> None:
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
def test_invalid_memberships_are_a_value_error(big_segments: Any) -> None:
    flags = load(in_big(), segments={"big": BIG})
    with pytest.raises(ValueError, match="big_segments"):
        flags.variation("in-big", USER, None, big_segments=big_segments)


# --- many contexts ---


KEYS = ["rule", "json", "missing", "off", "rule", hostile.LONE_SURROGATE, "members"]
CONTEXTS: list[Any] = [
    USER,
    Context("bob", attributes={"plan": "pro"}),
    {"kind": "user", "key": ""},
    None,
    {"kind": "user", "key": "eve", "plan": "pro"},
]
MEMBERS = {"status": "STALE", "memberships": {"eve": {"members.g1": True}}}


def bulk_flags() -> Flags:
    rules = [{"id": "pro", "clauses": [clause("plan", "in", "pro")], "variation": 1}]
    member = [{"clauses": [clause("", "segmentMatch", "members")], "variation": 1}]
    segment = {"key": "members", "version": 1, "unbounded": True, "generation": 1}
    bulk_flags = [
        flag("rule", "free", "pro", rules=rules),
        flag("json", {"a": [1]}),
        flag("off", 1, 2, on=False, offVariation=1),
        flag("members", False, True, rules=member),
    ]
    return Flags.from_dict(document(*bulk_flags) | {"segments": {"members": segment}})


def one_by_one(
    bulk_flags: Flags, contexts: list[Any], **how: Any
) -> list[list[EvaluationDetail[Any]]]:
    return [
        [bulk_flags.variation_detail(key, one, None, **how) for key in KEYS] for one in contexts
    ]


@pytest.mark.parametrize("threads", [None, 1, 2, 3, 64, 1000])
@pytest.mark.parametrize("many", [0, 1, 5, 1000])
def test_each_row_equals_single_evaluations(many: int, threads: int | None) -> None:
    shared = bulk_flags()
    contexts = (CONTEXTS * 200)[:many]
    rows = shared.evaluate_many(KEYS, contexts, threads=threads)
    assert rows == one_by_one(shared, contexts)
    assert [len(row) for row in rows] == [len(KEYS)] * many


def test_big_segments_are_evaluated() -> None:
    shared = bulk_flags()
    rows = shared.evaluate_many(KEYS, CONTEXTS, big_segments=MEMBERS)
    assert rows == one_by_one(shared, CONTEXTS, big_segments=MEMBERS)
    assert [row[-1].value for row in rows] == [False, False, None, None, True]


def test_iterables_are_read_once() -> None:
    shared = bulk_flags()
    assert shared.evaluate_many(iter(KEYS), iter(CONTEXTS)) == one_by_one(shared, CONTEXTS)


def test_a_row_is_a_sequence() -> None:
    row = bulk_flags().evaluate_many(KEYS, [USER])[0]
    details = list(row)
    assert row[0] == details[0] == row[-len(KEYS)]
    assert row[1:3] == details[1:3]
    assert row[::-1] == details[::-1] == list(reversed(row))
    assert row == details
    assert row != details[1:]
    assert row != tuple(details)
    assert repr(row) == f"EvaluationDetails({details})"
    assert pickle.loads(pickle.dumps(row)) == details
    for index in (len(KEYS), -len(KEYS) - 1, 1 << 40):
        with pytest.raises(IndexError):
            row[index]
    with pytest.raises(TypeError):
        row["rule"]  # type: ignore[call-overload]


def test_a_value_belongs_to_its_detail() -> None:
    row = bulk_flags().evaluate_many(["json"], [USER])[0]
    row[0].value["a"].append(2)
    assert row[0].value == {"a": [1]}


def test_invalid_arguments_are_rejected() -> None:
    shared = bulk_flags()
    with pytest.raises(TypeError, match="`keys` must hold keys"):
        shared.evaluate_many("rule", [USER])
    with pytest.raises(TypeError, match="`contexts` must hold contexts"):
        shared.evaluate_many(KEYS, USER)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        shared.evaluate_many([1], [USER])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="`threads` must be 1 or more"):
        shared.evaluate_many(KEYS, [USER], threads=0)
