"""Builds flag items for patches: serving one value, switched, or broken."""

import json
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from isoflag import Flags
from isoflag._core import printable

FlagFailure: TypeAlias = Literal["missing", "malformed", "wrong-type"]
"""A way in which one flag can fail."""

Item: TypeAlias = Mapping[str, Any]
"""A flag as a JSON object."""

_ABOVE_DOCUMENTS: Final = 2**52
"""Above the versions of real documents, and still exact as a double."""

# Flags that a test creates are visible to browsers.
_VISIBLE: Final = {"usingEnvironmentId": True, "usingMobileKey": True}


def items(flags: Flags) -> dict[str, Item]:
    """Returns the flags of a document that are not deleted, malformed ones included."""
    found = json.loads(flags.to_json())["flags"]
    return {
        key: item if isinstance(item, dict) else {}
        for key, item in found.items()
        if not (isinstance(item, dict) and item.get("deleted") is True)
    }


def boolean(key: str, *, on: bool) -> Item:
    """Returns a new flag that serves True while it is on, else False."""
    return {
        "key": key,
        "version": 0,
        "on": on,
        "variations": [True, False],
        "fallthrough": {"variation": 0},
        "offVariation": 1,
        "clientSideAvailability": _VISIBLE,
    }


def serving(key: str, item: Item | None, value: Any) -> Item:
    """Returns a flag that serves one value to every context.

    If a variation has the value, that variation is served, so that dependents see its index;
    otherwise the value is appended as a new variation.
    """
    if item is None:
        if isinstance(value, bool):
            return {**boolean(key, on=True), "fallthrough": {"variation": 0 if value else 1}}
        item = {"clientSideAvailability": _VISIBLE}
    variations = _variations(item)
    texts = [_text(each) for each in variations]
    text = _text(value)
    if text not in texts:
        variations, texts = [*variations, value], [*texts, text]
    return _to_everybody(key, item, variations, texts.index(text))


def switched(key: str, item: Item | None, *, on: bool) -> Item:
    """Returns a flag that is switched on or off.

    An off flag serves its ``offVariation``. An on flag serves True to every context if that is one
    of its variations; otherwise its rules apply.
    """
    if item is None:
        return boolean(key, on=on)
    if on and any(each is True for each in _variations(item)):
        return serving(key, item, value=True)
    return {**item, "key": key, "on": on}


def failing(key: str, item: Item | None, failure: FlagFailure) -> Item:
    """Returns a flag that fails; raises ``ValueError`` for an unknown failure."""
    if failure == "missing":
        return {"key": key, "deleted": True}
    item = boolean(key, on=True) if item is None else item
    variations = _variations(item)
    if failure == "malformed":
        return _to_everybody(key, item, variations, len(variations))
    if failure != "wrong-type":
        raise ValueError(
            f"invalid failure `{printable(str(failure))}`: expected `missing`, `malformed` or "
            "`wrong-type`"
        )
    is_structured = any(isinstance(each, dict | list) for each in variations)
    return serving(key, item, "of another type" if is_structured else {})


def patched(flags: Flags, changed: Mapping[str, Item]) -> Flags:
    """Returns the document with changed flags, regardless of their versions."""
    if not changed:
        return flags
    held = items(flags)
    patch = {
        key: {**item, "version": _above(held.get(key))} for key, item in sorted(changed.items())
    }
    return flags.apply({"flags": patch})


def _to_everybody(key: str, item: Item, variations: list[Any], index: int) -> Item:
    return {
        **item,
        "key": key,
        "on": True,
        "variations": variations,
        "fallthrough": {"variation": index},
        "targets": [],
        "contextTargets": [],
        "rules": [],
        "prerequisites": [],
    }


def _variations(item: Item) -> list[Any]:
    variations = item.get("variations")
    return variations if isinstance(variations, list) else []


def _above(item: Item | None) -> int:
    version = None if item is None else item.get("version")
    held = int(version) if isinstance(version, int | float) else 0
    return max(_ABOVE_DOCUMENTS, held) + 1


def _text(value: Any) -> str:
    """Returns equal text for equal JSON: True differs from 1, and 1.0 does not."""
    return Flags.from_dict({"flags": {}, "value": value}).to_json()
