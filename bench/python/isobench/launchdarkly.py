"""LaunchDarkly's SDK with a document in memory, and the check that both give the same answer."""

from __future__ import annotations

import json
import logging
import warnings
from threading import Event
from typing import Any

from ldclient import Config, Context, LDClient
from ldclient.feature_store import InMemoryFeatureStore
from ldclient.impl.evaluator import Evaluator
from ldclient.impl.events.types import EventFactory
from ldclient.impl.model import FeatureFlag, Segment
from ldclient.versioned_data_kind import FEATURES, SEGMENTS

EVENTS = EventFactory(False, lambda: 0)

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore", FutureWarning)


class Ready:
    """Replaces the client's connection; always initialized."""

    def __init__(self, _config: Any, _store: Any, ready: Event) -> None:
        self.ready = ready

    def start(self) -> None:
        self.ready.set()

    def stop(self) -> None:
        return

    def initialized(self) -> bool:
        return True


class LaunchDarkly:
    """The SDK's own model of a document."""

    def __init__(self, text: bytes) -> None:
        raw = json.loads(text)
        self.raw = raw
        self.flags = {key: FeatureFlag(item) for key, item in raw["flags"].items()}
        self.segments = {key: Segment(item) for key, item in raw["segments"].items()}
        self.evaluator = Evaluator(self.flags.get, self.segments.get, lambda _key: (None, None))

    def evaluate(self, key: str, context: Context) -> Any:
        return self.evaluator.evaluate(self.flags[key], context, EVENTS).detail

    def client(self) -> LDClient:
        store = InMemoryFeatureStore()
        store.init({FEATURES: self.raw["flags"], SEGMENTS: self.raw["segments"]})
        config = Config(
            "sdk-key",
            feature_store=store,
            update_processor_class=Ready,
            send_events=False,
            diagnostic_opt_out=True,
        )
        return LDClient(config)


def context(raw: dict[str, Any]) -> Context:
    return Context.from_dict(raw)


def shown(detail: Any) -> str:
    """Returns the value, variation index and reason as text."""
    answer = [detail.value, detail.variation_index, detail.reason]
    return json.dumps(answer, sort_keys=True, separators=(",", ":"))


def agree(flag: str, ours: Any, theirs: Any) -> None:
    """Ends the run if the two results differ: nothing is timed."""
    if shown(ours) != shown(theirs):
        raise SystemExit(
            f"`{flag}`: isoflag gives {shown(ours)}, LaunchDarkly {shown(theirs)}; nothing is timed"
        )
