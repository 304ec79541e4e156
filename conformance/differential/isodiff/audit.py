"""Compares the SDKs of a front end and a back end over a team's own document and contexts.

Each flag is evaluated for each context by LaunchDarkly's JavaScript and Python SDKs and by isoflag. The rules of
:mod:`isodiff.spec` only attribute differences to the points of DIVERGENCES.md.

The contexts are a JSON file (an array, or an object whose members are contexts) or JSON Lines. A context may be wrapped
in an object with the members ``context`` and ``bigSegments``. The exit code is 1 if the two SDKs disagree, and 2 if nothing can be compared.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from isodiff.compare import LOADING, OWN, Answers, Comparison, Tally
from isodiff.fleet import Fleet, oracles
from isodiff.quirks import NO_ANSWER, explained
from isodiff.quirks.sdk import POINTS
from isodiff.spec.flags import Spec
from suite.canonical_json import Json, canonical
from suite.runners import python

MOST_SHOWN = 5
"""The differences of a flag that are printed."""

SITUATIONS = {
    **{point.name: point.situation for point in POINTS},
    LOADING: "the SDK rejects a part of the flag",
    OWN: "a rollout has a hash of its own, which the SDK ignores",
    "unknown": "no point explains it",
}


class AuditError(Exception):
    """Nothing can be compared: the message says why."""


@dataclass
class Disagreement:
    """A flag for which the SDKs answer one context differently."""

    flag: str
    context: int
    answers: dict[str, str]
    points: tuple[str, ...]


@dataclass
class Report:
    """The result of an audit."""

    flags: int
    contexts: int
    disagreements: list[Disagreement] = field(default_factory=list)
    differs_from_isoflag: Counter[str] = field(default_factory=Counter)

    def text(self) -> str:
        """Returns the report for a terminal."""
        answers = self.flags * self.contexts
        lines = [
            f"{self.flags} flags × {self.contexts} contexts: {answers} answers",
            f"the JavaScript SDK and the Python SDK disagree on {len(self.disagreements)}",
        ]
        lines += [f"isoflag and the {sdk} SDK disagree on {self.differs_from_isoflag[sdk]}" for sdk in ("javascript", "python")]
        by_flag: dict[str, list[Disagreement]] = {}
        for each in self.disagreements:
            by_flag.setdefault(each.flag, []).append(each)
        for flag, found in by_flag.items():
            lines.append(f"\n{json.dumps(flag, ensure_ascii=False)}: {len(found)} of {self.contexts} contexts")
            for each in found[:MOST_SHOWN]:
                lines.append(f"  context {each.context + 1}: {', '.join(each.points)}")
                lines += [f"    {name}: {text}" for name, text in each.answers.items()]
            if len(found) > MOST_SHOWN:
                lines.append(f"  and {len(found) - MOST_SHOWN} more")
        points = sorted({point for each in self.disagreements for point in each.points})
        lines += ["", *(f"{point}: {SITUATIONS[point]}" for point in points)] if points else []
        return "\n".join(lines)

    def to_json(self) -> Json:
        """Returns the report as JSON."""
        return {
            "flags": self.flags,
            "contexts": self.contexts,
            "differsFromIsoflag": {sdk: self.differs_from_isoflag[sdk] for sdk in ("javascript", "python")},
            "disagreements": [
                {
                    "flag": each.flag,
                    "context": each.context,
                    "points": list(each.points),
                    "answers": {name: NO_ANSWER if text == NO_ANSWER else json.loads(text) for name, text in each.answers.items()},
                }
                for each in self.disagreements
            ],
        }


@dataclass(frozen=True)
class Visitor:
    """A context, and what is known of its big segments."""

    context: Json
    big_segments: Json = None


def read_contexts(text: str, *, is_lines: bool) -> list[Visitor]:
    """Parses a file of contexts, and unwraps each."""
    if is_lines:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    else:
        found = json.loads(text)
        if isinstance(found, dict):
            found = [found] if found.keys() & {"key", "kind", "context"} else list(found.values())
    if not isinstance(found, list):
        raise AuditError("the contexts are neither an array nor an object of contexts")
    return [_unwrapped(each) for each in found]


def _unwrapped(each: Json) -> Visitor:
    if isinstance(each, dict) and "context" in each and not each.keys() & {"key", "kind"}:
        return Visitor(each["context"], each.get("bigSegments"))
    return Visitor(each)


def lines_of(document: Json, visitors: list[Visitor], now: int) -> list[tuple[Json, list[int]]]:
    """Returns the lines that the programs answer, one for all contexts with the same big segments; and their indexes."""
    if not isinstance(document, dict) or not isinstance(document.get("flags"), dict) or not document["flags"]:
        raise AuditError("the document has no flags")
    if not visitors:
        raise AuditError("there are no contexts")
    meta = document.get("meta")
    name = meta.get("hash") if isinstance(meta, dict) else None
    alike: dict[str, list[int]] = {}
    for index, visitor in enumerate(visitors):
        alike.setdefault(canonical(visitor.big_segments), []).append(index)
    lines = []
    for number, indexes in enumerate(alike.values()):
        contexts = [visitors[index].context for index in indexes]
        line = {"n": number, "document": document, "contexts": contexts, "flags": list(document["flags"]), "now": now}
        # The SDKs are run with the document's hash, which LaunchDarkly's documents cannot choose.
        line["hash"] = name or "sha1"
        big_segments = visitors[indexes[0]].big_segments
        lines.append((line if big_segments is None else {**line, "bigSegments": big_segments}, indexes))
    return lines


def audit(answered: list[tuple[Answers, list[int]]]) -> Report:
    """Compares the answers to lines; the indexes are those of their contexts."""
    report = Report(len(answered[0][0].line["flags"]), sum(len(indexes) for _, indexes in answered))
    errors: dict[str, str] = {}
    for answers, indexes in answered:
        for name, rows in _compare(answers, indexes, report).items():
            all_answers = [answer for row in rows for answer in row]
            errors.setdefault(name, canonical(all_answers[0]))
            if not all(map(_is_error, all_answers)):
                errors[name] = ""
    for name, first in errors.items():
        if first:
            raise AuditError(f"every answer of {name} is an error, the first {first}: are these the contexts of this document?")
    report.disagreements.sort(key=lambda each: (each.flag, each.context))
    return report


def _compare(answers: Answers, indexes: list[int], report: Report) -> dict[str, list[list[Json]]]:
    """Adds the differences in the answers to a line, of which isoflag's are those of the first host runtime."""
    comparison = Comparison(answers, Tally())
    line = answers.line
    own = json.loads(answers.hosts[0][1])
    if "answer" not in own or "error" in own["answer"]:
        raise AuditError(f"isoflag rejects the document: {canonical(own)}")
    table = {"isoflag": own["answer"]["answers"], **{sdk: said["answers"] for sdk, said in answers.sdks.items()}}
    for index, raw in enumerate(line["contexts"]):
        for column, key in enumerate(line["flags"]):
            said = {name: _shown(rows[index][column]) for name, rows in table.items()}
            differing = [sdk for sdk in answers.sdks if said[sdk] != said["isoflag"]]
            report.differs_from_isoflag.update(differing)
            if said["javascript"] != said["python"]:
                points = sorted({point for sdk in differing for point in _points(comparison, sdk, said[sdk], raw, key)})
                report.disagreements.append(Disagreement(key, indexes[index], said, tuple(points)))
    return table


