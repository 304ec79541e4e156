"""Pins: answers from the very document that a journey began with."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import clause, document, flag, in_segment, rule, segment, user
from ..hashing import digest
from ..json_value import Json, Object
from ..outcome import detail, fell, not_found, off, reason
from ..topic import Topic

WAITS: dict[str, Json] = {"lifecycle": {"offWaitsForPins": True}}
NEWER: dict[str, Json] = {"fallthrough": {"variation": 1}}


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("pins", "Answers from the document that is pinned, but for what was switched off since")

    def pin(slug: str, description: str, history: Sequence[Object], expect: Object, *, pinned: int | str = 0, now_ms: float = 10,
            ttl: float = 45, timeout: float | None = None, max_age: float | None = None, max_documents: int | None = None,
            flag_asked: str = "flag") -> None:  # fmt: skip
        entries: list[Json] = [{"nowMs": moment, **entry} if "fetched" not in entry else dict(entry)
                               for moment, entry in enumerate(history)]  # fmt: skip
        asked = digest_of(history[pinned]) if isinstance(pinned, int) else pinned
        optional = {"pollTimeoutMs": timeout, "maxPinAgeMs": max_age, "maxDocuments": max_documents}
        given = {name: value for name, value in optional.items() if value is not None}
        call: dict[str, Json] = {"history": entries, "digest": asked, "nowMs": now_ms, "ttlSeconds": ttl, **given,
                                 "then": {"evaluate": {"flag": flag_asked, "default": "default"}}}  # fmt: skip
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
    pin("rollback", "one that is in force again", [second, first, second], answered(second, yes), now_ms=1e15)
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
    pin("off-already", "a flag that was off in the pinned one stays what it was", [already, {"document": document([flag(on=False)])}],
        answered(already, off("yes", 1)))  # fmt: skip
    pin("on-since", "a flag that was switched on since is off for the pin", [already, second], answered(already, off("yes", 1)))
    pin("malformed-since", "a flag that is malformed in the newest is not off",
        [second, {"document": document([flag(on="yes")])}], answered(second, yes))  # fmt: skip
    pin("new-since", "a flag that the pinned one does not know", [first, {"document": document([flag(), flag("new")])}],
        answered(first, not_found()), flag_asked="new")  # fmt: skip
    asks = flag(**NEWER, prerequisites=[{"key": "p", "variation": 0}])
    with_prerequisite = {"document": document([asks, flag("p")])}
    failed = detail("off", 2, reason("PREREQUISITE_FAILED", prerequisiteKey="p"))
    pin("kill-switch-prerequisite", "who asks a flag that is off finds it off",
        [with_prerequisite, {"document": document([asks, flag("p", on=False)])}], answered(with_prerequisite, failed, "p"))  # fmt: skip
    pin("kill-switch-prerequisite-gone", "and one that is gone", [with_prerequisite, {"document": document([asks])}],
        answered(with_prerequisite, failed, "p"))  # fmt: skip
    many = {"document": document([flag(), flag("b"), flag("\u00e9"), flag("10"), flag("a")])}
    pin("kill-switch-many", "the keys of what was switched off are in order", [many, {"document": document([])}],
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
        pin(f"age-{ttl}-{timeout}-at-the-limit", "two times to live and a poll's timeout since it is not in force",
            [first, second], answered(first, fell()), now_ms=superseded + limit, ttl=ttl, timeout=timeout)  # fmt: skip
        pin(f"age-{ttl}-{timeout}-past-the-limit", "a millisecond longer", [first, second],
            refused("pin-too-old", second, first), now_ms=superseded + limit + 1, ttl=ttl, timeout=timeout)  # fmt: skip
    pin("age-given", "an age that is given", [first, second], answered(first, fell()), now_ms=1001, max_age=1000)
    pin("age-given-passed", "and passed", [first, second], refused("pin-too-old", second, first), now_ms=1002, max_age=1000)
    pin("age-of-the-newest", "the newest does not age", [first], answered(first, fell()), now_ms=1e15, max_age=0)
    pin("age-clock-behind", "a clock that went back", [first, second], answered(first, fell()), now_ms=0, max_age=0)
    pin("age-of-the-kept", "one that was fetched ages since it was in force",
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
    pin("ahead-then-in-force", "one that has been in force here is subject to what follows", [behind, fetched(ahead), ahead, behind],
        answered(ahead, off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("ahead-then-passed", "and one that a later one has passed", [behind, fetched(ahead), stamped(3000, on=False)],
        answered(ahead, off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("ahead-held", "the one in force answers as before", [stamped(1000, **NEWER), fetched(stamped(2000, on=False))],
        answered(stamped(1000, **NEWER), yes), now_ms=far)  # fmt: skip
    pin("equal-stamps", "of equal stamps none is later", [behind, fetched(stamped(1000, **NEWER))],
        answered(stamped(1000, **NEWER), off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("without-stamps", "without stamps the one in force is the newest", [{"document": document([flag(on=False)])}, fetched(second)],
        answered(second, off(), "flag"), pinned=1, now_ms=10)  # fmt: skip
    pin("fetched-older", "an older one went out of force when the one in force was stamped",
        [{"nowMs": 10**9, **ahead}, fetched(stamped(1000, **NEWER))],
        answered(stamped(1000, **NEWER), yes), pinned=1, now_ms=far + 93_000)  # fmt: skip
    pin("fetched-older-past-the-limit", "a millisecond longer", [{"nowMs": 10**9, **ahead}, fetched(stamped(1000, **NEWER))],
        refused("pin-too-old", ahead, stamped(1000, **NEWER)), pinned=1, now_ms=far + 93_001)  # fmt: skip
    pin("fetched-older-added-first", "or was added, whichever is earlier", [{"nowMs": 5, **ahead}, fetched(stamped(1000, **NEWER))],
        refused("pin-too-old", ahead, stamped(1000, **NEWER)), pinned=1, now_ms=93_006)  # fmt: skip
    pin("not-held", "a digest of nothing that is held", [first, second], refused("document-not-held", second, first),
        pinned="sha256:" + "0" * 64)  # fmt: skip
    pin("not-held-empty", "an empty history", [], refused("document-not-held"), pinned=digest_of(first))
    pin("not-held-evicted", "one that had to leave", [first, second, third], refused("document-not-held", third, second),
        max_documents=2)  # fmt: skip
    pin("bound-newest-stays", "the newest never leaves", [first, second], answered(second, yes), pinned=1, max_documents=0)
    pin("bound-kept-does-not-fit", "one that is fetched does not drive out newer ones",
        [second, third, {"nowMs": -5, "superseded": True, **first}], refused("document-not-held", third, second), pinned=2,
        max_documents=2)  # fmt: skip
    pin("kept-without-newest", "nothing is kept where nothing is in force", [{"superseded": True, **first}],
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
