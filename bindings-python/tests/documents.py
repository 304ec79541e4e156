"""Builders of minimal flag documents."""

from collections.abc import Mapping
from typing import Any

from isoflag import Flags
from isoflag.store import FeatureStore

USER: Mapping[str, Any] = {"kind": "user", "key": "ada"}


def flag(key: str, *variations: Any, **properties: Any) -> dict[str, Any]:
    """Returns a flag that is on and serves its first variation."""
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
    """Returns the flag `presence`, which serves True if the user has the attribute.

    A negated clause without values matches anything but an absent attribute.
    """
    rule = {"id": "present", "clauses": [clause(attribute, "in", negate=True)], "variation": 1}
    return flag("presence", False, True, rules=[rule])


def document_in(store: FeatureStore) -> dict[str, Any]:
    document = store.document()
    assert document is not None
    return document
