"""Typed variations and the state of all flags (SPEC.md 9 and 10): all rules, in one class."""

from __future__ import annotations

from isodiff.spec.context import InvalidContext
from isodiff.spec.document import Document, Flag
from isodiff.spec.flags import Detail, Flags
from suite.canonical_json import Json

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
