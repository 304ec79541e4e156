"""Generates one line: a document, some of them corrupted, contexts, and evaluations."""

from __future__ import annotations

import copy
import json

from isodiff.generate import contexts, flags
from isodiff.generate.source import FLAG_KEYS, KEYS, SEGMENT_KEYS, Source
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


THEMES = (
    (24, "general"),
    (12, "rollouts"),
    (12, "prerequisites"),
    (10, "segments"),
    (8, "big-segments"),
    (8, "targets"),
    (8, "dates"),
    (7, "versions"),
    (7, "patterns"),
    (5, "contexts"),
    (9, "odd"),
    (3, "hashes"),
)
NOW = 1577836800000


def lines(seed: str, number: int) -> list[Json]:
    """Returns the lines of one document: with LaunchDarkly's hash, and with murmur3 if anything is hashed."""
    source = Source(f"{seed}/{number}")
    theme = source.weighted(THEMES)
    made = [contexts.context(source, theme) for _ in range(source.between(3, 9))]
    source.hints = contexts.hints(made)
    document = _document(source, theme)
    keys = list(document["flags"])
    if source.chance(0.03):
        keys.append("no-such-flag")
    if theme == "contexts" and source.chance(0.2):
        made.append(source.pick((None, 5, "x", [], {}, True)))
    line: dict[str, Json] = {
        "n": number,
        "theme": theme,
        "hash": document.get("meta", {}).get("hash") or "sha1",
        "document": document,
        "contexts": made,
        "flags": keys,
        "now": NOW,
    }
    often = 0.9 if theme == "big-segments" else 0.1
    if source.chance(often):
        line["bigSegments"] = _memberships(source)
    if source.chance(0.25):
        line["states"] = [_options(source, len(made)) for _ in range(2)]
    if source.chance(0.1):
        line["typed"] = keys
    result = [_with_text(line)]
    hashed = [key for key in keys if _hashed(document["flags"].get(key))]
    if hashed and theme != "hashes":
        other = copy.deepcopy(document)
        other["meta"] = {"hash": "murmur3"}
        result.append(
            _with_text(
                {
                    **{k: v for k, v in line.items() if k not in ("states", "typed")},
                    "hash": "murmur3",
                    "document": other,
                    "flags": hashed,
                    "contexts": made[:4],
                }
            )
        )
    return result


def _with_text(line: Json) -> Json:
    """Adds the text to every other document, since an object loses the notation of its numbers."""
    if line["n"] % 2 == 0:
        line["text"] = json.dumps(line["document"])
    return line


def _document(source: Source, theme: str) -> Json:
    keys = _distinct(source, FLAG_KEYS, 6 if theme == "prerequisites" else 4, least=1)
    some = theme in ("segments", "big-segments") or source.chance(0.35)
    segments = _distinct(source, SEGMENT_KEYS, 4, least=1) if some else []
    document: Json = {
        "flags": {key: flags.flag(source, key, theme, keys, segments) for key in keys},
        "segments": {key: flags.segment(source, key, theme, segments) for key in segments},
    }
    if theme == "hashes" and source.chance(0.5):
        document["meta"] = {"hash": source.pick(("sha1", "murmur3", None))}
    if theme == "odd":
        # A copy: the pools are shared by all documents.
        document = copy.deepcopy(document)
        spoil(source, document)
    return document


def _distinct(source: Source, items: tuple[str, ...], most: int, least: int) -> list[str]:
    return list(dict.fromkeys(source.some(items, most, least)))


def _hashed(flag: Json) -> bool:
    return '"rollout"' in str(flag).replace("'", '"') or "segmentMatch" in str(flag)


def _memberships(source: Source) -> Json:
    references = [f"{key}.g{generation}" for key in SEGMENT_KEYS for generation in (0, 1, 2)]
    return {
        "status": source.pick(("HEALTHY", "HEALTHY", "STALE", "STORE_ERROR")),
        "memberships": {
            key: {name: source.chance(0.6) for name in references if source.chance(0.5)} for key in ("", *KEYS) if source.chance(0.6)
        },
    }


def _options(source: Source, count: int) -> Json:
    return {
        "context": source.between(0, count - 1),
        "clientSideOnly": source.chance(0.4),
        "withReasons": source.chance(0.5),
        "detailsOnlyForTrackedFlags": source.chance(0.4),
    }
