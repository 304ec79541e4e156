"""Runs the vendor's contract cases, if their folder is beside the checkout."""

from __future__ import annotations

from typing import Any

import pytest

import isoflag
from canonical_json import canonical
from vector_files import VENDOR_VECTORS, read

GETTERS = {"bool": "bool", "int": "int", "double": "float", "string": "str", "any": "json"}


def cases() -> list[Any]:
    found = []
    for path in sorted(VENDOR_VECTORS.glob("*.json")) if VENDOR_VECTORS.is_dir() else []:
        content = read(path)
        found += [
            pytest.param(case, id=f"{content['name']}: {case['name']}".replace("::", ": ")) for case in content["cases"]
        ]
    return found


CASES = cases()
pytestmark = pytest.mark.skipif(
    not CASES, reason=f"no folder of vendor vectors at ../{'/'.join(VENDOR_VECTORS.parts[-2:])}"
)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return value


def test_there_are_cases() -> None:
    assert len(CASES) > 0


@pytest.mark.parametrize("case", CASES)
def test_vendor_vector(case: dict[str, Any]) -> None:
    flags = isoflag.Flags.from_dict({"flags": case["flags"], "segments": case.get("segments") or {}})
    context, big_segments = case["context"], case.get("bigSegments")
    if "expectAllFlags" in case:
        options = case.get("options") or {}
        if options.get("clientNotReady"):
            pytest.skip("a client that is not ready has no document, and no state to give")
        state = flags.all_flags_state(
            context,
            client_side_only=options.get("clientSideOnly", False),
            with_reasons=options.get("withReasons", False),
            details_only_for_tracked_flags=options.get("detailsOnlyForTrackedFlags", False),
            now=1_800_000_000_000,
        )
        expected = {"$valid": True, **case["expectAllFlags"]}
        values = [name for name in expected if not name.startswith("$")]
        assert sorted(state) == sorted(expected)
        assert canonical([state[name] for name in values]) == canonical([expected[name] for name in values])
        assert canonical(without_nulls(state["$flagsState"])) == canonical(without_nulls(expected["$flagsState"]))
        assert state["$valid"] == expected["$valid"]
        return
    get = getattr(flags, f"{GETTERS[case['valueType']]}_variation_detail")
    detail = get(case["flagKey"], context, case["default"], big_segments=big_segments)
    expected = case["expect"]
    given = {"value": detail.value, "variationIndex": detail.variation_index, "reason": detail.reason}
    assert canonical({name: given[name] for name in expected}) == canonical(expected)
    if "expectQueries" in case:
        asked = flags.big_segment_keys(context)
        assert set(case["expectQueries"]) <= set(asked)
