"""Corrupts a document with members of wrong types and missing members."""

from __future__ import annotations

import copy

from isodiff.generate.source import Source
from suite.canonical_json import Json

WRONG: tuple[Json, ...] = (None, True, False, 0, 1, 2.0, 0.5, -1, "", "x", [], {}, [None], ["x"], [{}], {"x": 1})


def spoil(source: Source, document: Json) -> None:
    """Changes or removes a few members, anywhere below a flag or a segment."""
    for _ in range(source.between(1, 3)):
        member = "segments" if document["segments"] and source.chance(0.3) else "flags"
        key = source.pick(list(document[member]))
        if source.chance(0.02):
            document[member][key] = copy.deepcopy(source.pick(WRONG))
            continue
        parent = document[member][key]
        # A few steps down: deep members are chosen as often as others.
        while isinstance(parent, (dict, list)) and parent:
            names = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
            name = source.pick(names)
            child = parent[name]
            if not isinstance(child, (dict, list)) or not child or source.chance(0.3):
                if name in ("lifecycle", "unknown"):
                    break
                if isinstance(parent, dict) and source.chance(0.3):
                    del parent[name]
                else:
                    parent[name] = copy.deepcopy(source.pick(WRONG))
                break
            parent = child
