"""One evaluation by the rules, with the switches of one SDK."""

from __future__ import annotations

from dataclasses import dataclass

from isodiff.jsontext import Json
from isodiff.rules import bucketing, context, operators, reading, reference
from isodiff.rules.bucketing import Bucket
from isodiff.rules.context import Context, NoAnswer
from isodiff.rules.reading import Choice, Clause, Flag, Rollout, Segment, SegmentRule, Unspecified
from isodiff.rules.switches import Switches

SEVERITY = ("HEALTHY", "STALE", "STORE_ERROR", "NOT_CONFIGURED")
# As many as the JavaScript oracle lets its SDK make before it takes the cycle for one that never ends.
MOST_SEGMENT_VISITS = 300
KNOWN_HASHES = ("sha1", "murmur3")


class Malformed(Exception):
    """The whole evaluation is MALFORMED_FLAG."""


@dataclass
class Detail:
    """``error`` is an error of this flag only; ``fatal`` one that its dependents have too."""

    index: int | None
    reason: dict[str, Json]
    error: bool = False
    fatal: bool = False


def failure(kind: str = "MALFORMED_FLAG", *, fatal: bool = False) -> Detail:
    return Detail(None, {"kind": "ERROR", "errorKind": kind}, error=True, fatal=fatal)


class Document:
    """The flags and segments of a document, as read once for many evaluations."""

    def __init__(self, raw: Json) -> None:
        self.flags = {
            key: reading.flag(item, key) for key, item in (raw.get("flags") or {}).items()
        }
        segments = raw.get("segments") or {}
        self.segments = {key: reading.segment(item, key) for key, item in segments.items()}
        meta = raw.get("meta")
        self.hash = (meta.get("hash") if isinstance(meta, dict) else None) or "sha1"


