"""Attribute references."""

from __future__ import annotations

import re

from isodiff.rules.switches import Switches

Reference = tuple[str, ...] | None
"""The components, or ``None`` for a reference that is not valid."""


def parse(text: str, literal: bool, switches: Switches) -> Reference:
    if text == "":
        return None
    if literal:
        return (text,)
    if not text.startswith("/"):
        if "//" in text and switches.javascript("D31"):
            return None
        if text.endswith("~") and switches.javascript("D32"):
            return None
        parts: Reference = (text,)
    else:
        parts = _path(text, switches)
    if parts and parts[0] == "_meta" and switches.javascript("D34"):
        return None
    return parts


def _path(text: str, switches: Switches) -> Reference:
    components = text[1:].split("/")
    if components == [""]:
        return None
    if components[-1] == "" and "" not in components[:-1]:
        if not switches.javascript("D33"):
            return None
    elif "" in components:
        return None
    unescaped = []
    for component in components:
        if re.search(r"~(?![01])", component):
            foreign = re.search(r"~(?![01|^])", component) is None
            if not (foreign and switches.javascript("P03")):
                return None
        if component.startswith(("~0", "~1")) and switches.javascript("P02"):
            unescaped.append(component)
        else:
            unescaped.append(component.replace("~1", "/").replace("~0", "~"))
    return tuple(unescaped)
