"""Compares the results of Python and WebAssembly for one document.

Run it with `make demo`, which builds both first, or after `make build` with the Python of `.venv`. An argument
names the folder of another build of the npm package. The exit code is 1 if any answer differs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import isoflag

HERE = Path(__file__).resolve().parent
COLOURS = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
BOLD, GREEN, RED, DIM = "1", "32", "31", "2"


@dataclass(frozen=True)
class Question:
    """One flag evaluated for one context."""

    key: str
    context: dict[str, Any]
    big_segments: dict[str, Any] | None = None


@dataclass(frozen=True)
class Replies:
    """The results of one host runtime for a document and some evaluations, as canonical text."""

    digest: str
    answers: list[str]
    explanations: list[str]


class Python:
    """The extension module, in this process."""

    name = "Python"

    def reply(self, document: str, questions: Sequence[Question]) -> Replies:
        flags = isoflag.Flags.from_json(document)
        answers, explanations = [], []
        for question in questions:
            detail = flags.variation_detail(question.key, question.context, None, big_segments=question.big_segments)
            answers.append(
                canonical(
                    {
                        "value": detail.value,
                        "variationIndex": detail.variation_index,
                        "reason": detail.reason,
                    }
                )
            )
            explanation = flags.explain(question.key, question.context, big_segments=question.big_segments)
            explanations.append(explanation.to_json())
        return Replies(flags.digest, answers, explanations)


class WebAssembly:
    """The npm package, in a Node process that lives as long as the demo."""

    name = "WebAssembly"

    def __init__(self, node: subprocess.Popen[str]) -> None:
        self._node = node

    def reply(self, document: str, questions: Sequence[Question]) -> Replies:
        request = {
            "document": document,
            "questions": [
                {
                    "key": question.key,
                    "context": question.context,
                    "bigSegments": question.big_segments,
                }
                for question in questions
            ],
        }
        assert self._node.stdin and self._node.stdout
        try:
            self._node.stdin.write(json.dumps(request) + "\n")
            self._node.stdin.flush()
        except BrokenPipeError:
            pass  # Node has said why on standard error.
        reply = self._node.stdout.readline()
        if not reply:
            sys.exit("the WebAssembly host ended without an answer")
        return Replies(**json.loads(reply))


def canonical(value: Any) -> str:
    """Returns JSON with sorted members, the text that is compared between host runtimes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def in_words(reason: dict[str, Any]) -> str:
    """Returns LaunchDarkly's reason in a few words."""
    match reason["kind"]:
        case "OFF":
            words = "the flag is off"
        case "TARGET_MATCH":
            words = "named in a target list"
        case "RULE_MATCH":
            words = f"rule {reason.get('ruleId', reason['ruleIndex'])}"
        case "FALLTHROUGH":
            words = "no rule matched"
        case "PREREQUISITE_FAILED":
            words = f"prerequisite {reason['prerequisiteKey']} not met"
        case "ERROR":
            words = {
                "FLAG_NOT_FOUND": "error: no such flag",
                "USER_NOT_SPECIFIED": "error: invalid context",
                "MALFORMED_FLAG": "error: malformed flag",
            }.get(reason["errorKind"], f"error: {reason['errorKind']}")
        case other:
            words = other
    if reason.get("inExperiment"):
        words += " (experiment)"
    match reason.get("bigSegmentsStatus"):
        case None | "HEALTHY":
            pass
        case status:
            words += f" (segments {status.lower().replace('_', ' ')})"
    return words


