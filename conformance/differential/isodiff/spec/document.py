"""Documents: flags and segments, and the isolation of parts that cannot be read (SPEC.md 1).

``strange`` marks items that an SDK may refuse or read differently: its answer is then not compared with the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from suite.canonical_json import Json


class WrongType(Exception):
    """A part has the wrong type (1.4)."""


@dataclass
class Clause:
    """A clause (1.2). A ``kind`` of ``None`` is absent, here and below."""

    kind: str | None
    attribute: str
    op: str
    values: list[Json]
    negate: bool


@dataclass
class Weighted:
    variation: int
    weight: int
    untracked: bool


@dataclass
class Rollout:
    experiment: bool
    kind: str | None
    bucket_by: str
    seed: int | float | None
    variations: list[Weighted]
    hash: str | None


@dataclass
class Choice:
    """``variation`` or ``rollout``."""

    variation: int | None = None
    rollout: Rollout | None = None


@dataclass
class Rule:
    id: str | None
    clauses: list[Clause] | None
    choice: Choice
    track_events: bool


@dataclass
class Target:
    kind: str | None
    values: list[str]
    variation: int


@dataclass
class Prerequisite:
    key: str
    variation: int


@dataclass
class Flag:
    """A flag (1.1). A ``broken`` one answers MALFORMED_FLAG if it is on or ``unreadable_off``."""

    key: str
    on: bool = False
    off_variation: int | None = None
    variations: list[Json] = field(default_factory=list)
    prerequisites: list[Prerequisite] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    context_targets: list[Target] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    fallthrough: Choice = field(default_factory=Choice)
    salt: str = ""
    track_events: bool = False
    track_events_fallthrough: bool = False
    debug_until: int | float | None = None
    version: int | float = 0
    client_side: bool = False
    availability: bool | None = None
    broken: bool = False
    unreadable_off: bool = False
    strange: bool = False


@dataclass
class SegmentRule:
    """A rule of a segment (1.3)."""

    clauses: list[Clause] | None
    weight: int | None
    bucket_by: str
    kind: str | None
    hash: str | None


@dataclass
class Segment:
    """A segment (1.3). A ``broken`` one makes the evaluation MALFORMED_FLAG."""

    name: str
    key: str
    included: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    included_contexts: list[Target] = field(default_factory=list)
    excluded_contexts: list[Target] = field(default_factory=list)
    salt: str = ""
    rules: list[SegmentRule] = field(default_factory=list)
    unbounded: bool = False
    unbounded_kind: str = "user"
    generation: int | None = None
    broken: bool = False
    strange: bool = False


class Document:
    """The flags and segments of a document, read once for many evaluations (1)."""

    def __init__(self, raw: Json) -> None:
        if raw.get("path") == "/" and "flags" not in raw:
            raw = raw["data"]
        values = raw.get("flagValues") or {}
        flags = {key: flag_of_value(key, value) for key, value in values.items()}
        flags |= raw.get("flags") or {}
        segments = raw.get("segments") or {}
        self.flags = {key: flag(item, key) for key, item in flags.items()}
        self.segments = {key: segment(item, key) for key, item in segments.items()}
        meta = raw.get("meta")
        self.hash = (meta.get("hash") if isinstance(meta, dict) else None) or "sha1"


def flag_of_value(key: str, value: Json) -> Json:
    """Returns the flag that serves one value to every context (1, C2)."""
    fallthrough = {"variation": 0}
    return {"key": key, "version": 1, "on": True, "fallthrough": fallthrough, "variations": [value]}


class Members:
    """Reads members of one object, and marks the item if a member is out of the ordinary."""

    def __init__(self, raw: Json, item: Flag | Segment) -> None:
        if not isinstance(raw, dict):
            raise WrongType
        self.raw = raw
        self.item = item

    def boolean(self, name: str) -> bool:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise WrongType
        return bool(value)

    def text(self, name: str) -> str | None:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, str):
            raise WrongType
        return value

    def integer(self, name: str) -> int | None:
        value = self.raw.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise WrongType
        if not float(value).is_integer():
            raise WrongType
        return int(float(value))

    def required(self, name: str) -> int:
        """Reads an index, 0 if it is absent (1.1); the SDKs require it."""
        self.has(name)
        return self.integer(name) or 0

    def array(self, name: str) -> list[Json]:
        value = self.raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise WrongType
        return value

    def texts(self, name: str) -> list[str]:
        values = self.array(name)
        if not all(isinstance(value, str) for value in values):
            raise WrongType
        return values

    def objects(self, name: str) -> list[Members]:
        return [Members(value, self.item) for value in self.array(name)]

    def has(self, name: str) -> bool:
        """Returns whether the member is present; an SDK may refuse a document without it."""
        if self.raw.get(name) is None:
            self.item.strange = True
            return False
        return True

    def odd(self, name: str, kinds: tuple[type, ...]) -> Json:
        """Reads a member that counts as absent if it has the wrong type (1.4)."""
        value = self.raw.get(name)
        if value is None:
            return None
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.item.strange = True
            return None
        return value


def clause(members: Members) -> Clause:
    for name in ("attribute", "op", "values"):
        members.has(name)
    return Clause(
        members.text("contextKind"),
        members.text("attribute") or "",
        members.text("op") or "",
        members.array("values"),
        members.boolean("negate"),
    )


def clauses(members: Members) -> list[Clause] | None:
    if members.raw.get("clauses") is None:
        return None
    return [clause(item) for item in members.objects("clauses")]


def choice(members: Members) -> Choice:
    variation = members.integer("variation")
    raw = members.raw.get("rollout")
    return Choice(variation, None if raw is None else rollout(Members(raw, members.item)))


def rollout(members: Members) -> Rollout:
    members.has("variations")
    members.integer("seed")
    return Rollout(
        members.text("kind") == "experiment",
        members.text("contextKind"),
        members.text("bucketBy") or "",
        members.raw.get("seed"),
        [weighted(item) for item in members.objects("variations")],
        members.text("hash"),
    )


def weighted(members: Members) -> Weighted:
    members.has("weight")
    variation = members.required("variation")
    return Weighted(variation, members.integer("weight") or 0, members.boolean("untracked"))


def target(members: Members) -> Target:
    members.has("values")
    variation = members.required("variation")
    return Target(members.text("contextKind"), members.texts("values"), variation)


def segment_target(members: Members) -> Target:
    members.has("values")
    return Target(members.text("contextKind"), members.texts("values"), 0)


def rule(members: Members) -> Rule:
    track = bool(members.odd("trackEvents", (bool,)))
    return Rule(members.text("id"), clauses(members), choice(members), track)


def prerequisite(members: Members) -> Prerequisite:
    members.has("key")
    return Prerequisite(members.text("key") or "", members.required("variation"))


def segment_rule(members: Members) -> SegmentRule:
    return SegmentRule(
        clauses(members),
        members.integer("weight"),
        members.text("bucketBy") or "",
        members.text("rolloutContextKind"),
        members.text("hash"),
    )


def flag(raw: Json, name: str) -> Flag | None:
    """Reads a flag; ``None`` for a tombstone or null (1.1, and isolation in 1.4)."""
    if raw is None:
        return None
    item = Flag(name)
    try:
        members = Members(raw, item)
        _metadata(members, item)
        if members.boolean("deleted"):
            return None
        item.variations = members.array("variations")
        item.off_variation = members.integer("offVariation")
    except WrongType:
        item.broken = item.unreadable_off = item.strange = True
        return item
    members.has("variations")
    try:
        # Until `on` is read, the flag is not off.
        item.on = True
        item.on = members.boolean("on")
        _evaluated(members, item, name)
    except WrongType:
        item.broken = item.strange = True
    return item


def _evaluated(members: Members, item: Flag, name: str) -> None:
    if members.has("key"):
        item.key = members.text("key") or ""
        # The SDKs look for some things by the key and for others by the name.
        item.strange = item.strange or item.key != name
    item.salt = members.text("salt") or ""
    item.prerequisites = [prerequisite(each) for each in members.objects("prerequisites")]
    item.targets = [target(each) for each in members.objects("targets")]
    item.context_targets = [target(each) for each in members.objects("contextTargets")]
    item.rules = [rule(each) for each in members.objects("rules")]
    fallthrough = members.raw.get("fallthrough")
    item.fallthrough = Choice() if fallthrough is None else choice(Members(fallthrough, item))


def _metadata(members: Members, item: Flag) -> None:
    number = (int, float)
    members.has("version")
    version = members.odd("version", number) or 0
    if not float(version).is_integer():
        item.strange = True
        version = 0
    item.version = version
    item.track_events = bool(members.odd("trackEvents", (bool,)))
    item.track_events_fallthrough = bool(members.odd("trackEventsFallthrough", (bool,)))
    item.debug_until = members.odd("debugEventsUntilDate", number)
    item.client_side = bool(members.odd("clientSide", (bool,)))
    availability = members.odd("clientSideAvailability", (dict,))
    if availability is not None:
        item.availability = bool(Members(availability, item).odd("usingEnvironmentId", (bool,)))
    members.odd("excludeFromSummaries", (bool,))
    members.odd("samplingRatio", number)
    members.odd("migration", (dict,))


def segment(raw: Json, name: str) -> Segment | None:
    """Reads a segment; ``None`` for a tombstone or null (1.3, 1.4)."""
    if raw is None:
        return None
    item = Segment(name, name)
    try:
        members = Members(raw, item)
        if members.raw.get("deleted") is True:
            return None
        members.boolean("deleted")
        if members.has("key"):
            item.key = members.text("key") or ""
            item.strange = item.key != name
        members.has("version")
        members.odd("version", (int, float))
        item.included = members.texts("included")
        item.excluded = members.texts("excluded")
        item.included_contexts = [segment_target(m) for m in members.objects("includedContexts")]
        item.excluded_contexts = [segment_target(m) for m in members.objects("excludedContexts")]
        item.salt = members.text("salt") or ""
        item.rules = [segment_rule(m) for m in members.objects("rules")]
        item.unbounded = members.boolean("unbounded")
        item.unbounded_kind = members.text("unboundedContextKind") or "user"
        item.generation = members.integer("generation")
    except WrongType:
        item.broken = item.strange = True
    return item
