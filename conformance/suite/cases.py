"""Reads the vectors, and derives further cases from them and from the vendor's contract cases."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.canonical_json import Json, canonical
from suite.comparator import differences, same

CONFORMANCE = Path(__file__).resolve().parents[1]
VECTORS = CONFORMANCE / "vectors"
VENDOR_VECTORS = CONFORMANCE.parents[1] / "shared" / "vectors"
VENDOR_NOW = 1_800_000_000_000
VENDOR_TYPES = {"double": "float", "any": "json"}


@dataclass(frozen=True)
class Case:
    """One case: what a runner reads, and what its answer must contain."""

    given: dict[str, Any]
    expect: dict[str, Any]
    file: str
    rule: str = ""
    """What SPEC.md defines and the case tests."""

    @property
    def id(self) -> str:
        """The case's name, unique in the suite."""
        return str(self.given["id"])

    @property
    def call(self) -> str:
        """The name of the call."""
        return str(next(iter(self.given["call"])))

    def faults(self, answers: dict[str, Json], messages: dict[str, str]) -> list[str]:
        """Returns the faults of the answer."""
        return differences(self.expect, answers[self.id], messages.get(self.id, ""))


@dataclass(frozen=True)
class Derived(Case):
    """A case whose answer must match the answer to another one."""

    like: str = ""

    def faults(self, answers: dict[str, Json], messages: dict[str, str]) -> list[str]:
        one, other = (self.compared(answers[name]) for name in (self.id, self.like))
        return [] if same(one, other) else [f"`{self.like}` answered {canonical(other)}, this {canonical(one)}"]

    def compared(self, answer: Json) -> Json:
        """Returns the answer without the differences that are allowed."""
        if "diagnostics" in answer:
            # Only a text preserves the notation of numbers.
            kept = [item for item in answer["diagnostics"] if item["code"] != "number-precision"]
            return {**answer, "diagnostics": kept}
        return answer


class Explained(Derived):
    """An explanation, whose result must be the answer of the evaluation; the default is not part of it."""

    def compared(self, answer: Json) -> Json:
        result = answer.get("answer", answer)
        return result if result.get("variationIndex") is not None else {**result, "value": None}


class VendorState(Case):
    """A state of all flags in the vendor's contract tests, in which null details are absent."""

    def faults(self, answers: dict[str, Json], messages: dict[str, str]) -> list[str]:
        found, wanted = ({**state, DETAILS: details_of(state)} for state in (answers[self.id]["state"], self.expect))
        return [] if same(found, wanted) else [f"expected {canonical(wanted)}, answered {canonical(found)}"]


class VendorQueries(Case):
    """The keys for which the vendor's SDK queries the big segment store; isoflag may query more."""

    def faults(self, answers: dict[str, Json], messages: dict[str, str]) -> list[str]:
        missing = set(self.expect["keys"]) - set(answers[self.id]["keys"])
        return [f"missing {sorted(missing)}"] if missing else []


DETAILS = "$flagsState"


def details_of(state: Json) -> Json:
    """Returns the details of each flag without nulls."""
    return {key: {name: item for name, item in details.items() if item is not None} for key, details in state[DETAILS].items()}


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Returns every case of every file, each with its document and its texts in full."""
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    for path in sorted(VECTORS.glob("*.json")):
        content = read(path)
        for case in content["cases"]:
            given = expanded(case, content.get("documents", {}))
            yield Case(given, given.pop("expect"), path.name, case["rule"])


def read(path: Path) -> Any:
    """Returns a file's content."""
    return json.loads(path.read_text(encoding="utf-8"))


def expanded(case: Json, documents: Json) -> dict[str, Any]:
    """Returns the case with named documents replaced, texts joined and bytes as numbers."""
    given = {name: joined(member) for name, member in case.items() if name not in ("rule", "description")}
    if "documentBase64" in given:
        given["documentBytes"] = list(base64.b64decode(given.pop("documentBase64")))
    for holder in (given, *given["call"].get("pinned", {}).get("history", ())):
        if isinstance(holder.get("document"), str):
            holder["document"] = documents[holder["document"]]
    return given


def joined(value: Json) -> Json:
    """Joins each text that is given in parts, of which some are repeated."""
    if isinstance(value, dict):
        if value.keys() == {"parts"}:
            return "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in value["parts"])
        return {name: joined(item) for name, item in value.items()}
    return [joined(item) for item in value] if isinstance(value, list) else value


def derived_cases() -> Iterator[Case]:
    """Yields cases that compare texts with objects, and explanations with evaluations."""
    seen = set()
    for case in all_cases():
        given = case.given
        if "error" not in case.expect:
            for member, text_member, call in (("document", "documentText", "load"), ("context", "contextText", "context")):
                value, container = given.get(member), given.get("container", "document")
                if isinstance(value, dict) and (member, container, canonical(value)) not in seen:
                    seen.add((member, container, canonical(value)))
                    name = f"{case.id}#{member}"
                    base = {"id": name, "container": container, "call": {call: {}}}
                    yield Case({**base, member: value}, {}, case.file)
                    text = {**base, "id": f"{name}-text", text_member: canonical(value)}
                    yield Derived(text, {}, case.file, like=name)
        evaluated = given["call"].get("evaluate", {})
        if "flag" in evaluated and evaluated.get("type", "any") in ("any", "json") and "value" in case.expect:
            explain = {"explain": {"flag": evaluated["flag"]}}
            yield Explained({**given, "id": f"{case.id}#explained", "call": explain}, {}, case.file, like=case.id)


def vendor_cases(folder: Path) -> Iterator[Case]:
    """Yields the vendor's contract cases; a client that is not ready has no document, and no case here."""
    for path in sorted(folder.glob("*.json")):
        for number, case in enumerate(read(path)["cases"]):
            options = case.get("options") or {}
            if options.get("clientNotReady"):
                continue
            given = {
                "id": f"{path.stem}#{number}",
                "document": {"flags": case["flags"], "segments": case.get("segments") or {}},
                "context": case["context"],
            }
            if case.get("bigSegments") is not None:
                given["bigSegments"] = case["bigSegments"]
            if "expectAllFlags" in case:
                call = {"allFlagsState": {**options, "now": VENDOR_NOW}}
                yield VendorState({**given, "call": call}, {"$valid": True, **case["expectAllFlags"]}, path.name)
                continue
            kind = VENDOR_TYPES.get(case["valueType"], case["valueType"])
            call = {"evaluate": {"flag": case["flagKey"], "default": case["default"], "type": kind}}
            yield Case({**given, "call": call}, case["expect"], path.name)
            if "expectQueries" in case:
                queries = {**given, "id": f"{path.stem}#{number}-keys", "call": {"bigSegmentKeys": {}}}
                yield VendorQueries(queries, {"keys": case["expectQueries"]}, path.name)