def coloured(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if COLOURS else text


def shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def two_lines(who: str, replies: dict[str, Replies]) -> bool:
    """Prints both results of one evaluation; returns whether they are byte-for-byte identical."""
    answers = {reply.answers[0] for reply in replies.values()}
    explanations = {reply.explanations[0] for reply in replies.values()}
    for name, reply in replies.items():
        value = canonical(json.loads(reply.answers[0])["value"])
        print(f"  {name:12} {coloured(value.ljust(7), BOLD)} {reply.answers[0]}")
    if len(answers) > 1 or len(explanations) > 1:
        print(coloured("  NOT the same bytes", RED))
        return False
    bucket = json.loads(explanations.pop())["trace"]["rollout"]["bucket"]
    print(coloured(f"  same bytes: {who} is in bucket {bucket} of 100000", GREEN))
    return True


def first_screen(hosts: Sequence[Python | WebAssembly]) -> bool:
    """Evaluates one flag on both host runtimes, edits the document, and evaluates again."""
    before = (HERE / "first" / "flags.json").read_text(encoding="utf-8")
    key, context = "new-checkout", {"kind": "user", "key": "mia"}
    question = [Question(key, context)]
    print(coloured(f"One document, one flag, one user: {canonical(context)}", BOLD))
    print(textwrap.indent(before.rstrip(), "  "))
    same = two_lines(context["key"], {host.name: host.reply(before, question) for host in hosts})

    edits = [('"weight": 20000', '"weight": 50000'), ('"weight": 80000', '"weight": 50000')]
    after = before
    for old, new in edits:
        after = after.replace(old, new)
    print()
    print(coloured("One edit: from 20 % of the users to 50 %", BOLD))
    for old, new in zip(before.splitlines(), after.splitlines(), strict=True):
        if old != new:
            print(coloured(f"  -{old}", RED))
            print(coloured(f"  +{new}", GREEN))
    return two_lines(context["key"], {host.name: host.reply(after, question) for host in hosts}) and same


Table = dict[str, dict[str, list[str]]]


def merged(by_flag: Table, flags: int) -> Table:
    """Prints the table, with one row for all contexts with equal results."""
    seen = Counter((letter, answer) for groups in by_flag.values() for answer, who in groups.items() for letter in who)
    constant = {letter: answer for (letter, answer), count in seen.items() if count == flags}
    table: Table = {}
    for key, groups in by_flag.items():
        rows = {answer: [letter for letter in who if letter not in constant] for answer, who in groups.items()}
        table[key] = {answer: who for answer, who in rows.items() if who}
    if constant:
        table["every flag"] = {}
        for letter, answer in constant.items():
            table["every flag"].setdefault(answer, []).append(letter)
    return table


def shop(hosts: Sequence[Python | WebAssembly]) -> bool:
    """Prints the shop's table of every flag and context; returns whether the results agree."""
    document = (HERE / "shop" / "flags.json").read_text(encoding="utf-8")
    people = json.loads((HERE / "shop" / "contexts.json").read_text(encoding="utf-8"))
    letters = [chr(ord("A") + index) for index in range(len(people))]
    keys = list(json.loads(document)["flags"])
    questions = [Question(key, person["context"], person.get("bigSegments")) for key in keys for person in people]
    replies = {host.name: host.reply(document, questions) for host in hosts}
    names, (ours, theirs) = list(replies), list(replies.values())

    print()
    print(coloured(f"A shop: {len(keys)} flags for {len(people)} contexts", BOLD))
    for letter, person in zip(letters, people, strict=True):
        print(f"  {letter}  {person['name']}")
    print()
    print(coloured(f"  {'flag':18} {'value':26} {'why':41} for", DIM))

    by_flag: Table = {}
    differing: list[tuple[str, str, str, str]] = []
    for index, question in enumerate(questions):
        letter = letters[index % len(people)]
        answer, other = ours.answers[index], theirs.answers[index]
        if answer == other:
            by_flag.setdefault(question.key, {}).setdefault(answer, []).append(letter)
        else:
            differing.append((question.key, letter, answer, other))
    for key, groups in merged(by_flag, len(keys)).items():
        for row, (answer, who) in enumerate(groups.items()):
            parts = json.loads(answer)
            value = shortened(canonical(parts["value"]), 26)
            words = shortened(in_words(parts["reason"]), 41)
            print(f"  {'' if row else key:18} {value:26} {words:41} {''.join(who)}")
    for key, letter, answer, other in differing:
        print(coloured(f"  {key} for {letter} differs:", RED))
        print(f"    {names[0]:12} {answer}\n    {names[1]:12} {other}")

    print()
    for name, reply in replies.items():
        print(f"  {name:12} {reply.digest}")
    digests = ours.digest == theirs.digest
    explained = sum(map(str.__eq__, ours.explanations, theirs.explanations))
    same = digests and not differing and explained == len(questions)
    verdict = (
        f"{'same bytes' if same else 'NOT the same bytes'}: "
        f"{len(questions) - len(differing)} of {len(questions)} answers, "
        f"{explained} of {len(questions)} explanations, {'the' if digests else 'NOT the'} digest"
    )
    print(coloured(f"  {verdict}", GREEN if same else RED))
    print("\n  make demo-web shows the browser and a Lambda function deciding this side by side")
    return same


def main() -> int:
    with subprocess.Popen(
        ["node", str(HERE / "demo.mjs"), *sys.argv[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as node:
        hosts = (Python(), WebAssembly(node))
        same = first_screen(hosts)
        same = shop(hosts) and same
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
