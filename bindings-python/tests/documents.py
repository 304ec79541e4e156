"""Builders of minimal flag documents, and the document of the example shop."""

import json
from collections.abc import Mapping
from pathlib import Path
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


SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"


def shop_text() -> str:
    return (SHOP / "flags.json").read_text(encoding="utf-8")


def shop_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shop_text())
    return document


def shop_contexts() -> list[dict[str, Any]]:
    return [each["context"] for each in json.loads((SHOP / "contexts.json").read_text())]


def shop_answers(flags: Flags) -> list[tuple[Any, int | None, dict[str, Any]]]:
    """Evaluates every flag for every context."""
    keys = flags.keys()
    return [
        (detail.value, detail.variation_index, detail.reason)
        for context in shop_contexts()
        for key in keys
        for detail in [flags.variation_detail(key, context, None)]
    ]
