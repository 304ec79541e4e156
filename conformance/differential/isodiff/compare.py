"""Compares the answers to one line: hosts with each other, with the rules, and with LaunchDarkly's SDKs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from isodiff.explain import NO_ANSWER, explained
from isodiff.jsontext import Json, canonical
from isodiff.rules import state
from isodiff.rules.context import NoAnswer
from isodiff.rules.evaluation import Detail, Document, evaluate
from isodiff.rules.reading import Unspecified
from isodiff.rules.switches import Switches, isoflag_switches, sdk_switches

SDKS = ("javascript", "python")
LOADING = "loading"
OWN = "own"
UNSAID = "unsaid"


@dataclass(frozen=True)
class Failure:
    """An unexplained difference."""

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
    points: dict[str, Counter[str]] = field(
        default_factory=lambda: {sdk: Counter() for sdk in SDKS}
    )
    diverged: Counter[str] = field(default_factory=Counter)
    states: int = 0
    typed: int = 0
    unsaid: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Json, Failure]] = field(default_factory=list)

    @property
    def failures(self) -> list[Failure]:
        return [failure for _, failure in self.failed]


@dataclass
class Answers:
    """The answers to one line. ``hosts`` is empty at first."""

    line: Json
    hosts: dict[str, tuple[str, ...]]
    sdks: dict[str, Json]


class Comparison:
    """One line's comparison."""

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
            self._fail("isoflag refuses the document", None, None, isoflag=own["error"])
            return
        for index, raw in enumerate(self.line["contexts"]):
            for column, key in enumerate(self.line["flags"]):
                self.tally.cases += 1
                found = own["answers"][index][column] if own else None
                self._case(index, raw, key, column, found)
        self._states(own)
        self._typed(own)

    def _hosts(self) -> None:
        for part, what in enumerate(("answers", "explanations")):
            # A host on core.wasm does not explain.
            said = {n: lines[part] for n, lines in self.hosts.items() if part < len(lines)}
            if len(set(said.values())) > 1:
                self._fail(f"hosts differ in their {what}", None, None, **said)

    def _own(self) -> Json:
        for lines in self.hosts.values():
            return json.loads(lines[0])
        return None

    def _case(self, index: int, raw: Json, key: str, column: int, found: Json) -> None:
        def rules(switches: Switches) -> str:
            detail = evaluate(self.document, raw, self.line.get("bigSegments"), key, switches)
            return self._shown(key, detail)

        own = self._checked("answers", rules, found, key, index)
        if own is None:
            return
        reason = json.loads(own)[2] if own != NO_ANSWER else {"kind": own}
        self.tally.reasons[reason.get("errorKind", reason["kind"])] += 1
        agreed = True
        for sdk, said in self.sdks.items():
            theirs = said["answers"][index][column]
            text = NO_ANSWER if isinstance(theirs, dict) else canonical(theirs)
            if text != own:
                agreed = False
                self._diverged(sdk, "answers", text, own, rules, [key], key, index)
        self.tally.agreed += agreed

    def _checked(
        self,
        what: str,
        rules: Callable[[Switches], str],
        found: Json,
        key: str | None,
        index: int | None,
    ) -> str | None:
        """Returns isoflag's answer, which must equal that of the rules, or None if the rules do not define it."""
        try:
            own = rules(isoflag_switches())
        except Unspecified:
            self.tally.unsaid += 1
            return None
        except NoAnswer:
            own = NO_ANSWER
        if found is None:
            return own
        text = canonical(found)
        if text != own:
            said = {"isoflag": text, "rules": own}
            for sdk, answer in self.sdks.items():
                if what == "answers" and index is not None and key is not None:
                    column = self.line["flags"].index(key)
                    said[sdk] = json.dumps(answer["answers"][index][column])
            self._fail(f"isoflag against the rules in {what}", key, index, **said)
        return text

    def _diverged(
        self,
        sdk: str,
        what: str,
        theirs: str,
        own: str,
        rules: Callable[[Switches], str],
        keys: list[str],
        key: str | None,
        index: int | None,
    ) -> None:
        self.tally.diverged[sdk] += 1
        excuse = self.reach.excuse(keys, self.sdks[sdk]["refused"])
        if excuse is not None:
            self.tally.points[sdk][excuse] += 1
            return
        names = explained(sdk, theirs, rules)
        if names is None:
            try:
                expected = rules(sdk_switches(sdk))
            except NoAnswer:
                expected = NO_ANSWER
            said = {"isoflag": own, sdk: theirs, "rules as this SDK": expected}
            self._fail(f"unexplained: {sdk} in {what}", key, index, **said)
            return
        for name in names:
            self.tally.points[sdk][name] += 1

    def _states(self, own: Json) -> None:
        for number, options in enumerate(self.line.get("states") or ()):
            raw = self.line["contexts"][options["context"]]

            def rules(switches: Switches, raw: Json = raw, options: Json = options) -> str:
                return canonical(
                    state.all_flags(
                        self.document,
                        raw,
                        self.line.get("bigSegments"),
                        options,
                        self.line["now"],
                        switches,
                    )
                )

            found = own["states"][number] if own else None
            text = self._checked("states", rules, found, None, options["context"])
            if text is None:
                continue
            self.tally.states += 1
            for sdk, said in self.sdks.items():
                theirs = said["states"][number]
                shown = NO_ANSWER if theirs is None else canonical(theirs)
                if shown != text:
                    keys = list(self.document.flags)
                    self._diverged(
                        sdk, "states", shown, text, rules, keys, None, options["context"]
                    )

    def _typed(self, own: Json) -> None:
        for row, key in enumerate(self.line.get("typed") or ()):
            for kind, default in (
                ("boolean", True),
                ("number", 987654.5),
                ("string", "default"),
                ("json", {"default": True}),
            ):
                self._typed_case(row, key, kind, default, own)

    def _typed_case(self, row: int, key: str, kind: str, default: Json, own: Json) -> None:
        raw = self.line["contexts"][0]

        def rules(switches: Switches) -> str:
            detail = evaluate(self.document, raw, self.line.get("bigSegments"), key, switches)
            flag = self.document.flags.get(key)
            if flag is None:
                return canonical([None, default, detail.reason])
            return canonical(state.typed(flag, detail, kind, default))

        found = own["typed"][row][kind] if own else None
        text = self._checked(f"typed {kind}", rules, found, key, 0)
        if text is None:
            return
        self.tally.typed += 1
        if "javascript" not in self.sdks:
            return
        theirs = self.sdks["javascript"]["typed"][row][kind]
        shown = NO_ANSWER if theirs is None else canonical(theirs)
        if shown != text:
            self._diverged("javascript", f"typed {kind}", shown, text, rules, [key], key, 0)

    def _shown(self, key: str, detail: Detail) -> str:
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
    """Returns the items that an evaluation may read, and those that an SDK does not support."""

    def __init__(self, raw: Json, document: Document) -> None:
        self.document = document
        self.raw = raw

    def excuse(self, keys: list[str], refused: Json) -> str | None:
        """Returns why the SDK's answer is not comparable: its loading of documents, or isoflag's additions."""
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
