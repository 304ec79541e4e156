"""Flag documents in Python, as small as a test needs them."""

from collections.abc import Mapping
from typing import Any

from isoflag import Flags

USER: Mapping[str, Any] = {"kind": "user", "key": "ada"}


def flag(key: str, *variations: Any, **properties: Any) -> dict[str, Any]:
    """Make a flag that is on and serves its first variation."""
    return {
        "key": key,
        "version": 1,
        "on": True,
        "variations": list(variations),
        "fallthrough": {"variation": 0},
        "offVariation": 0,
        "salt": "salt",
        **properties,
    }


def document(*flags: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"flags": {each["key"]: each for each in flags}, **members}


def load(*flags: dict[str, Any], **members: Any) -> Flags:
    return Flags.from_dict(document(*flags, **members))


def clause(attribute: str, op: str, *values: Any, **properties: Any) -> dict[str, Any]:
    return {"attribute": attribute, "op": op, "values": list(values), **properties}


def presence(attribute: str = "x") -> dict[str, Any]:
    """Make the flag `presence`, which is true where the user has the attribute.

    A negated clause without values holds for anything but an absent attribute.
    """
    rule = {"id": "present", "clauses": [clause(attribute, "in", negate=True)], "variation": 1}
    return flag("presence", False, True, rules=[rule])