class Evaluation:
    """The state of one evaluation."""

    def __init__(
        self, document: Document, who: Context, big: Json, switches: Switches, key: str
    ) -> None:
        self.document = document
        self.who = who
        self.big = big
        self.switches = switches
        self.key = key
        self.status: str | None = None
        self.listed: list[str] = []
        self.queried: set[str] = set()
        self.visits = 0

    def run(self) -> Detail:
        flag = self.document.flags.get(self.key)
        if flag is None:
            return failure("FLAG_NOT_FOUND")
        try:
            start = [] if self.switches.javascript("D14") else [self.key]
            detail = self._flag(flag, start, top=True)
        except Malformed:
            detail = failure()
            if self.status is not None and self.switches.python("S3"):
                self.status = None
        if self.status is not None:
            detail.reason["bigSegmentsStatus"] = self.status
        return detail

    # Flags

    def _flag(self, flag: Flag, path: list[str], *, top: bool = False) -> Detail:
        if flag.unspecified:
            raise Unspecified
        if flag.broken and (flag.on or flag.unreadable_off):
            raise Malformed
        if not flag.on:
            return self._off(flag, {"kind": "OFF"})
        failed = self._prerequisites(flag, path, top=top)
        if failed is not None:
            return failed
        target = self._target(flag)
        if target is not None:
            return self._variation(flag, target, {"kind": "TARGET_MATCH"})
        for index, rule in enumerate(flag.rules):
            if self._rule(rule.clauses, ()):
                return self._choice(flag, rule.choice, self._rule_reason(rule.id, index))
        return self._choice(flag, flag.fallthrough, {"kind": "FALLTHROUGH"})

    def _rule_reason(self, identifier: str | None, index: int) -> dict[str, Json]:
        reason: dict[str, Json] = {"kind": "RULE_MATCH", "ruleIndex": index}
        if identifier:
            reason["ruleId"] = identifier
        elif identifier is None:
            if self.switches.python("S5"):
                reason["ruleId"] = None
        elif self.switches.python("P13") or self.switches.javascript("P13"):
            reason["ruleId"] = ""
        return reason

    def _off(self, flag: Flag, reason: dict[str, Json]) -> Detail:
        if flag.off_variation is None:
            return Detail(None, reason)
        return self._variation(flag, flag.off_variation, reason)

    def _variation(self, flag: Flag, index: int, reason: dict[str, Json]) -> Detail:
        if 0 <= index < len(flag.variations):
            return Detail(index, reason)
        return failure()

    def _prerequisites(self, flag: Flag, path: list[str], *, top: bool) -> Detail | None:
        result: Detail | None = None
        for wanted in flag.prerequisites:
            if wanted.key in path:
                if not self.switches.javascript("D14"):
                    if top and wanted.key == self.key and self.switches.javascript("P16"):
                        self.listed.append(wanted.key)
                    raise Malformed
                result = failure(fatal=True)
                continue
            other = self.document.flags.get(wanted.key)
            missing = other is None
            if top and not (missing and self.switches.javascript("A3")):
                own = wanted.key == self.key
                if not own or self.switches.javascript("P16"):
                    self.listed.append(wanted.key)
            off: dict[str, Json] = {"kind": "PREREQUISITE_FAILED", "prerequisiteKey": wanted.key}
            if other is None:
                return self._off(flag, off)
            if not other.on and other.unreadable_off:
                raise Unspecified
            detail = self._flag(other, [*path, wanted.key])
            if detail.fatal:
                return detail
            if detail.error and self.switches.javascript("D10"):
                return failure(fatal=True)
            if not other.on or detail.index is None or detail.index != wanted.variation:
                return self._off(flag, off)
        return result

    def _target(self, flag: Flag) -> int | None:
        if not flag.context_targets:
            for entry in flag.targets:
                if self._targeted(entry, "P05"):
                    return entry.variation
            return None
        for entry in flag.context_targets:
            if entry.kind in ("none", "", "user"):
                same = (t for t in flag.targets if t.variation == entry.variation)
                users = next(same, None)
                if users is None:
                    continue
                if self._targeted(users, "P20"):
                    return entry.variation
            elif self.who.key(entry.kind) in entry.values:
                return entry.variation
        return None

    def _targeted(self, entry: reading.Target, point: str) -> bool:
        kind = self._kind(entry.kind)
        if kind != "user" and self.switches.python(point):
            kind = "user"
        return self.who.key(kind) in entry.values

    def _kind(self, name: str) -> str:
        """The kind that a member names; ``none`` is an absent member."""
        if name == "none":
            return "user"
        if name == "":
            return "" if self.switches.javascript("P04") else "user"
        return name

    # Variations and rollouts

    def _choice(self, flag: Flag, choice: Choice, reason: dict[str, Json]) -> Detail:
        if choice.variation is not None:
            return self._variation(flag, choice.variation, reason)
        if choice.rollout is None or not choice.rollout.variations:
            return failure()
        return self._rollout(flag, choice.rollout, reason)

    def _rollout(self, flag: Flag, rollout: Rollout, reason: dict[str, Json]) -> Detail:
        kind = self._kind(rollout.kind)
        present = kind in self.who.kinds
        by = "" if rollout.experiment else rollout.bucket_by
        bucket, before = self._bucket(
            kind, by, rollout.kind, flag.key, flag.salt, rollout.seed, rollout.hash, "D36"
        )
        chosen = rollout.variations[-1]
        weights = bucketing.Weights(self.switches)
        fell = True
        for entry in rollout.variations:
            if weights.reach(bucket, entry.weight):
                chosen, fell = entry, False
                break
        tracked = rollout.experiment and not chosen.untracked
        if tracked and (present or (fell and not before)):
            reason["inExperiment"] = True
        return self._variation(flag, chosen.variation, reason)

    def _bucket(
        self,
        kind: str,
        by: str,
        sibling: str,
        key: str,
        salt: str,
        seed: int | float | None,
        name: str | None,
        before_point: str,
    ) -> tuple[Bucket, bool]:
        """The bucket, and whether it is Python's place before all buckets."""
        name = name or self.document.hash
        if name not in KNOWN_HASHES:
            raise Malformed
        literal = sibling in ("none", "")
        parts = reference.parse(by, literal, self.switches) if by else ("key",)
        if parts is None and (kind in self.who.kinds or not self.switches.python("P06")):
            raise Malformed
        if kind not in self.who.kinds:
            if self.switches.python(before_point):
                return bucketing.BEFORE, True
            return bucketing.ZERO, False
        prefix = f"{key}.{salt}"
        if seed is not None and not (seed == 0 and self.switches.javascript("D03")):
            prefix = self._seed(seed)
        value = self._kinds_of(kind, parts)
        return bucketing.bucket(name, prefix, value, self.switches), False

    def _seed(self, seed: int | float) -> str:
        if isinstance(seed, float):
            # A seed such as 3.0, which the Python SDK refuses to load.
            seed = int(seed)
        return bucketing.digits(seed, self.switches) or ""

    def _kinds_of(self, kind: str, parts: reference.Reference) -> Json:
        if parts == ("kind",) and self.switches.sdk == "javascript":
            # An array of all kinds, which cannot be bucketed by.
            return list(self.who.kinds) if self.switches.javascript("P18") else kind
        return self.who.value(kind, parts)

    # Clauses and segments

    def _rule(self, clauses: list[Clause] | None, path: tuple[str, ...]) -> bool:
        if clauses is None:
            return not self.switches.javascript("D15")
        for clause in clauses:
            try:
                if not self._clause(clause, path):
                    return False
            except Malformed:
                if clause is clauses[-1] or not self.switches.javascript("P01"):
                    raise
        return True

    def _clause(self, clause: Clause, path: tuple[str, ...]) -> bool:
        if clause.op == "segmentMatch":
            return self._any_segment(clause, path) != clause.negate
        literal = clause.kind in ("none", "")
        parts = reference.parse(clause.attribute, literal, self.switches)
        kind = self._kind(clause.kind)
        if parts is None:
            if kind not in self.who.kinds and self.switches.python("P06"):
                return False
            raise Malformed
        value = list(self.who.kinds) if parts == ("kind",) else self.who.value(kind, parts)
        if value is None:
            return False
        found = any(
            operators.matches(clause.op, one, wanted, self.switches)
            for one in (value if isinstance(value, list) else [value])
            for wanted in clause.values
        )
        return found != clause.negate

    def _any_segment(self, clause: Clause, path: tuple[str, ...]) -> bool:
        for key in clause.values:
            name = key
            if not isinstance(key, str):
                name = _spelling(key)
                if name not in self.document.segments or not self.switches.javascript("P12"):
                    continue
            segment = self.document.segments.get(name)
            if segment is not None and self._segment(segment, path):
                return True
        return False

    def _segment(self, segment: Segment, path: tuple[str, ...]) -> bool:
        self.visits += 1
        if self.visits > MOST_SEGMENT_VISITS and self.switches.sdk == "javascript":
            raise NoAnswer
        if segment.unspecified:
            raise Unspecified
        if segment.key in path or segment.broken:
            raise Malformed
        path = (*path, segment.key)
        if segment.unbounded:
            return self._big_segment(segment, path)
        return self._simple_segment(segment, path)

    def _simple_segment(self, segment: Segment, path: tuple[str, ...]) -> bool:
        if self._listed_in(segment.included, segment.included_contexts):
            return True
        if self._listed_in(segment.excluded, segment.excluded_contexts):
            return False
        return self._segment_rules(segment, path)

    def _listed_in(self, users: list[str], targets: list[reading.Target]) -> bool:
        return self._among("user", users) or any(
            self._among(self._kind(target.kind), target.values) for target in targets
        )

    def _among(self, kind: str, keys: list[str]) -> bool:
        key = self.who.key(kind)
        return key in keys and not (key == "" and self.switches.javascript("A6"))

    def _segment_rules(self, segment: Segment, path: tuple[str, ...]) -> bool:
        return any(self._segment_rule(segment, rule, path) for rule in segment.rules)

    def _segment_rule(self, segment: Segment, rule: SegmentRule, path: tuple[str, ...]) -> bool:
        if not self._rule(rule.clauses, path):
            return False
        if rule.weight is None:
            return True
        kind = self._kind(rule.kind)
        bucket, _ = self._bucket(
            kind, rule.bucket_by, rule.kind, segment.key, segment.salt, None, rule.hash, "D02"
        )
        return bucketing.Weights(self.switches).reach(bucket, rule.weight)

    def _big_segment(self, segment: Segment, path: tuple[str, ...]) -> bool:
        key = self.who.key(segment.unbounded_kind)
        generation = segment.generation
        if key == "" and self.switches.javascript("A6"):
            return False
        if generation == 0 and self.switches.javascript("S1"):
            generation = None
        if generation is None:
            if key is not None or not self.switches.javascript("D39"):
                self._merge("NOT_CONFIGURED")
            return False
        if key is None:
            return False
        if key not in self.queried:
            self.queried.add(key)
            self._merge("NOT_CONFIGURED" if self.big is None else self.big["status"])
        memberships = {} if self.big is None else self.big["memberships"]
        member = memberships.get(key, {}).get(f"{segment.key}.g{generation}")
        if member is not None:
            return bool(member)
        if self.switches.javascript("S2"):
            path = ()
        return self._segment_rules(segment, path)

    def _merge(self, status: str) -> None:
        if (
            self.status is None
            or SEVERITY.index(status) >= SEVERITY.index(self.status)
            or self.switches.python("A4")
        ):
            self.status = status


def _spelling(value: Json) -> str:
    """JavaScript's ``String(value)`` for what the generator puts among the values of ``segmentMatch``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def evaluate(
    document: Document, raw_context: Json, big: Json, key: str, switches: Switches
) -> Detail:
    """The answer for a context as it was written."""
    try:
        who = context.parse(raw_context, switches)
    except context.InvalidContext:
        return failure("USER_NOT_SPECIFIED")
    return Evaluation(document, who, big, switches, key).run()
