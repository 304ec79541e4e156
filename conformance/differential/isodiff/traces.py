"""Compares an explanation with the rules: each step of its trace must be one that they take, with the same result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isodiff.spec.bucketing import Bucket
from isodiff.spec.clauses import Path
from isodiff.spec.document import Clause, Flag, Prerequisite, Rollout, Segment, SegmentRule
from isodiff.spec.flags import Spec
from suite.canonical_json import Json

Steps = dict[tuple[str, int], Json]
"""Results by the kind of a step and the identity of its part."""


class Recording(Spec):
    """Records the result of each step of an evaluation; a step that is not complete has none."""

    def __init__(self) -> None:
        self.steps: Steps = {}

    def all_match(self, clauses: Sequence[Clause] | None, path: Path) -> bool:
        found = super().all_match(clauses, path)
        self.steps["clauses", id(clauses)] = found
        return found

    def clause(self, clause: Clause, path: Path) -> bool:
        found = super().clause(clause, path)
        self.steps["clause", id(clause)] = found
        return found

    def in_segment(self, segment: Segment, path: Path) -> bool:
        found = super().in_segment(segment, path)
        self.steps["segment", id(segment)] = found
        return found

    def matches_rule(self, segment: Segment, rule: SegmentRule, path: Path) -> bool:
        found = super().matches_rule(segment, rule, path)
        self.steps["rule", id(rule)] = found
        return found

    def holds(self, wanted: Prerequisite, path: list[str]) -> bool:
        found = super().holds(wanted, path)
        self.steps["prerequisite", id(wanted)] = found
        return found

    def bucket(self, by: Rollout | SegmentRule, key: str, salt: str) -> Bucket:
        found = super().bucket(by, key, salt)
        self.steps["bucket", id(by)] = found.number
        return found


class Trace:
    """The steps of a trace, in the form of a recording."""

    def __init__(self, recording: Recording) -> None:
        self.document = recording.document

    def flag(self, node: Json) -> Iterator[tuple[tuple[str, int], Json]]:
        """Yields the steps of a flag."""
        flag = self.document.flags.get(node["flag"])
        if flag is None or flag.broken:
            return
        for wanted, found in zip(flag.prerequisites, node.get("prerequisites", ()), strict=False):
            if found["flag"] != wanted.key:
                yield ("order of prerequisites", id(wanted)), found["flag"]
            if "holds" in found:
                yield ("prerequisite", id(wanted)), found["holds"]
            if "trace" in found:
                yield from self.flag(found["trace"])
        decided = flag.fallthrough
        for found in node.get("rules", ()):
            rule = flag.rules[found["index"]]
            if found.get("match"):
                decided = rule.choice
            if "match" in found:
                yield ("clauses", id(rule.clauses)), found["match"]
            yield from self.clauses(rule.clauses, found)
        if "rollout" in node and decided.rollout is not None:
            yield ("bucket", id(decided.rollout)), node["rollout"]["bucket"]
            yield from self.entries(flag, decided.rollout, node)

    def entries(self, flag: Flag, rollout: Rollout, node: Json) -> Iterator[tuple[tuple[str, int], Json]]:
        """Yields nothing if the chosen entry is the served one, and the weights are those of the rollout."""
        shown = node["rollout"]["entries"]
        weights = [entry.weight for entry in rollout.variations]
        sums = [sum(weights[: count + 1]) for count in range(len(weights))]
        chosen = [number for number, entry in enumerate(shown) if entry["chosen"]]
        served = rollout.variations[chosen[0]].variation if len(chosen) == 1 else None
        is_index = served is not None and 0 <= served < len(flag.variations)
        if [(entry["weight"], entry["threshold"]) for entry in shown] != list(zip(weights, sums, strict=True)):
            yield ("entries", id(rollout)), shown
        if node.get("variationIndex") != (served if is_index else None):
            yield ("chosen entry", id(rollout)), chosen

    def clauses(self, clauses: Sequence[Clause] | None, node: Json) -> Iterator[tuple[tuple[str, int], Json]]:
        """Yields the steps of a rule's clauses."""
        for clause, found in zip(clauses or (), node.get("clauses", ()), strict=False):
            if "match" in found:
                yield ("clause", id(clause)), found["match"]
            for shown in found.get("segments", ()):
                segment = self.document.segments.get(shown["segment"])
                if segment is not None and shown.get("decidedBy") != "repeated":
                    yield from self.segment(segment, shown)

    def segment(self, segment: Segment, node: Json) -> Iterator[tuple[tuple[str, int], Json]]:
        """Yields the steps of a segment."""
        if "member" in node:
            yield ("segment", id(segment)), node["member"]
        for found in node.get("rules", ()):
            rule = segment.rules[found["index"]]
            if "match" in found:
                yield ("rule", id(rule)), found["match"]
            if "rollout" in found:
                yield ("bucket", id(rule)), found["rollout"]["bucket"]
            yield from self.clauses(rule.clauses, found)


def differences(recording: Recording, trace: Json) -> list[str]:
    """Returns the steps that only one of an evaluation's recording and its trace has, or with another result."""
    shown: Steps = {} if trace is None else dict(Trace(recording).flag(trace))
    # A rule of a segment has its own step, which includes the weight; the list of its clauses has none in the trace.
    of_rules = {id(rule.clauses) for segment in recording.document.segments.values() if segment for rule in segment.rules}
    taken = {step: found for step, found in recording.steps.items() if step[0] != "clauses" or step[1] not in of_rules}
    # All absent lists of clauses are one object.
    absent = ("clauses", id(None))
    steps = sorted({name for name, _ in shown.keys() | taken.keys()})
    faults = []
    for name in steps:
        one = {step: found for step, found in shown.items() if step[0] == name and step != absent}
        other = {step: found for step, found in taken.items() if step[0] == name and step != absent}
        if one != other:
            faults.append(f"{name}: the trace has {list(one.values())}, the rules {list(other.values())}")
    return faults
