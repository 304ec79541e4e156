"""Compares answers: with what a case expects, and the lines of two host runtimes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from suite.canonical_json import Json, canonical

TOOLS = ("diagnostics", "explanations", "hashes")
"""Members of answers that `core.wasm` does not have."""
SUBSETS = ("trace", "retirements", "decisions")
"""Members whose objects may have more members than expected."""


def differences(expected: Mapping[str, Any], answer: Mapping[str, Any], message: str = "") -> list[str]:
    """Returns each expected member that the answer does not have."""
    return [
        f"`{name}`: expected {canonical(wanted)}, answered {canonical(dict(answer))} {message}".rstrip()
        for name, wanted in expected.items()
        if not _holds(name, wanted, answer, message)
    ]


def _holds(name: str, wanted: Any, answer: Mapping[str, Any], message: str) -> bool:
    if name == "absentDiagnostics":
        return not any(covers(found, item) for found in answer["diagnostics"] for item in wanted)
    if name not in answer:
        return False
    found = answer[name]
    if name == "diagnostics":
        return all(any(covers(one, item) for one in found) for item in wanted)
    if name == "error":
        wanted = dict(wanted)
        return wanted.pop("messageContains", "") in message and covers(found, wanted)
    return covers(found, wanted) if name in SUBSETS else same(found, wanted)


def covers(found: Json, wanted: Json) -> bool:
    """Returns whether `found` has everything in `wanted`: objects may have more members, arrays not more elements."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(name in found and covers(found[name], item) for name, item in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(covers(one, other) for one, other in zip(found, wanted, strict=True))
        )
    return same(found, wanted)


def same(one: Json, other: Json) -> bool:
    """Returns whether two values have one canonical text."""
    return canonical(one) == canonical(other)


def answer_lines(answers: Mapping[str, Json]) -> bytes:
    """Returns one canonical line for each answer, sorted by the UTF-16 code units of the ids."""
    ids = sorted(answers, key=lambda name: name.encode("utf-16-be"))
    return "".join(canonical({"answer": answers[name], "id": name}) + "\n" for name in ids).encode()


def equal_lines(line: str, reference: str, *, tools: bool) -> bool:
    """Returns whether a host's line is that of the reference; `tools` is false for a host with `core.wasm`."""
    if line == reference or tools:
        return line == reference
    one, other = json.loads(line), json.loads(reference)
    if one.get("unsupported") and one["id"] == other["id"]:
        return True
    for member in TOOLS:
        if isinstance(other.get("answer"), dict) and member not in one.get("answer", {}):
            other["answer"].pop(member, None)
    # As texts: Python compares `true` equal to 1.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
