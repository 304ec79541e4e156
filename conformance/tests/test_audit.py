"""An audit names the answers on which the SDKs disagree, and refuses to compare nothing."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from isodiff.audit import AuditError, Report, audit, lines_of, read_contexts, run
from isodiff.compare import Answers
from suite.cases import CONFORMANCE
from suite.runners import Command

DOCUMENT: dict[str, Any] = {
    "flags": {"f": {"key": "f", "version": 1, "on": True, "variations": ["a", "b"], "fallthrough": {"variation": 0}}},
    "segments": {},
}
SERVED = [0, "a", {"kind": "FALLTHROUGH"}]
ERROR = [None, None, {"kind": "ERROR", "errorKind": "USER_NOT_SPECIFIED"}]
USER = {"kind": "user", "key": "mia"}
LEGACY = {"key": "mia"}


def report(contexts: list[Any], isoflag: list[Any], javascript: list[Any], python: list[Any]) -> Report:
    """Returns the audit of the flag, with these answers for each context."""
    visitors = read_contexts(json.dumps(contexts), is_lines=False)
    ((line, indexes),) = lines_of(DOCUMENT, visitors, 0)
    own = json.dumps({"answer": {"answers": [[answer] for answer in isoflag]}})
    refused: dict[str, list[str]] = {"flags": [], "segments": []}
    sdks = {
        name: {"refused": refused, "answers": [[answer] for answer in rows]}
        for name, rows in {"javascript": javascript, "python": python}.items()
    }
    return audit([(Answers(line, [(Command("python", ()), own)], sdks), indexes)])


def test_a_disagreement_is_attributed_to_its_point() -> None:
    found = report([USER, LEGACY], [SERVED, SERVED], [SERVED, SERVED], [SERVED, ERROR])
    (only,) = found.disagreements
    assert (only.flag, only.context, only.points) == ("f", 1, ("A7",))
    assert found.differs_from_isoflag == {"python": 1}
    assert "1 of 2 contexts" in found.text()
    assert "A7: a legacy user, without `kind`" in found.text()
    assert found.to_json()["disagreements"][0]["points"] == ["A7"]


def test_a_disagreement_that_nothing_explains_is_named_as_such() -> None:
    (only,) = report([USER, USER], [SERVED, SERVED], [SERVED, SERVED], [SERVED, ERROR]).disagreements
    assert only.points == ("unknown",)


def test_agreeing_answers_have_no_disagreement() -> None:
    found = report([USER], [SERVED], [SERVED], [SERVED])
    assert not found.disagreements
    assert "disagree on 0" in found.text()


@pytest.mark.parametrize("erring", ["isoflag", "javascript", "python"])
def test_an_audit_of_nothing_but_errors_is_refused(erring: str) -> None:
    answers = {name: [ERROR if name == erring else SERVED] for name in ("isoflag", "javascript", "python")}
    with pytest.raises(AuditError, match=f"every answer of {erring} is an error"):
        report([USER], **answers)


def test_contexts_are_unwrapped_with_their_big_segments() -> None:
    big = {"status": "HEALTHY", "memberships": {}}
    wrapped = {"name": "Mia", "context": USER, "bigSegments": big}
    attribute = {**USER, "context": "an attribute"}
    for text, is_lines in (
        (json.dumps([wrapped, USER, attribute]), False),
        (json.dumps({"a": wrapped, "b": USER, "c": attribute}), False),
        ("\n".join(map(json.dumps, [wrapped, USER, attribute])) + "\n\n", True),
    ):
        visitors = read_contexts(text, is_lines=is_lines)
        assert [visitor.context for visitor in visitors] == [USER, USER, attribute]
        lines = lines_of({**DOCUMENT, "meta": {"hash": "murmur3"}}, visitors, 7)
        assert [(line.get("bigSegments"), line["hash"], indexes) for line, indexes in lines] == [
            (big, "murmur3", [0]),
            (None, "murmur3", [1, 2]),
        ]


def test_a_document_without_flags_is_refused() -> None:
    documents: list[Any] = [[], {}, {"flags": {}}, {"flags": None}]
    for document in documents:
        with pytest.raises(AuditError, match="no flags"):
            lines_of(document, read_contexts(json.dumps([USER]), is_lines=False), 0)
    with pytest.raises(AuditError, match="no contexts"):
        lines_of(DOCUMENT, [], 0)


@pytest.mark.skipif(not (CONFORMANCE / "node_modules").exists(), reason="the JavaScript SDK is not installed")
def test_the_front_end_and_back_end_of_the_shop_disagree_on_a_legacy_user() -> None:
    shop: Path = CONFORMANCE.parent / "examples" / "shop"
    found = run(argparse.Namespace(document=shop / "flags.json", contexts=shop / "contexts.json"))
    assert (found.flags, found.contexts) == (17, 8)
    assert len(found.disagreements) == 17
    assert {each.context for each in found.disagreements} == {4}
