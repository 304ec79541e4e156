"""The gate: whether every instance of a back end has noticed a change; and times to live as text."""

from __future__ import annotations

import math
from fractions import Fraction

from ..document import ABSENT, clause, document, flag, rollout, rule, user, weights
from ..hashing import HASHES, bucket, digest, first_key, prefix_of
from ..json_value import Json, Object
from ..topic import Topic, diagnostic

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
        "remainingSeconds": max(0, math.ceil((span - age) / 1000)),
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
            ttl: float = 900, timeout: float | None = None, context: Json = None, asked: str = "flag",
            taken_ms: float | None = None, **given: Json) -> None:  # fmt: skip
        call: dict[str, Json] = {"flag": asked, "nowMs": now_ms, "ttlSeconds": ttl}
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
        for off in (0, 1):
            age = 2 * 45_000 + timeout + off
            ask(f"timeout-{timeout}-{off}", f"a poll may take {timeout} ms", held, gate(age, Fraction(45), Fraction(timeout)),
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
    ask("own-later-than-meta", "a flag's own stamp also where it is the later", stamped(STAMP + 500, STAMP), gate(
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
        closed("invalid-stamp", 'flags["a.b"].lifecycle.lastModifiedTimestamp'), asked="a.b")  # fmt: skip

    ask("disabled-off", "a flag that is off is not enabled, and settles all the same", stamped(STAMP, on=False), disabled)
    ask("disabled-off-serving-true", "what an off flag serves is what counts where it is a boolean",
        stamped(STAMP, on=False, offVariation=1), consistent)  # fmt: skip
    ask("disabled-for-the-context", "on, but not for this context", stamped(STAMP, fallthrough={"variation": 0}), disabled)
    ask("enabled-by-a-rule", "on for this context by a rule", stamped(
        STAMP, fallthrough={"variation": 0}, rules=[rule(clause("key", "in", "alice"))]), consistent)  # fmt: skip
    ask("disabled-missing", "a flag that is not there has the document's stamp", stamped(ABSENT, STAMP), disabled, asked="other")
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


def topics() -> list[Topic]:
    """The topics of this module."""
    return [gates(), times_to_live()]
