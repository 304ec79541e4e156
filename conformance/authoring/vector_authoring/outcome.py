"""What a case expects: evaluation details and their reasons."""

from __future__ import annotations

from .json_value import Json


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
