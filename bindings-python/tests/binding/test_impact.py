"""``Flags.impact``: the cases of every runtime, and a plain loop over the same contexts."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from isoflag import Context, Flags
from pages import TOP

CASES = json.loads((TOP / "tools/tests/impact.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_cases_of_every_runtime(case: dict[str, Any]) -> None:
    impact = Flags.from_dict(case["old"]).impact(case["new"], case["contexts"], by=case["by"])
    assert impact.to_dict() == case["impact"]
    assert str(impact) == case["text"]


@pytest.mark.parametrize("case", [case for case in CASES if case["contexts"]])
def test_the_counts_are_those_of_a_loop(case: dict[str, Any]) -> None:
    old, new = Flags.from_dict(case["old"]), Flags.from_dict(case["new"])
    impact = old.impact(new, iter(case["contexts"])).to_dict()
    for flag in impact["flags"]:
        loop: Counter[tuple[int | None, int | None]] = Counter()
        for context in case["contexts"]:
            before = old.variation_detail(flag["key"], context, None)
            after = new.variation_detail(flag["key"], context, None)
            if "USER_NOT_SPECIFIED" not in str(before.reason) + str(after.reason):
                loop[before.variation_index, after.variation_index] += 1
        moves = {(m["from"]["variation"], m["to"]["variation"]): m["count"] for m in flag["moves"]}
        assert moves == loop
        assert impact["contexts"] == loop.total()


def flag(variation: int) -> dict[str, Any]:
    served = {"on": True, "variations": [False, True], "fallthrough": {"variation": variation}}
    return {"flags": {"a": served}}


def test_contexts_are_read_one_after_the_other() -> None:
    def contexts() -> Iterator[object]:
        yield Context("ada")
        yield {"kind": "user", "key": "bob", "n": float("nan")}
        raise LookupError("no more")

    flags = Flags.from_dict(flag(0))
    with pytest.raises(LookupError, match="no more"):
        flags.impact(flag(1), contexts())  # type: ignore[arg-type]
    assert "2 of 2 contexts" in str(flags.impact(flag(1), [Context("a"), Context("b")]))
    assert repr(flags.impact(flag(0))).startswith('<Impact {"by":[]')


def test_wrong_arguments_raise() -> None:
    flags = Flags.from_dict(flag(0))
    with pytest.raises(TypeError, match="`by` must hold attributes"):
        flags.impact(flag(1), by="country")
    with pytest.raises(ValueError, match="`by`: the attribute reference `/`"):
        flags.impact(flag(1), by=["/"])
    with pytest.raises(TypeError):
        flags.impact(flag(1), 7)  # type: ignore[arg-type]
