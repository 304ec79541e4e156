"""Short ways to write documents, contexts and expectations.

Each builder writes only its arguments: absent members are not added, since absence is often the point of a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None]  # noqa: UP007
Object: TypeAlias = Mapping[str, Json]


ABSENT = "\0absent"
"""As a member's value, omits the member."""


def over(base: Object, given: Object) -> dict[str, Json]:
    """Returns the base with the given members over it; a trailing underscore avoids Python's keywords."""
    named = {name.rstrip("_"): value for name, value in given.items()}
    return {name: value for name, value in {**base, **named}.items() if value != ABSENT}


def flag(key: str = "flag", /, **given: Json) -> dict[str, Json]:
    """A flag that is on and serves `no` by its fallthrough, with the given members over that."""
    base: Object = {"key": key, "version": 1, "on": True, "fallthrough": {"variation": 0}, "offVariation": 2}
    return over({**base, "variations": ["no", "yes", "off"], "salt": "salt"}, given)


def clause(attribute: str = ABSENT, op: str = ABSENT, *values: Json, **given: Json) -> dict[str, Json]:
    """A clause over the given values."""
    return over({"attribute": attribute, "op": op, "values": list(values)}, given)


def in_segment(*keys: Json, **given: Json) -> dict[str, Json]:
    """Returns a clause that tests membership in any of the segments."""
    return clause("", "segmentMatch", *keys, **given)


def rule(*clauses: Json, **given: Json) -> dict[str, Json]:
    """Returns a rule with the id `r` that serves variation 1 by default."""
    variation: Object = {} if "rollout" in given else {"variation": 1}
    return over({"id": "r", "clauses": list(clauses), **variation}, given)


def weights(*pairs: Sequence[int]) -> list[Json]:
    """The entries of a rollout from (variation, weight) pairs."""
    return [{"variation": variation, "weight": weight} for variation, weight in pairs]


def rollout(entries: Sequence[Json], **given: Json) -> dict[str, Json]:
    """A rollout over the entries."""
    return over({"variations": list(entries)}, given)


def segment(key: str, /, **given: Json) -> dict[str, Json]:
    """A segment with a version and a salt, and the given members over those."""
    return over({"key": key, "version": 1, "salt": "seg-salt"}, given)


def document(flags: Sequence[Object], segments: Sequence[Object] = (), **given: Json) -> dict[str, Json]:
    """A document that files each flag and segment under its own key."""
    sections: dict[str, Json] = {"flags": {str(item["key"]): item for item in flags}}
    if segments:
        sections["segments"] = {str(item["key"]): item for item in segments}
    return over(sections, given)


def user(key: str = "alice", /, **attributes: Json) -> dict[str, Json]:
    """A context of kind user."""
    return {"kind": "user", "key": key, **attributes}


def context(kind: str, key: str, **attributes: Json) -> dict[str, Json]:
    """A context of one kind."""
    return {"kind": kind, "key": key, **attributes}


def multi(**kinds: Json) -> dict[str, Json]:
    """A context of several kinds."""
    return {"kind": "multi", **kinds}


def detail(value: Json, index: int | None, reason: Json) -> dict[str, Json]:
    """An evaluation detail."""
    return {"value": value, "variationIndex": index, "reason": reason}


def reason(kind: str, **given: Json) -> dict[str, Json]:
    """A reason of the kind with its extra members."""
    return {"kind": kind, **given}


def error(kind: str, default: Json = "default", **given: Json) -> dict[str, Json]:
    """The default, served because of an error."""
    return detail(default, None, {"kind": "ERROR", "errorKind": kind, **given})


def malformed(default: Json = "default", **given: Json) -> dict[str, Json]:
    """The default, served because the flag cannot be evaluated."""
    return error("MALFORMED_FLAG", default, **given)


def not_found(default: Json = "default") -> dict[str, Json]:
    """The default, served because there is no such flag."""
    return error("FLAG_NOT_FOUND", default)


def no_context(default: Json = "default") -> dict[str, Json]:
    """The default, served because the context is invalid."""
    return error("USER_NOT_SPECIFIED", default)


def wrong_type(default: Json) -> dict[str, Json]:
    """The default, served because the flag's value has another type."""
    return error("WRONG_TYPE", default)


def off(value: Json = "off", index: int | None = 2, **given: Json) -> dict[str, Json]:
    """The off variation."""
    return detail(value, index, reason("OFF", **given))


def fell(value: Json = "no", index: int | None = 0, **given: Json) -> dict[str, Json]:
    """The fallthrough."""
    return detail(value, index, reason("FALLTHROUGH", **given))


def target(value: Json = "yes", index: int = 1) -> dict[str, Json]:
    """A target list's variation."""
    return detail(value, index, reason("TARGET_MATCH"))


def ruled(value: Json = "yes", index: int = 1, rule: int = 0, rule_id: str | None = "r", **given: Json) -> dict[str, Json]:
    """A rule's variation."""
    extra: dict[str, Json] = {"ruleIndex": rule}
    if rule_id is not None:
        extra["ruleId"] = rule_id
    return detail(value, index, reason("RULE_MATCH", **extra, **given))


def prerequisite_failed(key: str, value: Json = "off", index: int | None = 2, **given: Json) -> dict[str, Json]:
    """The off variation, because a prerequisite failed."""
    return detail(value, index, reason("PREREQUISITE_FAILED", prerequisiteKey=key, **given))


def matched(hit: bool) -> dict[str, Json]:
    """Returns the result of `document.flag()` with one `document.rule()`: the rule's or the fallthrough's."""
    return ruled() if hit else fell()
