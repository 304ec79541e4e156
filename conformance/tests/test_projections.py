"""The comparison of projections with whole documents fails on each kind of difference, and its contexts agree with the known part."""

from __future__ import annotations

import json
from typing import Any

from isodiff.generate.projections import agreeing, projection_lines
from isodiff.projections import Part, compare, question
from suite.canonical_json import canonical

LINE: dict[str, Any] = {
    "n": 1,
    "document": {"flags": {"f": {"on": True}}},
    "contexts": [{"kind": "user", "key": "a"}, {"kind": "user", "key": "b"}],
    "known": {},
    "private": [],
}


def answer(whole: Any, folded: Any) -> str:
    projection = canonical({"flags": {"a": {}, "f": {}}, "segments": {}})
    return canonical({"id": 1, "answer": {"projection": projection, "whole": canonical(whole), "folded": canonical(folded)}})


def rows(value: Any) -> list[Any]:
    fell = {"kind": "FALLTHROUGH"}
    return [[[0, 1, fell], [0, 1, fell]], [[0, 1, fell], [0, value, fell]]]


def failures(*answers: str) -> list[tuple[str, str | None, int | None]]:
    part = Part()
    compare(LINE, {str(number): text for number, text in enumerate(answers)}, part)
    assert (part.cases, part.documents) == (2, 1)
    return [(failure.what, failure.flag, failure.context) for _, failure in part.failed]


def test_equal_answers_pass() -> None:
    same = answer(rows(1), rows(1))
    assert failures(same, same, same) == []


def test_a_projection_that_answers_otherwise_is_named() -> None:
    differs = answer(rows(1), rows(True))
    assert failures(differs, differs) == [("the projection answers otherwise", "f", 1)]


def test_hosts_that_differ_are_named() -> None:
    assert failures(answer(rows(1), rows(1)), answer(rows(2), rows(2))) == [("hosts differ", None, None)]


def test_a_runner_that_fails_is_named() -> None:
    failed = canonical({"id": 1, "failure": "panicked"})
    assert failures(answer(rows(1), rows(1)), failed) == [("a runner failed", None, None)]
    assert failures(failed, failed) == [("a runner failed", None, None)]


def test_contexts_get_every_known_attribute() -> None:
    known = {"user": {"plan": "pro", "tags": None}, "org": None}
    multi = {"kind": "multi", "user": {"key": "a", "tags": []}, "org": {"key": "b"}, "device": {"key": "c"}}
    assert agreeing(multi, known) == {"kind": "multi", "user": {"key": "a", "plan": "pro"}, "device": {"key": "c"}}
    assert agreeing({"kind": "org", "key": "b"}, known) == {"kind": "user", "key": "b", "plan": "pro"}
    assert agreeing({"kind": "org", "key": "b"}, {"org": None}) is None
    assert agreeing({"key": "a"}, known) is None
    assert agreeing({"key": "a"}, {}) == {"key": "a"}


def test_generated_lines_have_known_parts_and_contexts_that_agree() -> None:
    made = [line for number in range(200) for line in projection_lines("test", number)]
    assert made == [line for number in range(200) for line in projection_lines("test", number)]
    for line in made:
        for context in question(line)["call"]["agreement"]["contexts"]:
            assert json.dumps(agreeing(context, line["known"])) == json.dumps(context)
    with_known = [line for line in made if line["known"]]
    assert len(made) / 2 < len(with_known) < len(made)
    assert sum(len(line["contexts"]) for line in made) > 2 * len(made)
    assert any(line["private"] for line in made)
    assert any(None in line["known"].values() for line in made)
