"""Compares the answers to one line: hosts with each other, with the rules, and with LaunchDarkly's SDKs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from isodiff.quirks import NO_ANSWER, SDKS, Answer, answer_as, explained
from isodiff.spec.document import Document
from isodiff.spec.flags import Detail, Spec
from suite.canonical_json import Json, canonical
from suite.comparator import equal_lines
from suite.runners import Command

LOADING = "loading"
OWN = "own"


@dataclass(frozen=True)
class Failure:
    """A difference that no point explains."""

    number: int
    what: str
    flag: str | None
    context: int | None
    answers: tuple[tuple[str, str], ...]


@dataclass
class Tally:
    """The counts of a run."""

    cases: int = 0
    documents: int = 0
    agreed: int = 0
    points: dict[str, Counter[str]] = field(default_factory=lambda: {sdk: Counter() for sdk in SDKS})
    diverged: Counter[str] = field(default_factory=Counter)
    states: int = 0
    typed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Json, Failure]] = field(default_factory=list)

    @property
    def failures(self) -> list[Failure]:
        return [failure for _, failure in self.failed]


@dataclass
class Answers:
    """The answers to one line. ``hosts`` may be empty."""

    line: Json
    hosts: list[tuple[Command, str]]
    sdks: dict[str, Json]


def question(line: Json) -> Json:
    """Returns the case that the runners answer for a generated line."""
    states = [{**options, "now": line["now"]} for options in line.get("states", ())]
    sweep = {name: line.get(name, []) for name in ("contexts", "flags", "now", "typed")}
    # From the text if there is one, so that both ways of loading are compared.
    form = {"documentText": line["text"]} if "text" in line else {"document": line["document"]}
    given = {"id": line["n"], **form, "call": {"sweep": {**sweep, "states": states}}}
    return {**given, "bigSegments": line["bigSegments"]} if "bigSegments" in line else given


class Comparison:
    """Compares the answers to one line."""

    def __init__(self, answers: Answers, tally: Tally) -> None:
        self.line = answers.line
        self.hosts = answers.hosts
        self.sdks = answers.sdks
        self.tally = tally
        self.document = Document(self.line["document"])
        self.reach = Reach(self.line["document"], self.document)

    def run(self) -> None:
        self.tally.documents += 1
        self._hosts()
        own = self._own()
        if own is not None and "error" in own:
            self._fail("isoflag refuses the document", None, None, isoflag=canonical(own["error"]))
            return
        for index, raw in enumerate(self.line["contexts"]):
            for column, key in enumerate(self.line["flags"]):
                self.tally.cases += 1
                found = own["answers"][index][column] if own else None
                self._case(index, raw, key, column, found)
        self._states(own)
        self._typed(own)

    def _hosts(self) -> None:
        """Checks that all runners answered alike; the first is the reference."""
        lines = {command.name: self._without_notation(line) for command, line in self.hosts}
        reference = next(iter(lines.values()), "")
        failed = [name for name, line in lines.items() if '"failure":' in line and "failure" in json.loads(line)]
        if failed:
            self._fail("a runner failed", None, None, **{name: lines[name] for name in failed})
        elif not all(equal_lines(lines[command.name], reference, tools=command.tools) for command, _ in self.hosts):
            self._fail("hosts differ", None, None, **lines)

    def _without_notation(self, line: str) -> str:
        """Removes the diagnostics about the notation of numbers, unless the document was loaded from its text."""
        if "text" in self.line or '"number-precision"' not in line:
            return line
        found = json.loads(line)
        kept = [each for each in found["answer"]["diagnostics"] if each["code"] != "number-precision"]
        found["answer"]["diagnostics"] = kept
        return canonical(found)

    def _own(self) -> Json:
        """Returns isoflag's answer, if there is one."""
        return json.loads(self.hosts[0][1]).get("answer") if self.hosts else None

    def _case(self, index: int, raw: Json, key: str, column: int, found: Json) -> None:
        def answer(rules: Spec) -> str:
            detail = rules.evaluate(self.document, raw, self.line.get("bigSegments"), key)
            return self.shown(key, detail)

        own = self._checked("answers", answer, found, key, index)
        reason = json.loads(own)[2]
        self.tally.reasons[reason.get("errorKind", reason["kind"])] += 1
        agreed = True
        for sdk, said in self.sdks.items():
            theirs = said["answers"][index][column]
            text = NO_ANSWER if isinstance(theirs, dict) else canonical(theirs)
            if text != own:
                agreed = False
                self._diverged(sdk, "answers", text, own, answer, [key], key, index)
        self.tally.agreed += agreed

    def _checked(self, what: str, answer: Answer, found: Json, key: str | None, index: int | None) -> str:
        """Returns isoflag's answer, which has to be that of the rules."""
        own = answer(Spec())
        if found is None:
            return own
        text = canonical(found)
        if text != own:
            said = {"isoflag": text, "rules": own}
            for sdk, other in self.sdks.items():
                if what == "answers" and index is not None and key is not None:
                    column = self.line["flags"].index(key)
                    said[sdk] = json.dumps(other["answers"][index][column])
            self._fail(f"isoflag against the rules in {what}", key, index, **said)
        return text

    def _diverged(
        self, sdk: str, what: str, theirs: str, own: str, answer: Answer, keys: list[str], key: str | None, index: int | None
    ) -> None:
        self.tally.diverged[sdk] += 1
        excuse = self.reach.excuse(keys, self.sdks[sdk]["refused"])
        if excuse is not None:
            self.tally.points[sdk][excuse] += 1
            return
        names = explained(sdk, theirs, answer)
        if names is None:
            expected = answer_as(answer, SDKS[sdk]())
            said = {"isoflag": own, sdk: theirs, "rules as this SDK": expected}
            self._fail(f"unexplained: {sdk} in {what}", key, index, **said)
            return
        for name in names:
            self.tally.points[sdk][name] += 1

    def _states(self, own: Json) -> None:
        for number, options in enumerate(self.line.get("states") or ()):
            raw = self.line["contexts"][options["context"]]

            def answer(rules: Spec, raw: Json = raw, options: Json = options) -> str:
                return canonical(rules.all_flags_state(self.document, raw, self.line.get("bigSegments"), options, self.line["now"]))

            found = own["states"][number] if own else None
            text = self._checked("states", answer, found, None, options["context"])
            self.tally.states += 1
            for sdk, said in self.sdks.items():
                theirs = said["states"][number]
                shown = NO_ANSWER if theirs is None else canonical(theirs)
                if shown != text:
                    keys = list(self.document.flags)
                    self._diverged(sdk, "states", shown, text, answer, keys, None, options["context"])

    def _typed(self, own: Json) -> None:
        for row, key in enumerate(self.line.get("typed") or ()):
            for kind, default in (("boolean", True), ("number", 987654.5), ("string", "default"), ("json", {"default": True})):
                self._typed_case(row, key, kind, default, own)

    def _typed_case(self, row: int, key: str, kind: str, default: Json, own: Json) -> None:
        raw = self.line["contexts"][0]

        def answer(rules: Spec) -> str:
            detail = rules.evaluate(self.document, raw, self.line.get("bigSegments"), key)
            flag = self.document.flags.get(key)
            if flag is None:
                return canonical([None, default, detail.reason])
            return canonical(rules.typed(flag, detail, kind, default))

        found = own["typed"][row][kind] if own else None
        text = self._checked(f"typed {kind}", answer, found, key, 0)
        self.tally.typed += 1
        if "javascript" not in self.sdks:
            return
        theirs = self.sdks["javascript"]["typed"][row][kind]
        shown = NO_ANSWER if theirs is None else canonical(theirs)
        if shown != text:
            self._diverged("javascript", f"typed {kind}", shown, text, answer, [key], key, 0)

    def shown(self, key: str, detail: Detail) -> str:
        """Returns an answer as it is compared."""
        value = None
        if detail.index is not None:
            flag = self.document.flags[key]
            value = flag.variations[detail.index] if flag is not None else None
        return canonical([detail.index, value, detail.reason])

    def _fail(self, what: str, flag: str | None, context: int | None, **said: str) -> None:
        answers = tuple(said.items())
        failure = Failure(self.line["n"], what, flag, context, answers)
        self.tally.failed.append((self.line, failure))


