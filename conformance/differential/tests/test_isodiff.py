"""The differential can fail, and explains accepted differences."""

from __future__ import annotations

import json
from typing import Any

from isodiff.compare import Answers, Comparison, Tally
from isodiff.generate.documents import lines
from isodiff.jsontext import canonical
from isodiff.rules.evaluation import Document, evaluate
from isodiff.rules.points import BY_NAME, POINTS
from isodiff.rules.switches import isoflag_switches, sdk_switches
from isodiff.shrink import shrunk

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
                    "rollout": {
                        "seed": 0,
                        "variations": [
                            {"variation": 0, "weight": 50000},
                            {"variation": 1, "weight": 50000},
                        ],
                    }
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
    switches = isoflag_switches() if sdk is None else sdk_switches(sdk)
    rows = []
    for context in LINE["contexts"]:
        detail = evaluate(document, context, None, "f", switches)
        value = LINE["document"]["flags"]["f"]["variations"][detail.index or 0]
        rows.append([[detail.index, value, detail.reason]])
    return rows


def said(answers: list[list[Any]]) -> dict[str, Any]:
    return {"answers": answers, "refused": {"flags": [], "segments": []}, "states": [], "typed": []}


def host(answers: list[list[Any]]) -> tuple[str, str]:
    return canonical({"answers": answers, "states": [], "typed": []}), "{}"


def compared(hosts: dict[str, tuple[str, ...]], sdks: dict[str, Any]) -> Tally:
    tally = Tally()
    Comparison(Answers(LINE, dict(hosts), sdks), tally).run()
    return tally


def test_the_seed_decides_everything() -> None:
    def text(seed: str) -> str:
        return json.dumps([lines(seed, number) for number in range(30)])

    assert text("a") == text("a")
    assert text("a") != text("b")


def test_a_difference_is_put_down_to_the_point_that_makes_it() -> None:
    tally = compared(
        {"isoflag one": host(answers_as(None))},
        {"javascript": said(answers_as("javascript")), "python": said(answers_as("python"))},
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
    one, other = host(answers_as(None)), (host(answers_as(None))[0] + " ", "{}")
    tally = compared({"isoflag one": one, "isoflag other": other}, {})
    assert [failure.what for failure in tally.failures] == ["hosts differ in their answers"]


def test_a_host_on_core_wasm_is_compared_by_its_answers_alone() -> None:
    full = host(answers_as(None))
    assert not compared({"isoflag one": full, "isoflag core": full[:1]}, {}).failures
    tally = compared({"isoflag one": full, "isoflag core": (full[0] + " ",)}, {})
    assert [failure.what for failure in tally.failures] == ["hosts differ in their answers"]


def test_a_failing_case_is_made_small() -> None:
    def check(candidates: list[Any]) -> list[Any]:
        return [
            failure if "rollout" in json.dumps(candidate) and candidate["contexts"] else None
            for candidate in candidates
        ]

    failure = compared(
        {"isoflag one": host(answers_as("javascript"))}, {"python": said(answers_as("python"))}
    ).failures[0]
    small, _ = shrunk(LINE, failure, check)
    assert small["document"]["flags"] == {"f": {"fallthrough": {"rollout": {}}}}
    assert len(small["contexts"]) == 1


def test_every_point_has_one_row() -> None:
    assert len(BY_NAME) == len(POINTS)
