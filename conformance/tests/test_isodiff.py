"""The differential fails on each kind of difference, and explains those of SDKs by their points."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from types import ModuleType
from typing import Any

import pytest

from isodiff.compare import Answers, Comparison, Tally
from isodiff.generate.documents import lines
from isodiff.quirks import SDKS, javascript, python, sdk
from isodiff.quirks.sdk import POINTS
from isodiff.shrink import shrunk
from isodiff.spec.document import Document
from isodiff.spec.flags import Spec
from isodiff.traces import Recording, differences
from suite.canonical_json import Json, canonical
from suite.runners import Command

LINE: dict[str, Any] = {
    "n": 1,
    "hash": "sha1",
    "now": 0,
    "document": {
        "flags": {
            "f": {
                "key": "f",
                "version": 1,
                "on": True,
                "variations": ["a", "b"],
                "salt": "s",
                "fallthrough": {
                    "rollout": {"seed": 0, "variations": [{"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}
                },
            }
        },
        "segments": {},
    },
    "contexts": [{"kind": "user", "key": f"user-{n}"} for n in range(40)],
    "flags": ["f"],
}


def answers_as(sdk: str | None) -> list[list[Any]]:
    document = Document(LINE["document"])
    rules = Spec() if sdk is None else SDKS[sdk]()
    rows = []
    for context in LINE["contexts"]:
        detail = rules.evaluate(document, context, None, "f")
        value = LINE["document"]["flags"]["f"]["variations"][detail.index or 0]
        rows.append([[detail.index, value, detail.reason]])
    return rows


def said(answers: list[list[Any]]) -> dict[str, Any]:
    return {"answers": answers, "refused": {"flags": [], "segments": []}, "states": [], "typed": []}


def host(answers: list[list[Any]], **more: Any) -> str:
    return canonical({"answer": {"answers": answers, "states": [], "typed": [], **more}, "id": 1})


def compared(hosts: dict[str, str], sdks: dict[str, Any]) -> Tally:
    tally = Tally()
    runners = [(Command(name, (), tools=not name.endswith("core")), line) for name, line in hosts.items()]
    Comparison(Answers(LINE, runners, sdks), tally).run()
    return tally


def test_the_seed_decides_everything() -> None:
    def text(seed: str) -> str:
        return json.dumps([lines(seed, number) for number in range(30)])

    assert text("a") == text("a")
    assert text("a") != text("b")


def test_a_difference_is_put_down_to_the_point_that_makes_it() -> None:
    tally = compared(
        {"isoflag one": host(answers_as(None))}, {"javascript": said(answers_as("javascript")), "python": said(answers_as("python"))}
    )
    assert not tally.failures
    assert tally.points["javascript"].keys() == {"D03"}
    assert not tally.points["python"]


def test_a_difference_that_no_point_makes_fails() -> None:
    theirs = answers_as(None)
    theirs[3][0][2] = {"kind": "OFF"}
    tally = compared({"isoflag one": host(answers_as(None))}, {"python": said(theirs)})
    assert [failure.what for failure in tally.failures] == ["unexplained: python in answers"]


def test_an_answer_of_isoflag_against_the_rules_fails() -> None:
    own = answers_as(None)
    own[0][0][0] = 1 - own[0][0][0]
    tally = compared({"isoflag one": host(own)}, {})
    assert [failure.what for failure in tally.failures] == ["isoflag against the rules in answers"]


def test_hosts_that_differ_fail() -> None:
    tally = compared({"one": host(answers_as(None)), "other": host(answers_as(None), digest="x")}, {})
    assert [failure.what for failure in tally.failures] == ["hosts differ"]


def test_a_host_that_fails_is_reported() -> None:
    line = canonical({"failure": "panicked", "id": 1})
    tally = compared({"one": host(answers_as(None)), "other": line}, {})
    assert [failure.what for failure in tally.failures] == ["a runner failed"]


def test_a_host_on_core_wasm_has_no_explanations() -> None:
    full = host(answers_as(None), explanations=["x"])
    assert not compared({"one": full, "core": host(answers_as(None))}, {}).failures
    tally = compared({"one": full, "core": host(answers_as(None), digest="x")}, {})
    assert [failure.what for failure in tally.failures] == ["hosts differ"]


def test_a_failing_case_is_made_small() -> None:
    def check(candidates: list[Any]) -> list[Any]:
        return [failure if "rollout" in json.dumps(candidate) and candidate["contexts"] else None for candidate in candidates]

    failure = compared({"isoflag one": host(answers_as("javascript"))}, {"python": said(answers_as("python"))}).failures[0]
    small, _ = shrunk(LINE, failure, check)
    assert small["document"]["flags"] == {"f": {"fallthrough": {"rollout": {}}}}
    assert len(small["contexts"]) == 1


def test_every_point_has_one_row() -> None:
    assert len({point.name for point in POINTS}) == len(POINTS)


@pytest.mark.parametrize(("name", "module"), [("javascript", javascript), ("python", python)])
def test_each_point_of_an_sdk_guards_an_override(name: str, module: ModuleType) -> None:
    # A document that an SDK refuses to load is never evaluated.
    refused = {point.name for point in POINTS if getattr(point, name) == "refuses the flag"}
    guards = set(re.findall(r'"([DASP]\d+)"', inspect.getsource(module) + inspect.getsource(sdk)))
    assert guards == SDKS[name].points - refused


RULE = {"clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}, {"op": "segmentMatch", "values": ["s"]}]}
EXPLAINED = Document(
    {
        "flags": {
            "f": {
                "on": True,
                "variations": [1, 2],
                "salt": "salt",
                "rules": [{**RULE, "variation": 0}],
                "fallthrough": {"rollout": {"variations": [{"variation": 0, "weight": 0}, {"variation": 1, "weight": 100_000}]}},
            }
        },
        "segments": {"s": {"key": "s", "excluded": ["u"]}},
    }
)
BUCKET = int(hashlib.sha1(b"f.salt.u").hexdigest()[:15], 16) * 100_000 // 2**60
CLAUSES = [{"match": True}, {"match": False, "segments": [{"segment": "s", "member": False, "decidedBy": "excluded"}]}]
ENTRIES = [{"weight": 0, "threshold": 0, "chosen": False}, {"weight": 100_000, "threshold": 100_000, "chosen": True}]
TRACE = {
    "flag": "f",
    "rules": [{"index": 0, "match": False, "clauses": CLAUSES}],
    "rollout": {"bucket": BUCKET, "entries": ENTRIES},
    "variationIndex": 1,
}


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ({}, 0),
        ({"rules": []}, 3),
        ({"rules": [{"index": 0, "match": True, "clauses": CLAUSES}], "rollout": {"bucket": 0, "entries": ENTRIES}}, 2),
        ({"rules": [{"index": 0, "match": False, "clauses": [{"match": False}, CLAUSES[1]]}]}, 1),
        ({"rules": [{"index": 0, "match": False, "clauses": CLAUSES[:1]}]}, 2),
        ({"rollout": {"bucket": BUCKET + 1, "entries": ENTRIES}}, 1),
        ({"rollout": {"bucket": BUCKET, "entries": [ENTRIES[0], {**ENTRIES[1], "threshold": 1}]}}, 1),
        ({"variationIndex": 0}, 1),
    ],
)
def test_each_step_of_a_trace_is_compared(members: dict[str, Json], faults: int) -> None:
    rules = Recording()
    rules.evaluate(EXPLAINED, {"kind": "user", "key": "u", "plan": "pro"}, None, "f")
    assert len(differences(rules, {**TRACE, **members})) == faults
