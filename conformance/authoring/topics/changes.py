"""Changed documents: patches, and which document supersedes another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

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
    malformed,
    matched,
    not_found,
    over,
    prerequisite_failed,
    reason,
    rollout,
    rule,
    segment,
    user,
    weights,
)
from ..hashing import bucket, digest, first_key, prefix_of
from ..topic import Topic, diagnostic

# Applying patches, and the digest.

HELD = flag("a", version=5)
NEWER = flag("a", version=6, fallthrough={"variation": 1})


def gone(version: int, key: str = "a") -> dict[str, Json]:
    """A tombstone."""
    return {"key": key, "version": version, "deleted": True}


def apply() -> Topic:
    """Patches."""
    topic = Topic("apply", "Patches: versions, tombstones, meta, and what depends on what changed")

    def case(slug: str, description: str, before: Json, patches: list[Json], keys: list[Json], after: Object, tag: str = "apply",
             **expected: Json) -> None:  # fmt: skip
        topic.case(slug, tag, description, {"apply": {"patches": patches}},
                   {"keys": keys, "digest": digest(after), **expected}, document=before)  # fmt: skip

    before = document([HELD])
    rows: list[tuple[str, str, list[Json], list[Json], Object]] = [
        ("higher", "a higher version replaces", [{"flags": {"a": NEWER}}], ["a"], document([NEWER])),
        ("equal", "an equal version changes nothing", [{"flags": {"a": flag("a", version=5, on=False)}}], ["a"], before),
        ("lower", "a lower version changes nothing", [{"flags": {"a": flag("a", version=4, on=False)}}], ["a"], before),
        ("much-higher", "versions may skip", [{"flags": {"a": flag("a", version=900)}}], ["a"], document([flag("a", version=900)])),
        ("replaces-whole", "an item is replaced whole, not merged", [{"flags": {"a": {"version": 6}}}], ["a"],
         {"flags": {"a": {"version": 6}}}),
        ("new", "an unknown key is added", [{"flags": {"b": flag("b")}}], ["a", "b"], document([HELD, flag("b")])),
        ("new-version-0", "an unknown key is added at any version", [{"flags": {"b": flag("b", version=0)}}], ["a", "b"],
         document([HELD, flag("b", version=0)])),
        ("new-version-missing", "an unknown key is added without a version", [{"flags": {"b": flag("b", version=ABSENT)}}],
         ["a", "b"], document([HELD, flag("b", version=ABSENT)])),
        ("version-missing", "a missing version is 0 and replaces nothing newer", [{"flags": {"a": flag("a", version=ABSENT)}}],
         ["a"], before),
        ("version-text", "a version of the wrong type is 0", [{"flags": {"a": flag("a", version="9")}}], ["a"], before),
        ("version-float", "an integral float is a version", [{"flags": {"a": flag("a", version=6.0)}}], ["a"],
         document([flag("a", version=6)])),
        ("tombstone", "a higher tombstone deletes", [{"flags": {"a": gone(6)}}], [], {"flags": {"a": gone(6)}}),
        ("tombstone-equal", "an equal tombstone changes nothing", [{"flags": {"a": gone(5)}}], ["a"], before),
        ("tombstone-lower", "a lower tombstone changes nothing", [{"flags": {"a": gone(4)}}], ["a"], before),
        ("tombstone-unknown", "a tombstone is kept for an unknown key", [{"flags": {"b": gone(3, "b")}}], ["a"],
         {"flags": {"a": HELD, "b": gone(3, "b")}}),
        ("tombstone-then-lower", "behind a tombstone an older item is not taken",
         [{"flags": {"b": gone(3, "b")}}, {"flags": {"b": flag("b", version=2)}}], ["a"],
         {"flags": {"a": HELD, "b": gone(3, "b")}}),
        ("tombstone-then-equal", "behind a tombstone an item of its version is not taken",
         [{"flags": {"b": gone(3, "b")}}, {"flags": {"b": flag("b", version=3)}}], ["a"],
         {"flags": {"a": HELD, "b": gone(3, "b")}}),
        ("tombstone-then-higher", "a newer item revives",
         [{"flags": {"a": gone(6)}}, {"flags": {"a": flag("a", version=7)}}], ["a"], document([flag("a", version=7)])),
        ("two-patches", "patches one after another", [{"flags": {"a": NEWER}}, {"flags": {"b": flag("b")}}], ["a", "b"],
         document([NEWER, flag("b")])),
        ("out-of-order", "patches in the wrong order", [{"flags": {"a": flag("a", version=8)}}, {"flags": {"a": NEWER}}],
         ["a"], document([flag("a", version=8)])),
        ("several", "one patch, several items", [{"flags": {"a": NEWER, "b": flag("b"), "c": gone(1, "c")}}], ["a", "b"],
         {"flags": {"a": NEWER, "b": flag("b"), "c": gone(1, "c")}}),
        ("some-older", "one patch, each item by its own version",
         [{"flags": {"a": flag("a", version=1), "b": flag("b")}}], ["a", "b"], document([HELD, flag("b")])),
        ("segments", "segments alike", [{"segments": {"s": segment("s")}}], ["a"], document([HELD], [segment("s")])),
        ("empty-lists", "a patch of nothing", [{"flags": {}, "segments": {}}], ["a"], before),
        ("none", "no patches", [], ["a"], before),
        ("unknown-members", "unknown members of an item are kept", [{"flags": {"a": {**NEWER, "x": 1}}}], ["a"],
         {"flags": {"a": {**NEWER, "x": 1}}}),
        ("malformed", "a malformed item is taken", [{"flags": {"a": flag("a", version=6, rules="x")}}], ["a"],
         document([flag("a", version=6, rules="x")])),
        ("malformed-new", "a malformed item of an unknown key is taken", [{"flags": {"b": {"on": "x"}}}], ["a", "b"],
         {"flags": {"a": HELD, "b": {"on": "x"}}}),
        ("own-key-differs", "an item is filed under the key of the patch", [{"flags": {"b": flag("x")}}], ["a", "b"],
         {"flags": {"a": HELD, "b": flag("x")}}),
    ]  # fmt: skip
    for slug, description, patches, keys, after in rows:
        case(slug, description, before, patches, keys, after)
    unversioned: Json = {"flags": {"a": {"on": False}}}
    case("held-without-version", "an item held without a version gives way to version 1", unversioned,
         [{"flags": {"a": flag("a", version=1)}}], ["a"], document([flag("a", version=1)]))  # fmt: skip
    case("held-without-version-0", "an item held without a version is kept before version 0", unversioned,
         [{"flags": {"a": flag("a", version=0)}}], ["a"], {"flags": {"a": {"on": False}}})  # fmt: skip
    s5, s6 = segment("s", version=5), segment("s", version=6, included=["alice"])
    for slug, patch_item, kept in (("higher", s6, s6), ("equal", segment("s", version=5, included=["x"]), s5),
                                   ("lower", segment("s", version=4), s5), ("tombstone", gone(6, "s"), gone(6, "s"))):  # fmt: skip
        case(f"segment-{slug}", f"a segment: {slug}", document([HELD], [s5]), [{"segments": {"s": patch_item}}], ["a"],
             document([HELD], [kept]))  # fmt: skip
    metas: list[tuple[str, Json, Json, Json, Json]] = [
        ("added", ABSENT, {"version": 3}, {"version": 3}, 3),
        ("replaced", {"version": 3, "environment": "test"}, {"version": 4}, {"version": 4}, 4),
        ("replaced-lower", {"version": 3}, {"version": 2}, {"version": 2}, 2),
        ("kept-without-one", {"version": 3}, ABSENT, {"version": 3}, 3),
        ("null-keeps", {"version": 3}, None, {"version": 3}, 3),
        ("version-gone", {"version": 3}, {"x": 1}, {"x": 1}, None),
        ("hash-kept", {"version": 3, "hash": "murmur3"}, {"version": 4}, {"version": 4, "hash": "murmur3"}, 4),
        ("hash-not-changed", {"hash": "murmur3"}, {"version": 4, "hash": "sha1"}, {"version": 4, "hash": "murmur3"}, 4),
        ("hash-same", {"hash": "sha1"}, {"version": 4, "hash": "sha1"}, {"version": 4, "hash": "sha1"}, 4),
        ("hash-taken", {"version": 3}, {"version": 4, "hash": "murmur3"}, {"version": 4, "hash": "murmur3"}, 4),
        ("hash-taken-no-meta", ABSENT, {"hash": "murmur3"}, {"hash": "murmur3"}, None),
    ]
    for slug, held_meta, new_meta, kept_meta, version in metas:
        whole = document([HELD]) if held_meta == ABSENT else document([HELD], meta=held_meta)
        patch: dict[str, Json] = {"flags": {}}
        if new_meta != ABSENT:
            patch["meta"] = new_meta
        case(f"meta-{slug}", f"meta: {slug.replace('-', ' ')}", whole, [patch], ["a"], document([HELD], meta=kept_meta),
             version=version)  # fmt: skip
    case("meta-alone", "a patch of nothing but meta", document([HELD]), [{"meta": {"version": 2}}], ["a"],
         document([HELD], meta={"version": 2}), version=2)  # fmt: skip

    def then(slug: str, description: str, before_: Json, patches: list[Json], answer: Object, flag_key: str = "flag",
             **given: Json) -> None:  # fmt: skip
        topic.case(slug, "apply", description,
                   {"apply": {"patches": patches, "then": {"evaluate": {"flag": flag_key, "default": "default"}}}},
                   dict(answer), document=before_, context=user(), **given)  # fmt: skip

    dependent = flag(prerequisites=[{"key": "p", "variation": 0}], fallthrough={"variation": 1})
    p1, p2 = flag("p"), flag("p", version=2, on=False)
    yes = fell("yes", 1)
    then("answer-changed", "the new flag answers", document([flag()]), [
        {"flags": {"flag": flag(version=2, fallthrough={"variation": 1})}}], yes)  # fmt: skip
    then("answer-kept", "an older flag does not answer", document([flag(version=2)]), [
        {"flags": {"flag": flag(version=1, on=False)}}], fell())  # fmt: skip
    then("answer-deleted", "a deleted flag is not found", document([flag()]), [{"flags": {"flag": gone(2, "flag")}}],
         not_found())  # fmt: skip
    then("answer-new", "a new flag answers", document([HELD]), [{"flags": {"flag": flag()}}], fell())
    then("answer-malformed", "a malformed flag answers as one", document([flag()]), [
        {"flags": {"flag": flag(version=2, rules="x")}}], malformed())  # fmt: skip
    then("answer-mended", "a malformed flag can be mended", document([flag(rules="x")]), [
        {"flags": {"flag": flag(version=2)}}], fell())  # fmt: skip
    then("answer-neighbour", "a flag that no patch names answers as ever", document([flag(), HELD]), [
        {"flags": {"a": NEWER}}], fell())  # fmt: skip
    then("prerequisite-changed", "the dependent flag sees the new prerequisite", document([dependent, p1]), [{"flags": {"p": p2}}],
         prerequisite_failed("p"))  # fmt: skip
    then("prerequisite-added", "a prerequisite that was missing", document([dependent]), [{"flags": {"p": p1}}], yes)
    then("prerequisite-deleted", "a prerequisite that is deleted", document([dependent, p1]), [{"flags": {"p": gone(2, "p")}}],
         prerequisite_failed("p"))  # fmt: skip
    then("prerequisite-revived", "a prerequisite that returns", document([dependent, p1]), [
        {"flags": {"p": gone(2, "p")}}, {"flags": {"p": flag("p", version=3)}}], yes)  # fmt: skip
    then("cycle-closed", "a patch that closes a cycle", document([dependent, p1]), [
        {"flags": {"p": flag("p", version=2, prerequisites=[{"key": "flag", "variation": 1}])}}], malformed())  # fmt: skip
    then("cycle-opened", "a patch that opens a cycle", document(
        [dependent, flag("p", prerequisites=[{"key": "flag", "variation": 1}])]), [{"flags": {"p": flag("p", version=2)}}], yes)  # fmt: skip
    member = flag(rules=[rule(in_segment("s"))])
    then("segment-changed", "the dependent flag sees the new segment", document([member], [segment("s")]), [
        {"segments": {"s": segment("s", version=2, included=["alice"])}}], matched(True))  # fmt: skip
    then("segment-added", "a segment that was missing", document([member]), [
        {"segments": {"s": segment("s", included=["alice"])}}], matched(True))  # fmt: skip
    then("segment-deleted", "a segment that is deleted", document([member], [segment("s", included=["alice"])]), [
        {"segments": {"s": gone(2, "s")}}], matched(False))  # fmt: skip
    outer = segment("s", rules=[{"clauses": [in_segment("t")]}])
    then("segment-nested", "a segment below another changes", document([member], [outer, segment("t")]), [
        {"segments": {"t": segment("t", version=2, included=["alice"])}}], matched(True))  # fmt: skip
    then("segment-malformed", "a segment becomes malformed", document([member], [segment("s")]), [
        {"segments": {"s": {"version": 2, "included": 5}}}], malformed())  # fmt: skip
    then("segment-below-prerequisite", "a segment changes below a prerequisite", document(
        [flag(prerequisites=[{"key": "p", "variation": 1}]), flag("p", rules=[rule(in_segment("s"))])], [segment("s")]), [
        {"segments": {"s": segment("s", version=2, included=["alice"])}}], fell())  # fmt: skip
    split = rollout(weights((1, 50000), (0, 50000)))
    prefix = prefix_of("flag", "salt")
    key = first_key(lambda name: bucket("sha1", prefix, name) < 50000 <= bucket("murmur3", prefix, name))
    by_sha1: Json = user(key)
    for slug, old, new, answer in (
        ("hash-not-changed", {"hash": "sha1"}, {"hash": "murmur3"}, yes),
        ("hash-not-changed-murmur3", {"hash": "murmur3"}, {"hash": "sha1"}, fell()),
        ("hash-taken", {"version": 1}, {"hash": "murmur3"}, fell()),
        ("hash-dropped", {"hash": "murmur3"}, {"version": 2}, fell()),
    ):
        topic.case(f"answer-{slug}", "apply", f"rollouts after a patch of meta: {slug.replace('-', ' ')}",
                   {"apply": {"patches": [{"meta": new}], "then": {"evaluate": {"flag": "flag", "default": "default"}}}},
                   answer, document=document([flag(fallthrough={"rollout": split})], meta=old), context=by_sha1)  # fmt: skip
    topic.case("diagnostics", "apply", "what is wrong in a patch has its place in the document",
               {"apply": {"patches": [{"flags": {"b": flag("b", rules="x")}}]}},
               {"keys": ["a", "b"], "diagnostics": [diagnostic("error", "wrong-type", "flags.b.rules")]},
               document=document([HELD]))  # fmt: skip
    topic.case("diagnostics-gone", "apply", "what was wrong and is replaced is wrong no more",
               {"apply": {"patches": [{"flags": {"a": NEWER}}]}}, {"keys": ["a"], "absentDiagnostics": [{"code": "wrong-type"}]},
               document=document([flag("a", version=5, rules="x")]))  # fmt: skip
    for slug, text in (("array", "[]"), ("text", '"x"'), ("number", "5"), ("null", "null"), ("not-json", "{flags}"),
                       ("empty", ""), ("flags-array", '{"flags":[]}'), ("segments-number", '{"segments":5}'),
                       ("too-large-number", '{"flags":{"a":{"version":1e400}}}'), ("surrogate", '{"flags":{"\\ud800":{}}}')):  # fmt: skip
        topic.case(f"refused-{slug}", "apply", "a text that is not a patch is refused", {"apply": {"patches": [{"text": text}]}},
                   {"error": {}}, document=document([HELD]))  # fmt: skip
    topic.case("text", "apply", "a patch as text, with a byte order mark",
               {"apply": {"patches": [{"text": '\ufeff {"flags":{"b":{"on":false,"on":true}}} '}]}},
               {"keys": ["a", "b"], "digest": digest({"flags": {"a": HELD, "b": {"on": True}}})}, document=document([HELD]))  # fmt: skip
    others: list[tuple[str, str, Json]] = [("document", "stream", {"path": "/", "data": document([HELD])}),
                                  ("document", "flag-values", {"flagValues": {"a": "x"}}), 
                                  ("flagMap", "bare-map", {"a": HELD})]  # fmt: skip
    for container, slug, held in others:
        topic.case(f"onto-{slug}", "apply", f"a patch onto another container: {slug}",
                   {"apply": {"patches": [{"flags": {"a": NEWER}}]}}, {"keys": ["a"], "digest": digest(document([NEWER]))},
                   document=held, container=container)  # fmt: skip
    topic.case("chain-of-ten", "apply", "ten patches", {"apply": {
        "patches": [{"flags": {"a": flag("a", version=5 + n, salt=str(n))}} for n in range(1, 11)]}},
        {"keys": ["a"], "digest": digest(document([flag("a", version=15, salt="10")]))}, document=document([HELD]))  # fmt: skip
    topic.case("then-state", "apply", "an all-flags state after a patch", {"apply": {
        "patches": [{"flags": {"b": flag("b"), "a": gone(6)}}], "then": {"allFlagsState": {}}}},
        {"state": {"b": "no", "$flagsState": {"b": {"variation": 0, "version": 1}}, "$valid": True}},
        document=document([HELD]), context=user())  # fmt: skip
    topic.case("rule-kept", "apply", "a new clause value is compiled", {"apply": {"patches": [{"flags": {"flag": flag(
        version=2, rules=[rule(clause("key", "matches", "^al"))])}}],
        "then": {"evaluate": {"flag": "flag", "default": "default"}}}}, detail("yes", 1, reason(
            "RULE_MATCH", ruleIndex=0, ruleId="r")), document=document([flag()]), context=user())  # fmt: skip
    return topic


def digests() -> Topic:
    """The digest of documents."""
    topic = Topic("digest", "SHA-256 over canonical JSON, by rfc8785 and hashlib")
    numbers: list[float | int] = [
        0, -0.0, 1, -1, 1.5, -1.5, 0.1, 1e-6, 1e-7, 1.5e-7, 123456789, 1e15, 1e16, 1e20, 1e21, 1.5e21, 1e22, 1e23, 5e-324,
        2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740991, 9007199254740992.0, 9007199254740994.0,
        333333333.33333329, 4.5, 2e-3, 1e-27, 295147905179352830000.0, 9.999999999999997e22, 333333333.3333332,
        333333333.33333325, 333333333.3333334, 333333333.33333343, -0.0000033333333333333333,
        1424953923781206.2,
    ]  # fmt: skip
    for position, number in enumerate(numbers):
        made: dict[str, Json] = {"flags": {}, "x": number}
        topic.load(f"number-{position:02}", "api", f"a number: {number!r}", made, {"digest": digest(made)})
    strings: list[tuple[str, str]] = [
        ("empty", ""), ("plain", "abc"), ("quotes", '"\\/'), ("controls", "".join(map(chr, range(32)))), ("delete", "\x7f"),
        ("accent", "\u00e9"), ("astral", "\U0001f600"), ("separators", "\u2028\u2029"), ("decomposed", "e\u0301"),
        ("bom", "\ufeff"), ("rfc", '\u20ac$\u000f\nA\'B"\\\\"/'),
    ]  # fmt: skip
    for slug, text in strings:
        made = {"flags": {}, "x": text}
        topic.load(f"string-{slug}", "api", f"a text: {slug}", made, {"digest": digest(made)})
    structures: list[tuple[str, dict[str, Json]]] = [
        ("order", {"b": 1, "a": 2, "": 3, "B": 4, "10": 5, "9": 6}),
        ("order-code-units", {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}),
        ("order-nested", {"x": {"b": {"d": 1, "c": 2}, "a": [{"z": 1, "y": 2}]}}),
        ("order-prefix", {"ab": 1, "a": 2, "abc": 3}),
        ("empty-containers", {"x": {}, "y": [], "z": [[], {}]}),
        ("literals", {"x": [True, False, None]}),
        ("meta", {"meta": {"version": 3, "hash": "murmur3", "x": None}}),
        ("null-members", {"x": None}),
    ]
    for slug, extra in structures:
        made = {"flags": {"flag": flag()}, "segments": {"s": segment("s")}, **extra}
        topic.load(f"structure-{slug}", "api", f"members: {slug.replace('-', ' ')}", made, {"digest": digest(made)})
    same = digest({"flags": {"f": {"on": True, "variations": [1, 100, "\u00e9"]}}})
    spellings: list[tuple[str, str]] = [
        ("compact", '{"flags":{"f":{"on":true,"variations":[1,100,"\u00e9"]}}}'),
        ("spaces", '{ "flags" : { "f" : { "on" : true , "variations" : [ 1 , 100 , "\u00e9" ] } } }'),
        ("member-order", '{"flags":{"f":{"variations":[1,100,"\u00e9"],"on":true}}}'),
        ("numbers", '{"flags":{"f":{"on":true,"variations":[1.0,1e2,"\u00e9"]}}}'),
        ("escapes", '{"flags":{"f":{"\\u006fn":true,"variations":[1,100,"\\u00e9"]}}}'),
        ("duplicate", '{"flags":{"f":{"on":false,"on":true,"variations":[1,100,"\u00e9"]}}}'),
        ("empty-segments", '{"flags":{"f":{"on":true,"variations":[1,100,"\u00e9"]}},"segments":{}}'),
        ("null-segments", '{"flags":{"f":{"on":true,"variations":[1,100,"\u00e9"]}},"segments":null}'),
        ("stream", '{"path":"/","data":{"flags":{"f":{"on":true,"variations":[1,100,"\u00e9"]}}}}'),
        ("bom", '\ufeff{"flags":{"f":{"on":true,"variations":[1,100,"\u00e9"]}}}'),
    ]
    for slug, text in spellings:
        topic.load_text(f"same-{slug}", "api", "one document, many spellings, one digest", text, {"digest": same})
    differ: list[tuple[str, dict[str, Json]]] = [
        ("null-member", {"f": {"on": True, "x": None}}), ("empty-list", {"f": {"on": True, "rules": []}}),
        ("array-order", {"f": {"on": True, "variations": [2, 1]}}), ("tombstone", {"f": {"deleted": True, "version": 1}}),
        ("decomposed", {"e\u0301": {}}), ("string-number", {"f": {"variations": ["1"]}}),
    ]  # fmt: skip
    for slug, flags_ in differ:
        topic.load(f"counts-{slug}", "api", f"counts: {slug.replace('-', ' ')}", {"flags": flags_},
                   {"digest": digest({"flags": flags_})})  # fmt: skip
    return topic


def changes_topics() -> list[Topic]:
    """The topics of this module."""
    return [apply(), digests()]


# Freshness: which fetched document takes the place of the one held, and whether that goes back in time.

NOON = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
"""When the origin made the held response, unless a case says otherwise."""

RECEIVED = int(NOON.timestamp() * 1000) + 3_600_000
"""When it arrived, by the clock of a client that is an hour ahead."""


def at(seconds: float) -> str:
    """A moment before or after noon, as a header writes it."""
    return format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)


def versioned(version: Json, stamp: Json = ABSENT) -> dict[str, Json]:
    """A document of a version."""
    return document([flag()], meta=over({"version": version, "lastModifiedTimestamp": stamp}, {}))


OLD, NEW = versioned(1, 100), versioned(2, 200)


def order() -> Topic:
    """Whether the offered document is taken."""
    topic = Topic("supersedes", "Whether a fetched document takes the place of the one that is held")

    def case(slug: str, description: str, evidence: Json, expect: bool, *, offered: Object = OLD,
             held: Object | None = NEW) -> None:  # fmt: skip
        call: dict[str, Json] = {"held": None if held is None else dict(held), "evidence": evidence}
        answer: dict[str, Json] = {"supersedes": expect}
        topic.case(slug, "freshness", description, {"supersedes": call}, answer, document=dict(offered))

    def times(slug: str, description: str, offered: Mapping[str, Json], held: Mapping[str, Json], expect: bool) -> None:
        case(slug, description, {"offered": dict(offered), "held": dict(held)}, expect)

    def header(name: str, seconds: float) -> dict[str, Json]:
        return {name: at(seconds)}

    bare = document([flag()])
    for slug, old, new in (("lower-version", OLD, NEW), ("higher-version", NEW, OLD), ("equal", NEW, NEW), ("no-meta", bare, NEW),
                           ("no-meta-held", NEW, bare), ("no-meta-at-all", bare, document([])),
                           ("version-without-stamp", versioned(1), versioned(2)),
                           ("version-of-another-type", versioned("1"), versioned([2]))):  # fmt: skip
        case(f"authoritative-{slug}", "an authoritative source is believed", {"authoritative": True}, True, offered=old, held=new)
        case(f"nothing-{slug}", "without times the source has revalidated, and is believed", {}, True, offered=old, held=new)
        for offset, expect in () if slug == "lower-version" else ((-1, False), (0, True), (1, True)):
            evidence: Json = {"offered": header("lastModified", offset), "held": header("lastModified", 0)}
            case(f"last-modified-{slug}-{offset}", "the origin's times decide, whatever the documents say", evidence, expect,
                 offered=old, held=new)  # fmt: skip
    older: Json = {"offered": header("lastModified", -1), "held": header("lastModified", 0)}
    case("authoritative-older", "of an authoritative source no times count",
         {"authoritative": True, "offered": header("lastModified", -1), "held": header("lastModified", 0)}, True)  # fmt: skip
    case("not-authoritative", "false is as absent", {"authoritative": False, **dict(older)}, False)  # type: ignore[arg-type]
    case("nothing-held", "the first document is taken", older, True, held=None)
    case("null", "null is as absent", {"offered": None, "held": None}, True)

    for name in ("lastModified", "date"):
        for offset, expect in ((-86400, False), (-1, False), (0, True), (1, True), (86400, True)):
            times(f"{name}-{offset}", "both have the header", header(name, offset), header(name, 0), expect)
        times(f"{name}-far-ahead", "an origin whose clock is ahead", header(name, 10**8), header(name, 0), True)
        times(f"{name}-both-far-ahead", "and remains ahead", header(name, 10**8), header(name, 10**8 + 1), False)
        times(f"{name}-not-held", "only the offered one has it", header(name, -5), {}, True)
        times(f"{name}-not-offered", "only the held one has it", {}, header(name, 5), True)
        for slug, text in (("empty", ""), ("number", "1795172400"), ("iso", "2026-11-30T11:00:00Z"),
                           ("rfc850", "Monday, 30-Nov-26 11:00:00 GMT"), ("asctime", "Mon Nov 30 11:00:00 2026"),
                           ("zone", "Mon, 30 Nov 2026 11:00:00 +0000"), ("no-such-day", "Mon, 31 Nov 2026 11:00:00 GMT"),
                           ("no-such-month", "Mon, 30 nov 2026 11:00:00 GMT"), ("no-such-hour", "Mon, 30 Nov 2026 24:00:00 GMT"),
                           ("space", " Mon, 30 Nov 2026 11:00:00 GMT"), ("short", "Mon, 30 Nov 2026 11:00 GMT"),
                           ("list", f"{at(-3600)}, {at(-3600)}")):  # fmt: skip
            times(f"{name}-malformed-{slug}", "a malformed header is absent", {name: text}, header(name, 0), True)
            times(f"{name}-malformed-held-{slug}", "also of the held one", header(name, -1), {name: text}, True)
        times(f"{name}-other-weekday", "the name of the weekday is not compared", {name: at(-3600).replace("Mon", "Fri")},
              header(name, 0), False)  # fmt: skip
        times(f"{name}-leap-second", "a leap second", {name: "Mon, 30 Nov 2026 11:59:60 GMT"}, header(name, 0), True)

    def both(modified: float, date: float) -> dict[str, Json]:
        return {**header("lastModified", modified), **header("date", date)}

    times("last-modified-first-older", "Last-Modified decides before Date", both(-60, 60), both(0, 30), False)
    times("last-modified-first-newer", "also where Date says the contrary", both(60, 60), both(0, 90), True)
    times("last-modified-after-date", "also if it is later than the response", both(60, -60), both(0, 30), True)
    times("held-last-modified-after-date", "of the held one likewise", both(-5, 0), both(60, -10), False)
    times("date-where-one-has-both", "Date, where one of them has Last-Modified", header("date", -1), both(-900, 0), False)
    times("date-where-held-has-date", "the other way round", both(-900, 1), header("date", 0), True)
    times("date-before-last-modified", "made before the held document was written", header("date", -1), header("lastModified", 0), False)
    times("date-after-last-modified", "made after it was written", header("date", 1), header("lastModified", 0), True)
    times("last-modified-before-date", "a document may be older than its response", header("lastModified", -900), header("date", 0),
          True)  # fmt: skip

    def aged(age: Json, received: float = 0, **more: Json) -> dict[str, Json]:
        return {"age": age, "receivedMs": RECEIVED + received * 1000, **more}

    for slug, offered, held, expect in (
        ("older", aged("600", 60), aged("0"), False), ("newer", aged("10", 60), aged("0"), True), ("same", aged("60", 60), aged("0"), True),
        ("a-second-older", aged("61", 60), aged("0"), False), ("held-older", aged("600", 60), aged("900"), True),
        ("absent-of-held", aged("61", 60), aged(None), False), ("absent-of-offered", aged(None, -60), aged("0"), True),
        ("absent-of-both", aged(None, -60), aged(None), True), ("list", aged("61, 5", 60), aged("0"), False),
        ("negative", aged("-61", -60), aged("0"), True), ("fraction", aged("61.5", 60), aged("0"), True),
        ("text", aged("old", -60), aged("0"), True), ("empty", aged("", -60), aged("0"), True),
        ("huge", aged("9" * 40, 60), aged("0"), False), ("clock-set-back", aged("10", -3600), aged("0"), False),
        ("not-received", {"age": "61"}, aged("0"), True), ("held-not-received", aged("61", 60), {"age": "0"}, True),
    ):  # fmt: skip
        times(f"age-{slug}", "now less Age, where nothing else can be read", offered, held, expect)
    times("age-after-date", "Date decides before Age", aged("600", 7200, date=at(1)), aged("0", 7200, date=at(0)), True)
    noon = -3600
    for slug, age, date, expect in (
        ("of-the-cache", 600, 60, False), ("of-the-origin", 600, -540, False), ("of-the-cache-newer", 10, 60, True),
        ("of-the-origin-newer", 30, 30, True), ("of-the-cache-same", 60, 60, True), ("of-the-cache-a-second", 61, 60, False),
    ):  # fmt: skip
        # The answer arrives a minute after noon, by a clock that is right.
        times(f"date-{slug}", "a cache may write a Date of its own", aged(str(age), noon + 60, date=at(date)),
              aged("0", noon, date=at(0)), expect)  # fmt: skip

    for slug, wrong in (
        ("number", 5), ("null", None), ("list", []), ("unknown", {"version": 1}), ("authoritative-text", {"authoritative": "yes"}),
        ("authoritative-null", {"authoritative": None}), ("offered-text", {"offered": "now"}), ("held-list", {"held": []}),
        ("header-number", {"held": {"lastModified": 5}}), ("age-number", {"offered": {"age": 600}}),
        ("date-true", {"offered": {"date": True}}), ("received-text", {"offered": {"receivedMs": "5"}}),
        ("unknown-header", {"offered": {"etag": "x"}}), ("capitals", {"offered": {"Last-Modified": at(0)}}),
    ):  # fmt: skip
        case(f"invalid-{slug}", "what is not evidence shows nothing", wrong, True)
    return topic


def steps() -> Topic:
    """Whether taking a document goes back in time."""
    topic = Topic("steps-back", "Whether taking a document in place of another goes back in time")

    def own(stamp: Json, **given: Json) -> dict[str, Json]:
        return document([flag(lifecycle={"lastModifiedTimestamp": stamp}, **given), flag("other")])

    rows: list[tuple[str, Object, Object, bool]] = [
        ("earlier", OLD, NEW, True), ("later", NEW, OLD, False), ("equal", NEW, NEW, False),
        ("other-version-only", versioned(1, 100), versioned(2, 100), False), ("missing", versioned(1), NEW, True),
        ("missing-in-held", NEW, versioned(1), False), ("missing-in-both", versioned(1), versioned(2), False),
        ("null", versioned(1, None), NEW, True), ("milliseconds", versioned(1, 1_795_172_400_000), NEW, True),
        ("negative", versioned(1, -1), versioned(1, 0), True), ("text", versioned(1, "900"), NEW, True),
        ("fraction", versioned(1, 900.5), NEW, True), ("no-meta", document([flag()]), NEW, True),
        ("of-a-flag", own(100), own(200), True), ("of-a-flag-later", own(300), NEW, False),
        ("of-a-flag-before-meta", own(150), NEW, True), ("of-a-malformed-flag", own(300, rules=5), NEW, False),
        ("lifecycle-malformed", document([flag(lifecycle=5)]), own(1), True), ("empty", document([]), document([]), False),
    ]  # fmt: skip
    for slug, offered, held, back in rows:
        topic.case(slug, "freshness", slug.replace("-", " "), {"stepsBack": {"held": dict(held)}}, {"stepsBack": back},
                   document=dict(offered))  # fmt: skip
    return topic


def freshness_topics() -> list[Topic]:
    """The topics of this module."""
    return [order(), steps()]
