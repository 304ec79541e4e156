"""The state of all flags, and typed variations."""

from __future__ import annotations

from isodiff.jsontext import Json
from isodiff.rules import context
from isodiff.rules.evaluation import Detail, Document, Evaluation
from isodiff.rules.reading import Flag
from isodiff.rules.switches import Switches

TYPES = {"boolean": (bool,), "number": (int, float), "string": (str,)}


def all_flags(
    document: Document, raw: Json, big: Json, options: Json, now: float, switches: Switches
) -> Json:
    try:
        who = context.parse(raw, switches)
    except context.InvalidContext:
        return {"$flagsState": {}, "$valid": False}
    values: dict[str, Json] = {}
    metas: dict[str, Json] = {}
    for key, flag in document.flags.items():
        if flag is None or (options["clientSideOnly"] and not _client_side(flag, switches)):
            continue
        evaluation = Evaluation(document, who, big, switches, key)
        detail = evaluation.run()
        values[key] = None if detail.index is None else flag.variations[detail.index]
        metas[key] = _meta(flag, detail, evaluation.listed, options, now, switches)
    return {**values, "$flagsState": metas, "$valid": True}


def _client_side(flag: Flag, switches: Switches) -> bool:
    own = flag.client_side if flag.availability is None else flag.availability
    if flag.client_side is not own and switches.python("A1"):
        return flag.client_side
    if bool(flag.availability) is not own and switches.javascript("A1"):
        return bool(flag.availability)
    return own


def _meta(
    flag: Flag, detail: Detail, listed: list[str], options: Json, now: float, switches: Switches
) -> Json:
    reason = detail.reason
    experiment = bool(reason.get("inExperiment"))
    if reason["kind"] == "FALLTHROUGH":
        experiment = experiment or flag.track_events_fallthrough
    elif reason["kind"] == "RULE_MATCH":
        experiment = experiment or flag.rules[reason["ruleIndex"]].track_events
    track = flag.track_events or experiment
    debugging = flag.debug_until is not None and flag.debug_until > now
    if flag.debug_until is not None and not debugging and switches.javascript("A2"):
        debugging = True
    bare = options["detailsOnlyForTrackedFlags"] and not track and not debugging
    meta: dict[str, Json] = {}
    if detail.index is not None:
        meta["variation"] = detail.index
    if not bare:
        meta["version"] = flag.version
        if options["withReasons"] or experiment:
            meta["reason"] = reason
    if track:
        meta["trackEvents"] = True
    if experiment:
        meta["trackReason"] = True
    if flag.debug_until is not None:
        meta["debugEventsUntilDate"] = flag.debug_until
    if listed:
        meta["prerequisites"] = listed
    return meta


def typed(flag: Flag, detail: Detail, kind: str, default: Json) -> Json:
    """What a typed getter answers: index, value, reason."""
    if detail.index is None:
        return [None, default, detail.reason]
    value = flag.variations[detail.index]
    if kind != "json":
        fits = isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
        if not fits:
            return [None, default, {"kind": "ERROR", "errorKind": "WRONG_TYPE"}]
    return [detail.index, value, detail.reason]
