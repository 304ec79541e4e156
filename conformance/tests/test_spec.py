"""The spec alone gives what the vectors expect of each evaluation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from isodiff.spec.document import Document
from isodiff.spec.flags import Spec
from isodiff.spec.operators import TRANSLATIONS
from suite.canonical_json import canonical
from suite.cases import Case, all_cases

TYPES = {"bool": "boolean", "int": "integer", "float": "number", "string": "string"}
TYPES |= {"json": "json", "any": "json"}
TRANSLATED = re.compile(r"[\\$?{]|\[\[|\+\+|\*\*")
"""What Python's ``re`` may read differently from isoflag."""


def skipped(case: Case) -> str | None:
    """Returns why the spec does not answer the case."""
    if case.call not in ("evaluate", "allFlagsState"):
        return f"the call `{case.call}`"
    if case.rule == "limits":
        return "a limit, which the spec leaves out"
    if case.given.get("container") == "appconfig":
        return "the container of AWS AppConfig, which SPEC.md does not define"
    if any(pattern not in TRANSLATIONS and TRANSLATED.search(pattern) for pattern in patterns(raw_document(case))):
        return "a pattern that Python's `re` may read differently, and that the spec does not translate"
    return None


def raw_document(case: Case) -> Any:
    raw = case.given.get("document", {"flags": {}})
    if "documentText" in case.given:
        raw = json.loads(case.given["documentText"])
    return {"flags": raw} if case.given.get("container") == "flagMap" else raw


def patterns(value: Any) -> Iterator[str]:
    """Finds the patterns of all clauses."""
    if isinstance(value, dict):
        if value.get("op") == "matches":
            yield from (each for each in value["values"] if isinstance(each, str))
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from patterns(item)


def answer(case: Case) -> dict[str, Any]:
    ((name, call),) = case.given["call"].items()
    context = case.given.get("context")
    if "contextText" in case.given:
        context = json.loads(case.given["contextText"])
    document, big_segments, rules = (Document(raw_document(case)), case.given.get("bigSegments"), Spec())
    if name == "allFlagsState":
        options = {"clientSideOnly": False, "withReasons": False, "detailsOnlyForTrackedFlags": False, **call}
        state = rules.all_flags_state(document, context, big_segments, options, call.get("now", 0))
        return {"state": state}
    key = json.loads(call["flagText"]) if "flagText" in call else call["flag"]
    detail = rules.evaluate(document, context, big_segments, key)
    flag = document.flags.get(key)
    found: Any = [None, call["default"], detail.reason]
    if flag is not None:
        found = rules.typed(flag, detail, TYPES[call.get("type", "json")], call["default"])
    return dict(zip(("variationIndex", "value", "reason"), found, strict=True))


ANSWERED = [case for case in all_cases() if skipped(case) is None]


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.id)
def test_the_spec_answers_as_a_vector_expects(case: Case) -> None:
    found = answer(case)
    expected = {name: case.expect[name] for name in found if name in case.expect}
    assert expected
    assert canonical({name: found[name] for name in expected}) == canonical(expected)


def test_most_evaluations_are_answered() -> None:
    evaluations = [case for case in all_cases() if case.call == "evaluate"]
    assert sum(case.call == "evaluate" for case in ANSWERED) > 0.95 * len(evaluations)
