"""The Python SDK."""

from __future__ import annotations

import re
from fractions import Fraction

from ldclient.impl.model.value_parsing import parse_semver, parse_time

from isodiff.quirks.sdk import PYTHON, Sdk
from isodiff.spec.bucketing import Bucket
from isodiff.spec.context import Context, InvalidContext, Malformed, Reference
from isodiff.spec.document import Flag, Rollout, Rule, SegmentRule, Target, Weighted
from isodiff.spec.flags import Detail, Reason
from isodiff.spec.operators import TRANSLATIONS, Version, is_number, search
from suite.canonical_json import Json

BEFORE = Bucket(-1, 1)
"""The SDK's bucket -1: below all weights but very negative ones."""
LOOK_AROUND = re.compile(r"\(\?<?[=!]|\\1")
CLASS = re.compile(r"\\[dwbs]")


class Python(Sdk):
    """Answers as LaunchDarkly's Python SDK does."""

    points = PYTHON

    # Contexts

    def read_context(self, raw: Json) -> Context:
        if isinstance(raw, dict) and "kind" not in raw and self.differs("A7"):
            raise InvalidContext
        return super().read_context(raw)

    def single_kind(self, raw: dict[str, Json], kind: str) -> dict[str, Json]:
        if "" in raw and self.differs("P14"):
            raise InvalidContext
        return super().single_kind(raw, kind)

    def attribute(self, text: str, kind: str | None) -> Reference:
        try:
            return super().attribute(text, kind)
        except Malformed:
            if self.kind(kind) not in self.context.kinds and self.differs("P06"):
                # The kind has no attributes: any reference does.
                return ("key",)
            raise

    # Flags

    def malformed(self) -> Detail:
        if self.status is not None and self.differs("S3"):
            self.status = None
        return super().malformed()

    def targeted(self, flag: Flag, entry: Target) -> bool:
        kind = self.kind(entry.kind)
        if kind != "user" and self.differs("P20" if flag.context_targets else "P05"):
            kind = "user"
        return self.context.key(kind) in entry.values

    def rule_reason(self, rule: Rule, index: int) -> Reason:
        reason = super().rule_reason(rule, index)
        return {**reason, "ruleId": None} if rule.id is None and self.differs("S5") else reason

    def client_side(self, flag: Flag) -> bool:
        own = super().client_side(flag)
        return flag.client_side if own != flag.client_side and self.differs("A1") else own

    def add_status(self, status: str) -> None:
        super().add_status(status)
        if self.status != status and self.differs("A4"):
            self.status = status

    # Buckets

    def bucket_of_absent_kind(self, by: Rollout | SegmentRule) -> Bucket:
        point = "D36" if isinstance(by, Rollout) else "D02"
        return BEFORE if self.differs(point) else super().bucket_of_absent_kind(by)

    def in_experiment(self, rollout: Rollout, entry: Weighted, bucket: Bucket, *, no_sum: bool) -> bool:
        return bucket != BEFORE and super().in_experiment(rollout, entry, bucket, no_sum=no_sum)

    def hashed_text(self, value: Json) -> str | None:
        text = super().hashed_text(value)
        fraction = text is not None and isinstance(value, float)
        return None if fraction and self.differs("D08") else text

    def digits(self, number: int | float) -> str:
        inexact = isinstance(number, int) and number != int(float(number))
        return str(number) if inexact and self.differs("D09") else super().digits(number)

    # Operators

    def equal(self, context: Json, clause: Json) -> bool:
        own = super().equal(context, clause)
        if isinstance(context, (list, dict)):
            same = type(context) is type(clause) and context == clause
            return same and self.differs("D17")
        if own and is_number(context) and context != clause:
            return not self.differs("P07")
        return own

    def date_text(self, text: str) -> Fraction | None:
        own = super().date_text(text)
        parsed = parse_time(text)
        theirs = None if parsed is None else Fraction(parsed)
        if theirs == own:
            return own
        if theirs is not None and own is not None:
            point = "D24"
        elif theirs is not None:
            point = "D43" if text[10:11] == " " else "P10"
        else:
            point = "P11" if text.startswith("0000") else "P10"
        return theirs if self.differs(point) else own

    def version_text(self, text: str) -> Version | None:
        own = super().version_text(text)
        parsed = parse_semver(text)
        theirs = None
        if parsed is not None:
            prerelease = tuple(parsed.prerelease.split(".")) if parsed.prerelease else ()
            theirs = Version((parsed.major, parsed.minor, parsed.patch), prerelease)
        point = "P17" if "\n" in text else "D46"
        return theirs if theirs != own and self.differs(point) else own

    def pattern_found(self, pattern: str, text: str) -> bool:
        own = super().pattern_found(pattern, text)
        if pattern not in TRANSLATIONS:
            return own
        theirs = search(pattern, text, re.UNICODE)
        if LOOK_AROUND.search(pattern):
            point = "D26"
        elif TRANSLATIONS[pattern] is not None and "$" in pattern and text.endswith("\n"):
            point = "D29"
        else:
            point = "D30" if CLASS.search(pattern) else "D45"
        return theirs if theirs != own and self.differs(point) else own
