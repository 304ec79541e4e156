"""Flags, typed variations and the state of all flags: all rules, in one class (SPEC.md 4 and 7 to 10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from isodiff.spec.bucketing import Bucket
from isodiff.spec.context import InvalidContext, Malformed
from isodiff.spec.document import Choice, Document, Flag, Prerequisite, Rollout, Rule, Target, Weighted
from isodiff.spec.segments import Segments
from suite.canonical_json import Json

Reason = dict[str, Json]


@dataclass
class Detail:
    """The index of the served variation, if any, and the reason (8)."""

    index: int | None
    reason: Reason


def error(kind: str = "MALFORMED_FLAG") -> Detail:
    """Returns an error, which serves the default (4)."""
    return Detail(None, {"kind": "ERROR", "errorKind": kind})


class Flags(Segments):
    """Evaluates flags."""

    requested: str
    prerequisites_listed: list[str]
    """The prerequisites of the requested flag that were evaluated (10)."""

    def evaluate(self, document: Document, context: Json, big_segments: Json, key: str) -> Detail:
        """Evaluates a flag for a context (4, S3)."""
        self.document, self.big_segments, self.requested = document, big_segments, key
        self.status, self.queried, self.prerequisites_listed = None, set(), []
        self.results = {}
        try:
            self.context = self.read_context(context)
        except InvalidContext:
            return error("USER_NOT_SPECIFIED")
        flag = document.flags.get(key)
        if flag is None:
            return error("FLAG_NOT_FOUND")
        try:
            detail = self.flag(flag, self.first_path())
        except Malformed:
            detail = self.malformed()
        if self.status is not None:
            detail.reason["bigSegmentsStatus"] = self.status
        return detail

    def first_path(self) -> list[str]:
        """Returns the path of prerequisites that an evaluation begins with (4.1, D14)."""
        return [self.requested]

    def malformed(self) -> Detail:
        """Ends the evaluation with an error; the status of the store is kept (6.1, S3)."""
        return error()

    def flag(self, flag: Flag, path: list[str]) -> Detail:
        """Evaluates a flag, in the steps of section 4."""
        if flag.broken and (flag.on or flag.unreadable_off):
            raise Malformed
        if not flag.on:
            return self.off(flag, {"kind": "OFF"})
        failed = self.failed_prerequisite(flag, path)
        if failed is not None:
            return self.off(flag, {"kind": "PREREQUISITE_FAILED", "prerequisiteKey": failed.key})
        target = self.target(flag)
        if target is not None:
            return self.serve(flag, target, {"kind": "TARGET_MATCH"})
        for index, rule in enumerate(flag.rules):
            if self.all_match(rule.clauses, ()):
                return self.choose(flag, rule.choice, self.rule_reason(rule, index))
        return self.choose(flag, flag.fallthrough, {"kind": "FALLTHROUGH"})

    def off(self, flag: Flag, reason: Reason) -> Detail:
        """Returns the off result (4)."""
        if flag.off_variation is None:
            return Detail(None, reason)
        return self.serve(flag, flag.off_variation, reason)

    def serve(self, flag: Flag, index: int, reason: Reason) -> Detail:
        """Serves a variation; an index out of range is an error (4)."""
        return Detail(index, reason) if 0 <= index < len(flag.variations) else error()

    def failed_prerequisite(self, flag: Flag, path: list[str]) -> Prerequisite | None:
        """Returns the first prerequisite that does not hold (4.1)."""
        return next((each for each in flag.prerequisites if not self.holds(each, path)), None)

    def holds(self, wanted: Prerequisite, path: list[str]) -> bool:
        """Returns whether a prerequisite holds; a cycle is an error (4.1, D10 to D14)."""
        if wanted.key in path:
            raise Malformed
        if path == self.first_path():
            self.list_prerequisite(wanted.key)
        flag = self.document.flags.get(wanted.key)
        if flag is None:
            return False
        evaluate = partial(self.flag, flag, [*path, wanted.key])
        detail = self.once(("flag", wanted.key), evaluate)
        return flag.on and detail.index == wanted.variation

    def list_prerequisite(self, key: str) -> None:
        """Lists a prerequisite of the requested flag, also if it does not exist (10, A3, P16)."""
        self.prerequisites_listed.append(key)

    def target(self, flag: Flag) -> int | None:
        """Returns the index of the first target that has the context (4.2)."""
        if not flag.context_targets:
            for entry in flag.targets:
                if self.targeted(flag, entry):
                    return entry.variation
            return None
        for entry in flag.context_targets:
            if entry.kind not in (None, "", "user"):
                if self.context.key(entry.kind) in entry.values:
                    return entry.variation
                continue
            # An entry for users stands for the first entry of `targets` with its index (D04, D05).
            same = (target for target in flag.targets if target.variation == entry.variation)
            users = next(same, None)
            if users is not None and self.targeted(flag, users):
                return entry.variation
        return None

    def targeted(self, flag: Flag, entry: Target) -> bool:
        """Returns whether an entry of ``targets`` has the key of its kind (4.2, P05, P20, A6)."""
        return self.context.key(self.kind(entry.kind)) in entry.values

    def rule_reason(self, rule: Rule, index: int) -> Reason:
        """Returns the reason of a rule; an absent or empty id is left out (8, S5, P13)."""
        reason: Reason = {"kind": "RULE_MATCH", "ruleIndex": index}
        return {**reason, "ruleId": rule.id} if rule.id else reason

    def choose(self, flag: Flag, choice: Choice, reason: Reason) -> Detail:
        """Serves a variation or a rollout; neither, or an empty rollout, is an error (4)."""
        if choice.variation is not None:
            return self.serve(flag, choice.variation, reason)
        if choice.rollout is None or not choice.rollout.variations:
            return error()
        return self.roll_out(flag, choice.rollout, reason)

    def roll_out(self, flag: Flag, rollout: Rollout, reason: Reason) -> Detail:
        """Serves the first entry whose sum of weights exceeds the bucket, or the last (7, D36)."""
        bucket = self.bucket(rollout, flag.key, flag.salt)
        weights = [entry.weight for entry in rollout.variations]
        below = (n for n in range(len(weights)) if self.below(bucket, weights[: n + 1]))
        place = next(below, None)
        entry = rollout.variations[-1 if place is None else place]
        if self.in_experiment(rollout, entry, bucket, no_sum=place is None):
            reason["inExperiment"] = True
        return self.serve(flag, entry.variation, reason)

    def in_experiment(self, rollout: Rollout, entry: Weighted, bucket: Bucket, *, no_sum: bool) -> bool:
        """Returns whether the answer is part of an experiment (7, D36)."""
        present = self.kind(rollout.kind) in self.context.kinds
        return rollout.experiment and not entry.untracked and (present or no_sum)


TYPES = {"boolean": (bool,), "number": (int, float), "integer": (int, float), "string": (str,)}


class Spec(Flags):
    """Answers by the rules of SPEC.md."""

    def typed(self, flag: Flag, detail: Detail, kind: str, default: Json) -> Json:
        """Returns the index, value and reason of a typed getter (9)."""
        if detail.index is None:
            return [None, default, detail.reason]
        value = flag.variations[detail.index]
        boolean = isinstance(value, bool) and kind != "boolean"
        if kind != "json" and (boolean or not isinstance(value, TYPES[kind])):
            return [None, default, {"kind": "ERROR", "errorKind": "WRONG_TYPE"}]
        if kind == "integer":
            value = int(value)
        return [detail.index, value, detail.reason]

    def all_flags_state(self, document: Document, context: Json, big_segments: Json, options: Json, now: float) -> Json:
        """Returns the state of all flags (10)."""
        try:
            self.read_context(context)
        except InvalidContext:
            return {"$flagsState": {}, "$valid": False}
        values: dict[str, Json] = {}
        details: dict[str, Json] = {}
        for key, flag in document.flags.items():
            if flag is None or (options["clientSideOnly"] and not self.client_side(flag)):
                continue
            detail = self.evaluate(document, context, big_segments, key)
            values[key] = None if detail.index is None else flag.variations[detail.index]
            details[key] = self.details(flag, detail, options, now)
        return {**values, "$flagsState": details, "$valid": True}

    def client_side(self, flag: Flag) -> bool:
        """Returns whether client-side code may have the flag (1.1, A1)."""
        return flag.client_side if flag.availability is None else flag.availability

    def debugging(self, flag: Flag, now: float) -> bool:
        """Returns whether the debug date is in the future (10, A2)."""
        return flag.debug_until is not None and flag.debug_until > now

    def experiment(self, flag: Flag, detail: Detail) -> bool:
        """Returns whether the answer counts as that of an experiment (10)."""
        reason = detail.reason
        if reason.get("inExperiment"):
            return True
        if reason["kind"] == "FALLTHROUGH":
            return flag.track_events_fallthrough
        return reason["kind"] == "RULE_MATCH" and flag.rules[reason["ruleIndex"]].track_events

    def details(self, flag: Flag, detail: Detail, options: Json, now: float) -> Json:
        """Returns the details of a flag, without those that are absent or false (10, P19)."""
        experiment = self.experiment(flag, detail)
        track = flag.track_events or experiment
        only_tracked = options["detailsOnlyForTrackedFlags"]
        bare = only_tracked and not track and not self.debugging(flag, now)
        reason = options["withReasons"] or experiment
        found = {
            "variation": detail.index,
            "version": None if bare else flag.version,
            "reason": detail.reason if reason and not bare else None,
            "trackEvents": track or None,
            "trackReason": experiment or None,
            "debugEventsUntilDate": flag.debug_until,
            "prerequisites": self.prerequisites_listed or None,
        }
        return {name: value for name, value in found.items() if value is not None}