class Reach:
    """The flags and segments that an evaluation may read."""

    def __init__(self, raw: Json, document: Document) -> None:
        self.document = document
        self.raw = raw

    def excuse(self, keys: list[str], refused: Json) -> str | None:
        """Returns why an SDK's answer is not compared with the rules, if so: loading, or isoflag's additions."""
        flags, segments = set(refused["flags"]), set(refused["segments"])
        for member, key in self._closure(keys):
            item = (self.document.flags if member == "flags" else self.document.segments).get(key)
            if key in (flags if member == "flags" else segments) or (item and item.strange):
                return LOADING
        if any('"hash":' in json.dumps(self._raw(*place)) for place in self._closure(keys)):
            return OWN
        return None

    def _raw(self, member: str, key: str) -> Json:
        return (self.raw.get(member) or {}).get(key)

    def _closure(self, keys: list[str]) -> Iterator[tuple[str, str]]:
        waiting = [("flags", key) for key in keys]
        seen = set(waiting)
        while waiting:
            place = waiting.pop()
            yield place
            for found in self._references(self._raw(*place)):
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)

    def _references(self, raw: Json) -> Iterator[tuple[str, str]]:
        if isinstance(raw, dict):
            if isinstance(raw.get("prerequisites"), list):
                for item in raw["prerequisites"]:
                    if isinstance(item, dict) and isinstance(item.get("key"), str):
                        yield ("flags", item["key"])
            if raw.get("op") == "segmentMatch" and isinstance(raw.get("values"), list):
                for value in raw["values"]:
                    yield ("segments", value if isinstance(value, str) else json.dumps(value))
            for item in raw.values():
                yield from self._references(item)
        elif isinstance(raw, list):
            for item in raw:
                yield from self._references(item)
