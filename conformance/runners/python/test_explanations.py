"""Every explanation matches its schema and has the result of an evaluation."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from answers import answer
from canonical_json import canonical
from vector_files import CONFORMANCE, Case, all_cases, read

SCHEMA = read(CONFORMANCE.parent / "docs" / "explanation.schema.json")


def asked_for(case: Case) -> str | None:
    """Returns the flag that the case evaluates, of any type."""
    call = case.given["call"].get("evaluate", {})
    key: str | None = call.get("flag")
    return key if call.get("type", "any") in {"any", "json"} else None


EVALUATED = [case for case in all_cases() if asked_for(case) is not None]


def explained(case: Case) -> dict[str, object]:
    call = {"explain": {"flag": asked_for(case)}}
    return answer(Case({**case.given, "call": call}, case.documents))


def test_an_explanation_tells_the_answer_of_the_evaluation() -> None:
    assert len(EVALUATED) > 2000
    for case in EVALUATED:
        told, given = explained(case)["answer"], answer(case)
        if given["variationIndex"] is None:
            given["value"] = None
        assert canonical(told) == canonical(given), case.id


@pytest.fixture
def deep_recursion() -> Iterator[None]:
    """Raises the recursion limit for the validator: some traces are 64 prerequisites deep."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("deep_recursion")
def test_explanations_are_what_their_schema_says() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(SCHEMA)
    cases = [explained(case) for case in EVALUATED[::5]]
    cases += [answer(case) for case in all_cases() if "explain" in case.given["call"]]
    assert len(cases) > 400
    assert [fault.message for found in cases for fault in validator.iter_errors(found)] == []
    assert list(validator.iter_errors({**cases[0], "trace": {"flag": 5}})) != []
