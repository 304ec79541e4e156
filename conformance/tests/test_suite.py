"""The suite finds wrong answers, and differences between host runtimes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from suite.__main__ import Run
from suite.canonical_json import canonical
from suite.cases import Case, Derived, Explained, all_cases, derived_cases
from suite.comparator import covers, differences, equal_lines

EXPECT = {"value": "yes", "variationIndex": 1, "reason": {"kind": "OFF"}}


def line(answer: Any, **more: Any) -> str:
    return canonical({"answer": answer, "id": "x", **more})


def faults(answered: str, reference: str, *, tools: bool = True, expect: Any = EXPECT) -> dict[str, list[str]]:
    run = Run("host")
    run.take(answered, reference, tools=tools)
    run.judge([Case({"id": "x", "call": {"evaluate": {}}}, expect, "x.json")])
    return run.faults


@pytest.mark.parametrize("member", ["value", "variationIndex", "reason"])
def test_a_wrong_expectation_is_found(member: str) -> None:
    assert differences(EXPECT, EXPECT) == []
    assert len(differences({**EXPECT, member: "wrong"}, EXPECT)) == 1
    wrong = line({**EXPECT, member: True})
    assert "x" in faults(wrong, wrong)
    assert faults(line(EXPECT), line(EXPECT)) == {}


@pytest.mark.parametrize(
    ("expect", "answer", "message", "holds"),
    [
        ({"diagnostics": [{"code": "a"}]}, {"diagnostics": [{"code": "b"}, {"code": "a", "path": "p"}]}, "", True),
        ({"diagnostics": [{"code": "c"}]}, {"diagnostics": [{"code": "b"}]}, "", False),
        ({"absentDiagnostics": [{"code": "a"}]}, {"diagnostics": [{"code": "b"}]}, "", True),
        ({"absentDiagnostics": [{"code": "b"}]}, {"diagnostics": [{"code": "b"}]}, "", False),
        ({"error": {"messageContains": "UTF"}}, {"error": {"code": "not-json"}}, "not UTF-8", True),
        ({"error": {"messageContains": "UTF"}}, {"error": {"code": "not-json"}}, "not JSON", False),
        ({"error": {}}, {"value": 1}, "", False),
        ({"trace": {"flag": "a"}}, {"trace": {"flag": "a", "more": 1}}, "", True),
        ({"trace": {"rules": [{}]}}, {"trace": {"rules": [{}, {}]}}, "", False),
        ({"value": 1}, {"value": True}, "", False),
    ],
)
def test_members_with_rules_of_their_own(expect: Any, answer: Any, message: str, holds: bool) -> None:
    assert (differences(expect, answer, message) == []) is holds


def test_a_true_does_not_cover_a_one() -> None:
    assert not covers({"a": True}, {"a": 1})


def test_a_difference_between_hosts_is_found() -> None:
    assert "x" in faults(line({**EXPECT, "more": 1}), line(EXPECT))
    assert "x" in faults(line({**EXPECT, "more": 1}), line(EXPECT), tools=False)
    assert "x" in faults(json.dumps({"answer": EXPECT, "id": "x"}), line(EXPECT))


def test_messages_may_differ() -> None:
    error = {"error": {"code": "limit", "path": ""}}
    expect = {"error": {"code": "limit"}}
    assert faults(line(error, message="a"), line(error, message="b"), expect=expect) == {}


def test_a_failing_runner_is_reported() -> None:
    assert faults(canonical({"failure": "panicked", "id": "x"}), line(EXPECT)) == {"x": ["panicked"]}


def test_only_core_wasm_may_lack_what_tools_have() -> None:
    full = line({**EXPECT, "diagnostics": []})
    assert equal_lines(line(EXPECT), full, tools=False)
    assert not equal_lines(line(EXPECT), full, tools=True)
    unsupported = canonical({"id": "x", "unsupported": True})
    assert equal_lines(unsupported, full, tools=False)
    assert not equal_lines(unsupported, full, tools=True)
    assert not equal_lines(line({**EXPECT, "value": True}), line({**EXPECT, "value": 1}), tools=False)


def test_a_derived_case_compares_two_answers() -> None:
    given = {"id": "x#text", "call": {"load": {}}}
    answers: dict[str, Any] = {"x": {"digest": "a"}, "x#text": {"digest": "b"}}
    assert Derived(given, {}, "x.json", like="x").faults(answers, {}) != []
    precise = {"code": "number-precision"}
    answers = {"x": {"diagnostics": []}, "x#text": {"diagnostics": [precise]}}
    assert Derived(given, {}, "x.json", like="x").faults(answers, {}) == []
    answers = {"x": {**EXPECT, "value": "default", "variationIndex": None}, "x#text": {"answer": EXPECT}}
    assert Explained(given, {}, "x.json", like="x").faults(answers, {}) != []


def test_there_are_cases_of_each_sort_and_ids_are_unique() -> None:
    derived = list(derived_cases())
    ids = [case.id for case in (*all_cases(), *derived)]
    assert len(set(ids)) == len(ids)
    assert sum(isinstance(case, Explained) for case in derived) > 2000
    assert sum(case.id.endswith("#document-text") for case in derived) > 1000
    assert sum(case.id.endswith("#context-text") for case in derived) > 500
