"""Runs LaunchDarkly's Python SDK as an oracle: JSON lines in, its answers out.

The SDK's evaluator and its ``all_flags_state`` run on its own model objects, built from the case: no client is started.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import mmh3
from ldclient import evaluation
from ldclient.client import LDClient
from ldclient.context import Context
from ldclient.evaluation import BigSegmentsStatus
from ldclient.impl import evaluator_common
from ldclient.impl.datasystem import DataAvailability
from ldclient.impl.evaluator import Evaluator
from ldclient.impl.events.types import EventFactory
from ldclient.impl.model import FeatureFlag, ModelEntity, Segment

EVENTS = EventFactory(False, lambda: 0)
HASHES = {
    "sha1": hashlib.sha1,
    # The SDK computes `hex / 2^60`; eight hex digits of murmur3 and seven zeros make that `hash / 2^32`.
    "murmur3": lambda data: SimpleNamespace(hexdigest=lambda: f"{mmh3.hash(data, 0, signed=False):08x}{'0' * 32}"),
}


def load(items: dict[str, Any] | None, entity: type[ModelEntity]) -> tuple[dict[str, Any], list[str]]:
    """Loads items one by one, so that one bad item does not reject the rest."""
    loaded = {}
    refused = []
    for key, raw in (items or {}).items():
        try:
            item = entity(raw)
        except Exception:
            refused.append(key)
            continue
        if not item.deleted:
            loaded[key] = item
    return loaded, refused


class Client:
    """The members of a client that ``LDClient.all_flags_state`` reads."""

    def __init__(self, flags: dict[str, Any], evaluator: Evaluator) -> None:
        self._config = SimpleNamespace(offline=False)
        self._data_system = SimpleNamespace(
            data_availability=DataAvailability.REFRESHED, store=SimpleNamespace(all=lambda _kind, callback: callback(flags))
        )
        self._evaluator = evaluator
        self._event_factory_default = EVENTS

    def _check_forked(self) -> None:
        return


def context_of(raw: Any) -> Context | None:
    try:
        context = Context.from_dict(raw)
    except Exception:
        return None
    return context if context.valid else None


def evaluate(evaluator: Evaluator, flag: Any, context: Context | None) -> Any:
    if context is None:
        return [None, None, {"kind": "ERROR", "errorKind": "USER_NOT_SPECIFIED"}]
    if flag is None:
        return [None, None, {"kind": "ERROR", "errorKind": "FLAG_NOT_FOUND"}]
    try:
        detail = evaluator.evaluate(flag, context, EVENTS).detail
    except Exception:
        return {"none": "exception"}
    return [detail.variation_index, detail.value, detail.reason]


def state(client: Client, context: Context | None, options: dict[str, Any]) -> Any:
    if context is None:
        return {"$flagsState": {}, "$valid": False}
    result = LDClient.all_flags_state(
        client,
        context,
        client_side_only=options["clientSideOnly"],
        with_reasons=options["withReasons"],
        details_only_for_tracked_flags=options["detailsOnlyForTrackedFlags"],
    )
    return result.to_json_dict()


def answer(line: dict[str, Any]) -> dict[str, Any]:
    flags, refused_flags = load(line["document"].get("flags"), FeatureFlag)
    segments, refused_segments = load(line["document"].get("segments"), Segment)
    big = line.get("bigSegments")

    def membership(key: str) -> tuple[dict[str, bool] | None, str]:
        if big is None:
            return None, BigSegmentsStatus.NOT_CONFIGURED
        return big["memberships"].get(key), big["status"]

    # The SDK's modules access hashes and the clock by these names.
    evaluator_common.hashlib = SimpleNamespace(sha1=HASHES[line.get("hash", "sha1")])
    evaluation.time = SimpleNamespace(time=lambda: line.get("now", 0) / 1000)
    evaluator = Evaluator(flags.get, segments.get, membership)
    client = Client(flags, evaluator)
    contexts = [context_of(raw) for raw in line["contexts"]]
    return {
        "n": line["n"],
        "refused": {"flags": refused_flags, "segments": refused_segments},
        "answers": [[evaluate(evaluator, flags.get(key), context) for key in line["flags"]] for context in contexts],
        "states": [state(client, contexts[options["context"]], options) for options in line.get("states", ())],
    }


def main() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", FutureWarning)
    for text in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(text))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
