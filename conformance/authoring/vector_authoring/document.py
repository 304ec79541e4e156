"""Short ways to write flags, rules, clauses, rollouts and segments.

Each builder writes only its arguments: absent members are not added, since absence is often the point of a case.
"""

from __future__ import annotations

from collections.abc import Sequence

from .json_value import Json, Object

ABSENT = "\0absent"
"""As a member's value, omits the member."""


def members(**given: Json) -> dict[str, Json]:
    """Returns an object of the given members; a trailing underscore avoids Python's keywords."""
    return {name.rstrip("_"): value for name, value in given.items() if value != ABSENT}


def flag(key: str = "flag", /, **given: Json) -> dict[str, Json]:
    """A flag that is on and serves `no` by its fallthrough, with the given members over that."""
    base: dict[str, Json] = {
        "key": key,
        "version": 1,
        "on": True,
        "fallthrough": {"variation": 0},
        "offVariation": 2,
        "variations": ["no", "yes", "off"],
        "salt": "salt",
    }
    base.update(members_of(given))
    return {name: value for name, value in base.items() if value != ABSENT}


def members_of(given: Object) -> dict[str, Json]:
    """The same as `members`, for a mapping; keeps ABSENT so that a base can be cut."""
    return {name.rstrip("_"): value for name, value in given.items()}


def clause(attribute: str = ABSENT, op: str = ABSENT, *values: Json, **given: Json) -> dict[str, Json]:
    """A clause over the given values."""
    return members(attribute=attribute, op=op, values=list(values), **given)


def in_segment(*keys: Json, **given: Json) -> dict[str, Json]:
    """Returns a clause that tests membership in any of the segments."""
    return clause("", "segmentMatch", *keys, **given)


def rule(*clauses: Json, **given: Json) -> dict[str, Json]:
    """Returns a rule with the id `r` that serves variation 1 by default."""
    base: dict[str, Json] = {"id": "r", "clauses": list(clauses)}
    if "rollout" not in given:
        base["variation"] = 1
    base.update(members_of(given))
    return {name: value for name, value in base.items() if value != ABSENT}


def weights(*pairs: Sequence[int]) -> list[Json]:
    """The entries of a rollout from (variation, weight) pairs."""
    return [{"variation": variation, "weight": weight} for variation, weight in pairs]


def rollout(entries: Sequence[Json], **given: Json) -> dict[str, Json]:
    """A rollout over the entries."""
    return members(variations=list(entries), **given)


def segment(key: str, /, **given: Json) -> dict[str, Json]:
    """A segment with a version and a salt, and the given members over those."""
    base: dict[str, Json] = {"key": key, "version": 1, "salt": "seg-salt"}
    base.update(members_of(given))
    return {name: value for name, value in base.items() if value != ABSENT}


def document(flags: Sequence[Object], segments: Sequence[Object] = (), **given: Json) -> dict[str, Json]:
    """A document that files each flag and segment under its own key."""
    made: dict[str, Json] = {"flags": {str(item["key"]): item for item in flags}}
    if segments:
        made["segments"] = {str(item["key"]): item for item in segments}
    made.update(members_of(given))
    return made


def user(key: str = "alice", /, **attributes: Json) -> dict[str, Json]:
    """A context of kind user."""
    return {"kind": "user", "key": key, **attributes}


def context(kind: str, key: str, **attributes: Json) -> dict[str, Json]:
    """A context of one kind."""
    return {"kind": kind, "key": key, **attributes}


def multi(**kinds: Json) -> dict[str, Json]:
    """A context of several kinds."""
    return {"kind": "multi", **kinds}
