"""Segments (SPEC.md 6)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from isodiff.spec.bucketing import Bucketing
from isodiff.spec.clauses import Clauses, Path
from isodiff.spec.context import Malformed
from isodiff.spec.document import Clause, Segment, SegmentRule, Target
from suite.canonical_json import Json

SEVERITY = ("HEALTHY", "STALE", "STORE_ERROR", "NOT_CONFIGURED")


class Segments(Clauses, Bucketing):
    """Decides whether the context is in a segment."""

    status: str | None
    """The worst status of the store so far."""
    queried: set[str]
    """The keys for which the store was queried."""

    def in_any_segment(self, clause: Clause, path: Path) -> bool:
        """Returns whether the context is in a segment that the clause names (6)."""
        for value in clause.values:
            key = self.segment_key(value)
            segment = None if key is None else self.document.segments.get(key)
            if segment is None:
                continue
            if self.once(("segment", segment.name), partial(self.in_segment, segment, path)):
                return True
        return False

    def segment_key(self, value: Json) -> str | None:
        """Returns the segment that a value names: only a string names one (P12)."""
        return value if isinstance(value, str) else None

    def in_segment(self, segment: Segment, path: Path) -> bool:
        """Returns whether the context is in the segment; a cycle is an error (6, D12, S2)."""
        if segment.broken or segment.key in path:
            raise Malformed
        path = (*path, segment.key)
        if segment.unbounded:
            return self.in_big_segment(segment, path)
        if self.listed(segment.included, segment.included_contexts):
            return True
        if self.listed(segment.excluded, segment.excluded_contexts):
            return False
        return self.matches_rules(segment, path)

    def listed(self, users: Sequence[str], targets: Sequence[Target]) -> bool:
        """Returns whether a list of users or of another kind has the context (6, D06)."""
        return self.key_is_among("user", users) or any(self.key_is_among(self.kind(target.kind), target.values) for target in targets)

    def key_is_among(self, kind: str, keys: Sequence[str]) -> bool:
        """Returns whether the key of the kind is in the list (A6)."""
        return self.context.key(kind) in keys

    def matches_rules(self, segment: Segment, path: Path) -> bool:
        """Returns whether any rule of the segment matches (6)."""
        return any(self.matches_rule(segment, rule, path) for rule in segment.rules)

    def matches_rule(self, segment: Segment, rule: SegmentRule, path: Path) -> bool:
        """Returns whether clauses and weight of the rule match (6, D37)."""
        if not self.all_match(rule.clauses, path):
            return False
        if rule.weight is None:
            return True
        return self.below(self.bucket(rule, segment.key, segment.salt), [rule.weight])

    def in_big_segment(self, segment: Segment, path: Path) -> bool:
        """Returns whether the store has the context, or a rule matches (6.1, D38, D39, S1)."""
        if segment.generation is None:
            self.add_status("NOT_CONFIGURED")
            return False
        key = self.context.key(segment.unbounded_kind)
        if key is None:
            return False
        store = self.big_segments or {"status": "NOT_CONFIGURED", "memberships": {}}
        if key not in self.queried:
            self.queried.add(key)
            self.add_status(store["status"])
        memberships = store["memberships"].get(key) or {}
        member = memberships.get(f"{segment.key}.g{segment.generation}")
        return self.matches_rules(segment, path) if member is None else bool(member)

    def add_status(self, status: str) -> None:
        """Keeps the worst status (A4)."""
        if self.status is None or SEVERITY.index(status) > SEVERITY.index(self.status):
            self.status = status