def _is_error(answer: Json) -> bool:
    return isinstance(answer, dict) or answer[2]["kind"] == "ERROR"


def _shown(answer: Json) -> str:
    return NO_ANSWER if isinstance(answer, dict) else canonical(answer)


def _points(comparison: Comparison, sdk: str, theirs: str, raw: Json, key: str) -> tuple[str, ...]:
    """Returns the points that explain why an SDK's answer is not isoflag's."""

    def answer(rules: Spec) -> str:
        detail = rules.evaluate(comparison.document, raw, comparison.line.get("bigSegments"), key)
        return comparison.shown(key, detail)

    excuse = comparison.reach.excuse([key], comparison.sdks[sdk]["refused"])
    return explained(sdk, theirs, answer) or (excuse or "unknown",)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="conformance/run.sh audit", description=__doc__)
    parser.add_argument("document", type=Path, help="a flag document")
    parser.add_argument("--contexts", type=Path, required=True, help="a JSON or JSON Lines file of contexts")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"cannot read {path}: {error}") from error


def run(chosen: argparse.Namespace) -> Report:
    try:
        document = json.loads(read(chosen.document))
        visitors = read_contexts(read(chosen.contexts), is_lines=chosen.contexts.suffix in (".jsonl", ".ndjson"))
    except json.JSONDecodeError as error:
        raise AuditError(f"not JSON: {error}") from error
    lines = lines_of(document, visitors, int(time.time() * 1000))
    fleet = Fleet([*oracles(), python()])
    try:
        batch = [line for line, _ in lines]
        answers = list(fleet.collect(batch, fleet.ask(batch)))
    finally:
        fleet.close()
    return audit([(each, indexes) for each, (_, indexes) in zip(answers, lines, strict=True)])


def main() -> int:
    chosen = options()
    # As in the differential: the rules follow the SDKs into long chains.
    sys.setrecursionlimit(20_000)
    warnings.simplefilter("ignore", FutureWarning)
    try:
        report = run(chosen)
    except AuditError as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report.to_json(), ensure_ascii=False) if chosen.json else report.text())
    return 1 if report.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
