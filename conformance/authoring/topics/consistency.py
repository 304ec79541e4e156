"""The consistency gate, and pins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from ..builders import (
    ABSENT,
    Json,
    Object,
    clause,
    detail,
    document,
    fell,
    flag,
    in_segment,
    not_found,
    off,
    reason,
    rollout,
    rule,
    segment,
    user,
    weights,
)
from ..hashing import HASHES, bucket, digest, first_key, prefix_of
from ..topic import Topic, diagnostic

# The gate: whether every instance of a back end has noticed a change; and times to live as text.

STAMP = 1_795_172_400
"""When the flag was changed, unless a case says otherwise."""

BOOLEAN: dict[str, Json] = {"variations": [False, True], "offVariation": 0, "fallthrough": {"variation": 1}}


def gate(age_ms: int, ttl: Fraction, timeout_ms: Fraction = Fraction(3000), *, enabled: bool = True) -> dict[str, Json]:
    """What the rule says, in exact numbers."""
    age, span = Fraction(age_ms), ttl * 1000
    return {
        "enabled": enabled,
        "isBackendConsistent": enabled and age > span,
        "settled": age > 2 * span + timeout_ms,
        "remainingSeconds": 0 if age > span else max(1, math.ceil((span - age) / 1000)),
    }


def closed(code: str, path: str | None = None, *, enabled: bool = True) -> dict[str, Json]:
    """The safe answer, and why."""
    return {
        "enabled": enabled,
        "isBackendConsistent": False,
        "settled": False,
        "remainingSeconds": None,
        "diagnostics": [diagnostic("warning", code, path)],
    }


def stamped(stamp: Json, /, meta: Json = ABSENT, **given: Json) -> dict[str, Json]:
    """A document whose flag has a stamp of its own, and whose `meta` may have one too."""
    lifecycle: Json = ABSENT if stamp == ABSENT else {"owner": "team", "lastModifiedTimestamp": stamp}
    members = {**BOOLEAN, "lifecycle": lifecycle, **given}
    return document([flag(**members)], meta={"version": 7} if meta == ABSENT else {"version": 7, "lastModifiedTimestamp": meta})


def gates() -> Topic:
    """What the gate answers."""
    topic = Topic("consistency", "The consistency gate: has every instance that polls noticed the change")

    def ask(slug: str, description: str, made: Object, expect: Object, *, now_ms: float = STAMP * 1000 + 1_000_000,
            ttl: float = 900, timeout: float | None = None, context: Json = None, key: str = "flag",
            taken_ms: float | None = None, **given: Json) -> None:  # fmt: skip
        call: dict[str, Json] = {"flag": key, "nowMs": now_ms, "ttlSeconds": ttl}
        if timeout is not None:
            call["pollTimeoutMs"] = timeout
        if taken_ms is not None:
            call["takenMs"] = taken_ms
        topic.case(slug, "gate", description, {"consistency": call}, dict(expect), document=dict(made),
                   context=user() if context is None else context, **given)  # fmt: skip

    held = stamped(STAMP)
    for ttl, name in ((Fraction(0), "0"), (Fraction(1, 2), "half"), (Fraction(45), "45"), (Fraction(900), "900"),
                      (Fraction(86400), "86400")):  # fmt: skip
        span = int(ttl * 1000)
        ages = {0, 1, span - 1000, span - 1, span, span + 1, 2 * span + 2999, 2 * span + 3000, 2 * span + 3001}
        for age in sorted(age for age in ages if age >= 0):
            ask(f"ttl-{name}-age-{age}", f"{age} ms after the change, a time to live of {ttl} s", held,
                {**gate(age, ttl), "version": 7, "digest": digest(held)}, now_ms=STAMP * 1000 + age, ttl=float(ttl))  # fmt: skip
    for timeout in (0, 1, 3000, 10_000):
        for late in (0, 1):
            age = 2 * 45_000 + timeout + late
            ask(f"timeout-{timeout}-{late}", f"a poll may take {timeout} ms", held, gate(age, Fraction(45), Fraction(timeout)),
                now_ms=STAMP * 1000 + age, ttl=45, timeout=timeout)  # fmt: skip
    age = 1_000_000
    consistent = gate(age, Fraction(900))
    disabled = gate(age, Fraction(900), enabled=False)
    own = "flags.flag.lifecycle.lastModifiedTimestamp"
    of_meta = "meta.lastModifiedTimestamp"
    text = str(STAMP)
    stamps: list[tuple[str, Json]] = [
        ("number", STAMP), ("text", text), ("spaces", f" {text} "), ("fraction", STAMP - 0.5), ("fraction-text", f"{STAMP - 1}.25"),
    ]  # fmt: skip
    for slug, stamp in stamps:
        profile: dict[str, Json] = {"flag": {"enabled": True, "lastModifiedTimestamp": stamp}}
        for when, at in (("within", 900_000), ("after", 900_001)):
            ask(f"appconfig-{slug}-{when}", "the attribute of a flag of AppConfig, up to the end of its second", profile,
                gate(at, Fraction(900)), now_ms=STAMP * 1000 + at, container="appconfig")  # fmt: skip
    for slug, stamp, code in (("milliseconds", f"{STAMP}000", "millisecond-stamp"), ("date", "2026-11-20", "invalid-stamp"),
                              ("list", ["1"], "invalid-stamp"), ("null", None, "missing-stamp"),
                              ("future", STAMP + 9_999, "future-stamp")):  # fmt: skip
        wrong: dict[str, Json] = {"flag": {"enabled": True, "lastModifiedTimestamp": stamp}}
        ask(f"appconfig-{slug}", "an attribute that is not a time in seconds", wrong, closed(code), container="appconfig")
    ask("own-before-meta", "a flag's own stamp comes before the document's", stamped(STAMP, STAMP + 999), consistent)
    ask("own-later-than-meta", "a flag's own stamp, even if it is the later one", stamped(STAMP + 500, STAMP), gate(
        500_000, Fraction(900)))  # fmt: skip
    ask("meta", "without its own a flag has the document's", stamped(ABSENT, STAMP), consistent)
    ask("meta-null", "a timestamp that is null is absent", stamped(None, STAMP), consistent)
    for slug, lifecycle in (("null", None), ("number", 5), ("list", []), ("empty", {})):
        ask(f"meta-lifecycle-{slug}", "a lifecycle without a stamp", document([flag(**BOOLEAN, lifecycle=lifecycle)],
            meta={"lastModifiedTimestamp": STAMP}), {**consistent, "version": None})  # fmt: skip
    ask("missing", "no stamp at all", stamped(ABSENT), closed("missing-stamp", of_meta))
    for slug, meta in (("absent", ABSENT), ("null", None), ("list", [])):
        made = document([flag(**BOOLEAN)]) if meta == ABSENT else document([flag(**BOOLEAN)], meta=meta)
        ask(f"missing-meta-{slug}", "nothing in meta says when", made, closed("missing-stamp", of_meta))
    for slug, stamp, code in (
        ("milliseconds", STAMP * 1000, "millisecond-stamp"), ("just-milliseconds", 100_000_000_001, "millisecond-stamp"),
        ("future", STAMP + 1001, "future-stamp"), ("far-future", 100_000_000_000, "future-stamp"), ("text", str(STAMP), "invalid-stamp"),
        ("fraction", STAMP + 0.5, "invalid-stamp"), ("negative", -1, "invalid-stamp"), ("true", True, "invalid-stamp"),
        ("list", [STAMP], "invalid-stamp"), ("huge", 1e300, "invalid-stamp"),
    ):  # fmt: skip
        ask(f"stamp-{slug}", "a flag's stamp that says nothing: the document's does not stand in for it", stamped(stamp, STAMP),
            closed(code, own))  # fmt: skip
        ask(f"stamp-of-meta-{slug}", "a document's stamp that says nothing", stamped(ABSENT, stamp), closed(code, of_meta))
    ask("stamp-zero", "the first second there is", stamped(0), {"isBackendConsistent": True, "settled": True})
    ask("now-is-the-stamp", "the moment of the change is not in the future", held, gate(0, Fraction(900)), now_ms=STAMP * 1000)
    ask("now-before-the-stamp", "a millisecond earlier is", held, closed("future-stamp", own), now_ms=STAMP * 1000 - 1)
    for slug, taken_age, age in (
        ("just-now", 0, 0), ("at-the-limit", 900_000, 900_000), ("past-the-limit", 900_001, 900_001),
        ("settling", 1_803_000, 1_803_000), ("settled", 1_803_001, 1_803_001), ("before-the-stamp", 9_000_000, 2_000_000),
        ("in-the-future", -60_000, 0),
    ):  # fmt: skip
        now_ms = STAMP * 1000 + 2_000_000
        ask(f"taken-{slug}", "a document that was gone back to counts from when it was taken", held, gate(age, Fraction(900)),
            now_ms=now_ms, taken_ms=now_ms - taken_age)  # fmt: skip
    ask("taken-missing", "without a stamp nothing says that there was no other change", stamped(ABSENT), closed("missing-stamp", of_meta),
        taken_ms=STAMP * 1000)  # fmt: skip
    ask("negative-ttl", "a time to live that is negative", held, closed("invalid-time", ""), ttl=-1)
    ask("negative-timeout", "a timeout that is negative", held, closed("invalid-time", ""), timeout=-1)
    ask("flag-of-key-with-dots", "the place of a stamp in a flag with an odd key", document(
        [flag("a.b", **BOOLEAN, lifecycle={"lastModifiedTimestamp": "x"})]),
        closed("invalid-stamp", 'flags["a.b"].lifecycle.lastModifiedTimestamp'), key="a.b")  # fmt: skip

    ask("disabled-off", "a flag that is off is not enabled, and the change still settles", stamped(STAMP, on=False), disabled)
    ask("disabled-off-serving-true", "the off variation decides if it is a boolean",
        stamped(STAMP, on=False, offVariation=1), consistent)  # fmt: skip
    ask("disabled-for-the-context", "on, but not for this context", stamped(STAMP, fallthrough={"variation": 0}), disabled)
    ask("enabled-by-a-rule", "on for this context by a rule", stamped(
        STAMP, fallthrough={"variation": 0}, rules=[rule(clause("key", "in", "alice"))]), consistent)  # fmt: skip
    ask("disabled-missing", "a flag that is not there has the document's stamp", stamped(ABSENT, STAMP), disabled, key="other")
    ask("disabled-deleted", "a tombstone", document([flag(deleted=True, lifecycle={"lastModifiedTimestamp": STAMP})]), disabled)
    ask("disabled-malformed", "a flag that cannot be read", stamped(STAMP, rules=5), disabled)
    ask("disabled-invalid-context", "an invalid context", held, disabled, context={"kind": "user"})
    ask("disabled-prerequisite", "a prerequisite that is off", document(
        [flag(**BOOLEAN, prerequisites=[{"key": "p", "variation": 1}], lifecycle={"lastModifiedTimestamp": STAMP}),
         flag("p", on=False)]), disabled)  # fmt: skip
    for slug, value in (("text", "x"), ("empty-text", ""), ("number", 0), ("object", {"enabled": False}), ("null", None)):
        ask(f"enabled-{slug}", "a value that is not a boolean is enabled while it is on", stamped(
            STAMP, variations=["off", value]), consistent)  # fmt: skip
        ask(f"disabled-{slug}", "and not while it is off", stamped(STAMP, variations=[value, "on"], on=False), disabled)
    for name in HASHES:
        prefix = prefix_of("flag", "salt")
        inside = first_key(lambda key, name=name, prefix=prefix: bucket(name, prefix, key) < 10_000)  # type: ignore[misc]
        outside = first_key(lambda key, name=name, prefix=prefix: bucket(name, prefix, key) >= 10_000)  # type: ignore[misc]
        share = {"rollout": rollout(weights((1, 10_000), (0, 90_000)), hash=name)}
        for slug, key, expect in (("inside", inside, consistent), ("outside", outside, disabled)):
            ask(f"share-{name}-{slug}", "the gate and a percentage together", stamped(STAMP, fallthrough=share), expect,
                context=user(key))  # fmt: skip
    return topic


def times_to_live() -> Topic:
    """What the AppConfig extension takes for its poll interval."""
    topic = Topic("ttl", "Times to live as the AppConfig extension's poll interval gives them")
    rows: list[tuple[str, str, int | None]] = [
        ("plain", "45", 45), ("seconds", "45s", 45), ("minutes", "5m", 300), ("hours", "1h", 3600), ("one", "1", 1),
        ("leading-zero", "045", 45), ("day", "24h", 86400), ("largest", "4294967295", 4294967295),
        ("too-large", "4294967296", None), ("too-large-by-its-unit", "4294967295m", None), ("empty", "", None),
        ("word", "abc", None), ("negative", "-1", None), ("plus", "+1", None), ("zero", "0", None), ("zero-minutes", "0m", None),
        ("fraction", "1.5", None), ("exponent", "1e2", None), ("space-before", " 45", None), ("space-after", "45 ", None),
        ("line-feed", "45\n", None), ("space-between", "45 s", None), ("unit-alone", "s", None), ("capital", "5M", None),
        ("days", "1d", None), ("milliseconds", "300ms", None), ("two-units", "1h5m", None), ("other-digits", "\u0664\u0665", None),
    ]  # fmt: skip
    for slug, text, seconds in rows:
        topic.case(slug, "gate", slug.replace("-", " "), {"parseTtl": {"text": text}}, {"seconds": seconds})
    return topic


def consistency_topics() -> list[Topic]:
    """The topics of this module."""
    return [gates(), times_to_live()]


# Pins: answers from the very document that a journey began with.

WAITS: dict[str, Json] = {"lifecycle": {"offWaitsForPins": True}}
NEWER: dict[str, Json] = {"fallthrough": {"variation": 1}}


def pins_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("pins", "Answers from the document that is pinned, but for what was switched off since")

    def pin(slug: str, description: str, history: Sequence[Object], expect: Object, *, pinned: int | str = 0, now_ms: float = 10,
            ttl: float = 45, timeout: float | None = None, max_age: float | None = None, max_documents: int | None = None,
            evaluated: str = "flag") -> None:  # fmt: skip
        entries: list[Json] = [{"nowMs": moment, **entry} if "fetched" not in entry else dict(entry)
                               for moment, entry in enumerate(history)]  # fmt: skip
        pinned_digest = digest_of(history[pinned]) if isinstance(pinned, int) else pinned
        optional = {"pollTimeoutMs": timeout, "maxPinAgeMs": max_age, "maxDocuments": max_documents}
        given = {name: value for name, value in optional.items() if value is not None}
        call: dict[str, Json] = {"history": entries, "digest": pinned_digest, "nowMs": now_ms, "ttlSeconds": ttl, **given,
                                 "then": {"evaluate": {"flag": evaluated, "default": "default"}}}  # fmt: skip
        topic.case(slug, "pin", description, {"pinned": call}, dict(expect), context=user())

    def answered(by: Object, then: Object, *switched_off: str) -> dict[str, Json]:
        return {"digest": digest_of(by), "switchedOff": list(switched_off), "answer": dict(then)}

    first = {"document": document([flag()])}
    second = {"document": document([flag(**NEWER)])}
    third = {"document": document([flag(salt="third")])}
    yes = detail("yes", 1, reason("FALLTHROUGH"))
    pin("newest", "a pin to the newest", [first, second], answered(second, yes), pinned=1)
    pin("older", "a pin to the one before", [first, second], answered(first, fell()))
    pin("only", "a pin to the only one", [second], answered(second, yes))
    pin("oldest", "a pin to the oldest", [second, first, third], answered(second, yes))
    pin("rollback", "one that is current again", [second, first, second], answered(second, yes), now_ms=1e15)
    pin("rolled-back-from", "one that was rolled back from", [first, second, first], answered(second, yes), pinned=1)
    pin("kept", "one that was fetched for the pin", [second, {"nowMs": -5, "superseded": True, **first}],
        answered(first, fell()), pinned=1)  # fmt: skip

    killed: list[tuple[str, Object, Object]] = [
        ("off", flag(on=False), off()), ("off-other-variation", flag(on=False, offVariation=1), off("yes", 1)),
        ("off-other-variations", flag(on=False, variations=[1, 2, 3]), off(3)),
        ("off-serving-nothing", flag(on=False, offVariation=None), off("default", None)),
        ("off-malformed-rules", flag(on=False, rules=5), off()),
        ("off-not-waiting", flag(on=False, lifecycle={"offWaitsForPins": False}), off()),
        ("off-waiting-by-no-boolean", flag(on=False, lifecycle={"offWaitsForPins": "true"}), off()),
        ("off-lifecycle-malformed", flag(on=False, lifecycle=5), off()),
        ("tombstone", {"key": "flag", "version": 2, "deleted": True}, off()),
    ]  # fmt: skip
    for slug, newest, then in killed:
        pin(f"kill-switch-{slug}", "a flag that is off in the newest is off for every pin",
            [second, {"document": document([newest])}], answered(second, then, "flag"))  # fmt: skip
    pin("kill-switch-gone", "a flag that is gone", [second, {"document": document([])}], answered(second, off(), "flag"))
    pin("kill-switch-null", "a flag that is null", [second, {"document": {"flags": {"flag": None}}}],
        answered(second, off(), "flag"))  # fmt: skip
    pin("kill-switch-gone-serving-nothing", "a flag that is gone and served nothing while it was off",
        [{"document": document([flag(offVariation=None)])}, {"document": document([])}],
        answered({"document": document([flag(offVariation=None)])}, off("default", None), "flag"))  # fmt: skip
    pin("waits-off", "a flag whose switching off waits for pins", [second, {"document": document([flag(on=False, **WAITS)])}],
        answered(second, yes))  # fmt: skip
    pin("waits-tombstone", "a tombstone that waits for pins",
        [second, {"document": document([{"key": "flag", "version": 2, "deleted": True, **WAITS}])}], answered(second, yes))  # fmt: skip
    waited = {"document": document([flag(**NEWER, **WAITS)])}
    pin("waits-no-more", "only the newest can say that it waits", [waited, {"document": document([flag(on=False)])}],
        answered(waited, off(), "flag"))  # fmt: skip
    pin("waits-gone", "a flag that is gone says nothing", [waited, {"document": document([])}], answered(waited, off(), "flag"))
    already = {"document": document([flag(on=False, offVariation=1)])}
    pin("off-already", "a flag that was off in the pinned one is unchanged", [already, {"document": document([flag(on=False)])}],
        answered(already, off("yes", 1)))  # fmt: skip
    pin("on-since", "a flag that was switched on since is off for the pin", [already, second], answered(already, off("yes", 1)))
    pin("malformed-since", "a flag that is malformed in the newest is not off",
        [second, {"document": document([flag(on="yes")])}], answered(second, yes))  # fmt: skip
    pin("new-since", "a flag that the pinned one does not know", [first, {"document": document([flag(), flag("new")])}],
        answered(first, not_found()), evaluated="new")  # fmt: skip
    dependent = flag(**NEWER, prerequisites=[{"key": "p", "variation": 0}])
    with_prerequisite = {"document": document([dependent, flag("p")])}
    failed = detail("off", 2, reason("PREREQUISITE_FAILED", prerequisiteKey="p"))
    pin("kill-switch-prerequisite", "the dependent of a flag that is off finds it off",
        [with_prerequisite, {"document": document([dependent, flag("p", on=False)])}], answered(with_prerequisite, failed, "p"))  # fmt: skip
    pin("kill-switch-prerequisite-gone", "and one that is gone", [with_prerequisite, {"document": document([dependent])}],
        answered(with_prerequisite, failed, "p"))  # fmt: skip
    many = {"document": document([flag(), flag("b"), flag("\u00e9"), flag("10"), flag("a")])}
    pin("kill-switch-many", "the keys that were switched off are in order", [many, {"document": document([])}],
        answered(many, off(), "10", "a", "b", "flag", "\u00e9"))  # fmt: skip
    member = flag(rules=[rule(in_segment("s"))])
    in_s = {"document": document([member], [segment("s", included=["alice"])])}
    pin("segments", "segments are those of the pinned document", [in_s, {"document": document([member], [segment("s")])}],
        answered(in_s, detail("yes", 1, reason("RULE_MATCH", ruleIndex=0, ruleId="r"))))  # fmt: skip
    hashed = {"document": document([flag(rules=[rule(clause("key", "in", "alice"))])], meta={"hash": "murmur3", "version": 3})}
    pin("meta", "meta is that of the pinned document", [hashed, first],
        answered(hashed, detail("yes", 1, reason("RULE_MATCH", ruleIndex=0, ruleId="r"))))  # fmt: skip

    def refused(code: str, *held: Object) -> dict[str, Json]:
        return {"refused": {"code": code, "held": [digest_of(entry) for entry in held]}}

    superseded = 1
    for ttl, timeout in ((45, None), (900, None), (45, 0), (0, 0)):
        limit = 2 * ttl * 1000 + (3000 if timeout is None else timeout)
        pin(f"age-{ttl}-{timeout}-at-the-limit", "two times to live and a poll's timeout after it stopped being current",
            [first, second], answered(first, fell()), now_ms=superseded + limit, ttl=ttl, timeout=timeout)  # fmt: skip
        pin(f"age-{ttl}-{timeout}-past-the-limit", "a millisecond longer", [first, second],
            refused("pin-too-old", second, first), now_ms=superseded + limit + 1, ttl=ttl, timeout=timeout)  # fmt: skip
    pin("age-given", "an age that is given", [first, second], answered(first, fell()), now_ms=1001, max_age=1000)
    pin("age-given-passed", "and passed", [first, second], refused("pin-too-old", second, first), now_ms=1002, max_age=1000)
    pin("age-of-the-newest", "the newest does not age", [first], answered(first, fell()), now_ms=1e15, max_age=0)
    pin("age-clock-behind", "a clock that went back", [first, second], answered(first, fell()), now_ms=0, max_age=0)
    pin("age-of-the-kept", "one that was fetched ages from when it stopped being current",
        [second, {"nowMs": -2000, "superseded": True, **first}], refused("pin-too-old", second, first), pinned=1, max_age=1000)  # fmt: skip

    def stamped(stamp: int, **given: Json) -> dict[str, Json]:
        return {"document": document([flag(**given)], meta={"lastModifiedTimestamp": stamp})}

    def fetched(entry: Object) -> dict[str, Json]:
        return {"fetched": True, **entry}

    behind, ahead = stamped(1000, on=False), stamped(2000, **NEWER)
    far = 2_000_000
    pin("ahead", "a newer one that was fetched answers by its own flags", [behind, fetched(ahead)], answered(ahead, yes), pinned=1,
        now_ms=far)  # fmt: skip
    pin("ahead-at-the-limit", "two times to live and a poll's timeout after its stamp", [behind, fetched(ahead)], answered(ahead, yes),
        pinned=1, now_ms=far + 93_000)  # fmt: skip
    pin("ahead-past-the-limit", "a millisecond longer", [behind, fetched(ahead)], refused("pin-too-old", behind, ahead), pinned=1,
        now_ms=far + 93_001)  # fmt: skip
    pin("ahead-age-given", "an age that is given", [behind, fetched(ahead)], answered(ahead, yes), pinned=1, now_ms=far + 93_001,
        max_age=93_001)  # fmt: skip
    pin("ahead-stamp-in-the-future", "a clock that is behind the stamp", [behind, fetched(ahead)], answered(ahead, yes), pinned=1,
        now_ms=1)  # fmt: skip
    pin("ahead-of-what-has-no-stamp", "no stamp says which is later", [{"document": document([flag(on=False)])}, fetched(ahead)],
        answered(ahead, off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    own_stamp = {"document": document([flag(**NEWER, lifecycle={"lastModifiedTimestamp": 2000})])}
    pin("ahead-by-a-flags-stamp", "a flag's own stamp counts", [behind, fetched(own_stamp)], answered(own_stamp, yes), pinned=1,
        now_ms=far)  # fmt: skip
    pin("ahead-then-in-force", "one that has been current here is subject to what follows", [behind, fetched(ahead), ahead, behind],
        answered(ahead, off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("ahead-then-passed", "and one that a later one has passed", [behind, fetched(ahead), stamped(3000, on=False)],
        answered(ahead, off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("ahead-held", "the current one answers as before", [stamped(1000, **NEWER), fetched(stamped(2000, on=False))],
        answered(stamped(1000, **NEWER), yes), now_ms=far)  # fmt: skip
    pin("equal-stamps", "of equal stamps none is later", [behind, fetched(stamped(1000, **NEWER))],
        answered(stamped(1000, **NEWER), off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("without-stamps", "without stamps the current one is the newest", [{"document": document([flag(on=False)])}, fetched(second)],
        answered(second, off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("fetched-older", "an older one stopped being current when the current one was stamped",
        [{"nowMs": 10**9, **ahead}, fetched(stamped(1000, **NEWER))],
        answered(stamped(1000, **NEWER), yes), pinned=1, now_ms=far + 93_000)  # fmt: skip
    pin("fetched-older-past-the-limit", "a millisecond longer", [{"nowMs": 10**9, **ahead}, fetched(stamped(1000, **NEWER))],
        refused("pin-too-old", ahead, stamped(1000, **NEWER)), pinned=1, now_ms=far + 93_001)  # fmt: skip
    pin("fetched-older-added-first", "or was added, whichever is earlier", [{"nowMs": 5, **ahead}, fetched(stamped(1000, **NEWER))],
        refused("pin-too-old", ahead, stamped(1000, **NEWER)), pinned=1, now_ms=93_006)  # fmt: skip
    pin("not-held", "a digest of nothing that is held", [first, second], refused("document-not-held", second, first),
        pinned="sha256:" + "0" * 64)  # fmt: skip
    pin("not-held-empty", "an empty history", [], refused("document-not-held"), pinned=digest_of(first))
    pin("not-held-evicted", "one that was evicted", [first, second, third], refused("document-not-held", third, second),
        max_documents=2)  # fmt: skip
    pin("bound-newest-stays", "the newest is never evicted", [first, second], answered(second, yes), pinned=1, max_documents=0)
    pin("bound-kept-does-not-fit", "one that is fetched does not drive out newer ones",
        [second, third, {"nowMs": -5, "superseded": True, **first}], refused("document-not-held", third, second), pinned=2,
        max_documents=2)  # fmt: skip
    pin("kept-without-newest", "nothing is kept if no document is current", [{"superseded": True, **first}],
        refused("document-not-held"))  # fmt: skip
    for slug, text in (
        ("empty", ""), ("prefix", "sha256:"), ("short", digest_of(first)[:-1]), ("long", digest_of(first) + "0"),
        ("capitals", digest_of(first).upper()), ("other-hash", digest_of(first).replace("sha256", "sha512")),
        ("space", " " + digest_of(first)), ("quoted", f'"{digest_of(first)}"'), ("no-hex", "sha256:" + "g" * 64),
        ("list", f"{digest_of(first)},{digest_of(second)}"),
    ):  # fmt: skip
        pin(f"not-a-digest-{slug}", "a text that is not a digest", [first], refused("not-a-digest", first), pinned=text)
    return [topic]


def digest_of(entry: Object) -> str:
    """The digest of an entry's document."""
    made = entry["document"]
    assert isinstance(made, dict)
    return digest(made)
