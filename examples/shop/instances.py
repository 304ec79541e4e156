"""Simulates warm instances of the checkout function, which poll at different times, during a change.

The instances are real: each has its `FlagClient`, its documents and its handler. Only the clock is simulated: the page
moves it, so that each run is fast and deterministic.
"""

from __future__ import annotations

import copy
import json
import os
import random
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import isoflag
from isoflag import FlagClient
from isoflag.aws_http import SignedOverrides
from isoflag.gate_times import GateTimes
from isoflag.pins import Pins
from isoflag.source import UNCHANGED, Fetched, Unchanged

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "lambda"))
from checkout import FORM, JOURNEY, Checkout  # noqa: E402

CHANGED = 1_795_172_400
"""Time at which the change is published, in seconds since 1970."""

FROM, UNTIL = CHANGED - 5 * 60, CHANGED + 32 * 60
"""The period in which a fleet can be viewed."""

TTL = 15 * 60
"""Seconds between two polls of an instance."""

TIMES = GateTimes(TTL, 3000.0)
TICK = 5
"""Resolution of the clock, in seconds."""

SECRET = os.environ.get("OVERRIDES_SECRET")
OVERRIDES = SignedOverrides(SECRET, environment="shop") if SECRET else None
"""Sets flags for sessions of end-to-end tests."""

VISITOR = {"kind": "user", "key": "visitor"}

Edit = Callable[[dict[str, Any]], None]


def _switch(on: bool) -> Edit:
    return lambda flags: flags[JOURNEY].update(on=on)


def _phase_out(flags: dict[str, Any]) -> None:
    flags[JOURNEY]["lifecycle"]["offWaitsForPins"] = True
    flags[JOURNEY].update(on=False)


def _form(name: str) -> Edit:
    def edit(flags: dict[str, Any]) -> None:
        flags[FORM]["fallthrough"] = {"variation": flags[FORM]["variations"].index(name)}

    return edit


BACK = None
"""Publishes the first document again, byte for byte, as AppConfig does when an alarm rolls a deployment back."""


@dataclass(frozen=True)
class Change:
    """The published edits by time, in seconds after `CHANGED`; the first edit was made long ago."""

    before: Edit
    published: tuple[tuple[int, Edit | None], ...]


CHANGES: Mapping[str, Change] = {
    "on": Change(_switch(False), ((0, _switch(True)),)),
    "form": Change(_form("two steps"), ((0, _form("one page")),)),
    "rollback": Change(_form("two steps"), ((0, _form("one page")), (6 * 60, _form("two steps")))),
    "alarm": Change(_form("two steps"), ((0, _form("one page")), (16 * 60, BACK))),
    "off": Change(_switch(True), ((0, _switch(False)),)),
    "phase-out": Change(_switch(True), ((0, _phase_out),)),
}


def stamped(document: dict[str, Any], edit: Edit, now: int) -> dict[str, Any]:
    """Returns the document after an edit, with the last-modified timestamps that `isoflag stamp` writes."""
    edited = copy.deepcopy(document)
    edit(edited["flags"])
    for key, flag in edited["flags"].items():
        if flag != document["flags"][key]:
            flag["version"] += 1
            flag["lifecycle"]["lastModifiedTimestamp"] = now
    edited["meta"].update(version=edited["meta"]["version"] + 1, lastModifiedTimestamp=now)
    return edited


@dataclass
class Bucket:
    """The published documents: the newest for polls, and all of them by digest."""

    newest: bytes = b""
    by_digest: dict[str, bytes] = field(default_factory=dict)

    def publish(self, document: dict[str, Any]) -> str:
        self.newest = json.dumps(document).encode()
        digest = isoflag.Flags.from_json(self.newest).digest
        self.by_digest[digest] = self.newest
        return digest

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        if previous is not None and previous.document == self.newest:
            return UNCHANGED
        return Fetched(self.newest)


