"""Runs the suite on this host runtime, and writes the answers for comparison with the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

import isoflag
from answers import Answer, answer, differences, error_message, load, loaded
from canonical_json import canonical
from conftest import GIVEN
from vector_files import Case, all_cases

CASES = all_cases()


@pytest.fixture
def answers(request: pytest.FixtureRequest) -> dict[str, Answer]:
    """The answers so far; `conftest.py` writes them once they are complete."""
    return request.config.stash[GIVEN]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_vector(case: Case, answers: dict[str, Answer]) -> None:
    given = answer(case)
    answers[case.id] = given
    assert differences(case.given["expect"], given) == []
    wanted = case.given["expect"].get("error", {}).get("messageContains")
    assert wanted is None or wanted in error_message(case)


def test_ids_are_unique() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    assert len(CASES) > 0


@pytest.mark.parametrize("field", ["value", "variationIndex", "reason"])
def test_a_wrong_expectation_is_found(field: str) -> None:
    case = next(case for case in CASES if case.given["call"].get("evaluate"))
    wrong = {**case.given["expect"], field: "wrong"}
    assert len(differences(wrong, answer(case))) == 1


def test_text_and_mapping_load_alike() -> None:
    """A document's text and its mapping have equal answers, except for errors that only text can have."""

    def without_precision(flags: isoflag.Flags) -> Answer:
        given = loaded(flags)
        given["diagnostics"] = [item for item in given["diagnostics"] if item["code"] != "number-precision"]
        return given

    compared = 0
    for case in CASES:
        if case.document_bytes is not None or "document" not in case.given or "error" in case.given["expect"]:
            continue
        text = canonical(case.document)
        read = {
            "flagMap": isoflag.Flags.from_flag_map,
            "appconfig": isoflag.Flags.from_appconfig,
        }.get(case.given.get("container", ""), isoflag.Flags.from_json)
        expected = canonical(without_precision(load(case)))
        assert canonical(without_precision(read(text))) == expected, case.id
        assert canonical(without_precision(read(text.encode()))) == expected, case.id
        compared += 1
    assert compared > 1000


def parsed(read: Callable[[], isoflag.Context]) -> str:
    """Returns the canonical context, or its error."""
    try:
        context = read()
    except isoflag.ContextError as error:
        return f"{error.code} at {error.path}"
    return f"{context.key} {canonical(context.to_dict())}"


def test_text_and_mapping_of_contexts_are_alike() -> None:
    compared = 0
    for case in CASES:
        context = case.given.get("context")
        if not isinstance(context, dict) or "error" in answer(case):
            continue
        by_mapping = parsed(partial(isoflag.Context.from_dict, context))
        by_text = parsed(partial(isoflag.Context.from_json, canonical(context)))
        assert by_mapping == by_text, case.id
        compared += 1
    assert compared > 1000