class Fleet:
    """The instances, the documents published to them, and their clock."""

    def __init__(self, change: str, *, count: int = 12, seed: int = 1, keeps_all: bool = True) -> None:
        """Creates instances that are up to date before the change; `keeps_all` fetches pins from the bucket."""
        self.lock = threading.Lock()
        self._bucket = Bucket()
        document = json.loads((HERE / "journey.json").read_text(encoding="utf-8"))
        long_ago = document["meta"]["lastModifiedTimestamp"]
        document = stamped(document, CHANGES[change].before, long_ago)
        self._bucket.publish(document)
        first = document
        self._due: list[tuple[int, dict[str, Any]]] = []
        for after, edit in CHANGES[change].published:
            document = first if edit is BACK else stamped(document, edit, CHANGED + after)
            self._due.append((CHANGED + after, document))
        self.published = [at * 1000 for at, _ in self._due]
        moments = [round(place * TTL / count / TICK) * TICK for place in range(count)]
        random.Random(seed).shuffle(moments)
        fetch = self._bucket.by_digest.get if keeps_all else None
        self.instances: dict[str, Checkout] = {}
        for number, moment in enumerate(moments, 1):
            # Each started at a different time, which determines the times of its polls.
            self._now = FROM - TTL + moment
            client = FlagClient(self._bucket, ttl=TTL, pins=Pins(fetch=fetch), gate=TIMES, clock=lambda: self._now)
            client.refresh()
            self.instances[str(number)] = Checkout(client, OVERRIDES)
        self._now = FROM - TICK
        self._advance(FROM)

    def move(self, body: object) -> dict[str, Any]:
        """Moves the clock to `{"toMs": …}` and returns the state; raises `ValueError` for an invalid time."""
        to = body.get("toMs") if isinstance(body, dict) else None
        with self.lock:
            if type(to) is not int or not self._now * 1000 <= to <= UNTIL * 1000:
                raise ValueError(f"send `toMs`, a whole number from {self._now * 1000} to {UNTIL * 1000}")
            self._advance(to // 1000)
            return self.state()

    def _advance(self, to: int) -> None:
        while self._now + TICK <= to:
            self._now += TICK
            while self._due and self._due[0][0] <= self._now:
                self._bucket.publish(self._due.pop(0)[1])
            for instance in self.instances.values():
                instance.client.refresh()

    def document(self, digest: str) -> bytes | None:
        """Returns a published document, as a page fetches it from the bucket."""
        return self._bucket.by_digest.get(digest)

    @property
    def newest(self) -> bytes:
        """Returns the current document, as an open page fetches it."""
        return self._bucket.newest

    def state(self) -> dict[str, Any]:
        """Returns the documents that each instance holds."""
        return {
            "nowMs": self._now * 1000,
            "newest": isoflag.Flags.from_json(self._bucket.newest).digest,
            "instances": [_state(instance.client, self._now) for instance in self.instances.values()],
        }


def _state(client: FlagClient, now: float) -> dict[str, Any]:
    flags, status = client.flags, client.status
    return {
        "digest": flags.digest,
        "version": flags.version,
        "isOn": flags.bool_variation(JOURNEY, VISITOR, False),
        "form": flags.variation(FORM, VISITOR, None),
        "polledMs": round((now - (status.age or 0.0)) * 1000),
        "steppedBackMs": None if status.stepped_back_at is None else round(status.stepped_back_at * 1000),
    }


class Fleets:
    """The fleets that pages view; the oldest are evicted."""

    MOST = 16

    def __init__(self) -> None:
        self._fleets: dict[str, Fleet] = {}
        self._made = 0
        self._lock = threading.Lock()

    def make(self, body: object) -> dict[str, Any]:
        """Creates a fleet for `{"change": …}` and returns its state; raises `ValueError` for other input."""
        change = body.get("change") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(change, str) or change not in CHANGES:
            raise ValueError(f"send `change`, one of {', '.join(f'`{name}`' for name in CHANGES)}")
        seed, keeps_all = body.get("seed", 1), body.get("keepsAll", True)
        if type(seed) is not int or type(keeps_all) is not bool:
            raise ValueError("`seed` is a whole number, and `keepsAll` a boolean")
        fleet = Fleet(change, seed=seed, keeps_all=keeps_all)
        with self._lock:
            self._made += 1
            name = str(self._made)
            self._fleets[name] = fleet
            while len(self._fleets) > self.MOST:
                del self._fleets[next(iter(self._fleets))]
        times = {"ttlSeconds": TIMES.ttl_seconds, "pollTimeoutMs": TIMES.poll_timeout_ms}
        moments = {"fromMs": FROM * 1000, "untilMs": UNTIL * 1000, "publishedMs": fleet.published}
        return {"fleet": name, **times, **moments, **fleet.state()}

    def get(self, name: str) -> Fleet | None:
        with self._lock:
            return self._fleets.get(name)
