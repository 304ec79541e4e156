"""Rollouts and experiments."""

from __future__ import annotations

import random
from decimal import Decimal

from ..builders import (
    ABSENT,
    Json,
    clause,
    context,
    detail,
    document,
    fell,
    flag,
    malformed,
    matched,
    multi,
    reason,
    rollout,
    rule,
    ruled,
    user,
    weights,
)
from ..hashing import HASHES, bucket, chosen, chosen_in_single_precision, first_key, prefix_of
from ..topic import Topic, diagnostic

# Rollouts under both hashes: buckets by independent oracles, boundaries found by search.

PREFIX = prefix_of("flag", "salt")
BOTH = multi(user={"key": "alice", "plan": "gold"}, org={"key": "acme", "plan": "free"})


def served(index: int) -> dict[str, Json]:
    """The fallthrough of a flag whose variations are numbers."""
    return fell(index, index)


def numbered(count: int, roll: Json, **given: Json) -> dict[str, Json]:
    """A document of one flag that serves the variation's own index by a rollout."""
    made = flag(variations=list(range(count)), offVariation=0, fallthrough={"rollout": roll})
    made.update(given)
    return {"flags": {"flag": {name: value for name, value in made.items() if value != ABSENT}}}


def two_sided(topic: Topic, slug: str, tag: str, description: str, hash_name: str, number: int, context_: Json,
              given: dict[str, Json], **members: Json) -> None:  # fmt: skip
    """A pair that pins a bucket exactly: the weight just above it takes the context, the weight at it does not."""
    for weight, index in ((number + 1, 1), (number, 0)):
        roll = rollout(weights((1, weight), (0, 100000 - weight)), hash=hash_name, **given)
        topic.evaluate(f"{slug}-{'above' if index else 'at'}-{hash_name}", tag, f"{description}, by {hash_name}",
                       numbered(2, roll, **members), context_, served(index))  # fmt: skip


def digits(number: float) -> str:
    """The exact decimal digits of an integral double."""
    return str(int(Decimal(number)))


def boundaries() -> Topic:
    """Which entry takes a bucket."""
    topic = Topic("rollout-boundaries", "Cumulative weights against buckets, by both hashes")
    for hash_name in HASHES:
        for key in ("alice", "bob", "user-key", "\u00e5sa", "\U0001f600", "x" * 300, "a b", "a.b", "0"):
            names = {"\u00e5sa": "accent", "\U0001f600": "astral", "x" * 300: "long", "a b": "space", "a.b": "dot"}
            two_sided(topic, f"key-{names.get(key, key)}", "D40", "the bucket of a key", hash_name,
                      bucket(hash_name, PREFIX, key), user(key), {})  # fmt: skip
        lowest = first_key(lambda key, name=hash_name: bucket(name, PREFIX, key) == 0, "low")  # type: ignore[misc]
        top = first_key(lambda key, name=hash_name: bucket(name, PREFIX, key) == 99999, "top")  # type: ignore[misc]
        middle = first_key(lambda key, name=hash_name: bucket(name, PREFIX, key) == 50000, "mid")  # type: ignore[misc]
        below = first_key(lambda key, name=hash_name: bucket(name, PREFIX, key) == 49999, "below")  # type: ignore[misc]
        rows: list[tuple[str, str, str, list[tuple[int, int]], int]] = [
            ("bucket-0-weight-1", "7", lowest, [(1, 1), (0, 99999)], 1),
            ("bucket-0-weight-0", "7", lowest, [(1, 0), (0, 100000)], 0),
            ("bucket-0-zeros-first", "7", lowest, [(0, 0), (1, 0), (2, 1), (3, 99999)], 2),
            ("bucket-top-all", "7", top, [(1, 100000)], 1),
            ("bucket-top-last-point", "7", top, [(0, 99999), (1, 1)], 1),
            ("bucket-top-short", "7", top, [(0, 50000), (1, 49999), (2, 0)], 2),
            ("half-upper", "7", middle, [(0, 50000), (1, 50000)], 1),
            ("half-lower", "7", below, [(0, 50000), (1, 50000)], 0),
            ("half-sum", "7", middle, [(0, 25000), (1, 25000), (2, 50000)], 2),
            ("half-sum-lower", "7", below, [(0, 25000), (1, 25000), (2, 50000)], 1),
            ("sum-below-all", "7", middle, [(0, 10), (1, 10), (2, 10)], 2),
            ("sum-below-all-two", "7", top, [(3, 99998), (1, 1)], 1),
            ("sum-above-all", "7", top, [(0, 60000), (1, 60000)], 1),
            ("sum-above-all-first", "7", middle, [(0, 60000), (1, 60000)], 0),
            ("first-takes-all", "7", top, [(2, 100000), (0, 100000)], 2),
            ("single-weight-0", "7", middle, [(1, 0)], 1),
            ("all-weights-0", "7", lowest, [(0, 0), (1, 0), (2, 0)], 2),
            ("repeated-variation", "7", middle, [(1, 50000), (0, 1), (1, 49999)], 0),
            ("negative-first", "1.2", lowest, [(0, -5), (1, 5), (2, 100000)], 2),
            ("negative-first-lifts", "1.2", lowest, [(0, -5), (1, 6), (2, 100000)], 1),
            ("negative-middle", "1.2", middle, [(0, 50000), (1, -5), (2, 6)], 2),
            ("negative-middle-short", "1.2", middle, [(0, 50000), (1, -5), (2, 5), (3, 1)], 3),
            ("negative-only", "1.2", lowest, [(0, -5), (1, -5)], 1),
            ("weight-over-100000", "1.2", top, [(0, 250000), (1, 1)], 0),
        ]
        for slug, tag, key, pairs, index in rows:
            assert chosen_pairs(bucket(hash_name, PREFIX, key), pairs) == index, slug
            topic.evaluate(f"{slug}-{hash_name}", tag, f"{slug.replace('-', ' ')}, by {hash_name}",
                           numbered(4, rollout(weights(*pairs), hash=hash_name)), user(key), served(index))  # fmt: skip
        many = [1000] * 99 + [1000]
        name = topic.document(f"hundred-{hash_name}", numbered(100, rollout(
            weights(*enumerate(many)), hash=hash_name)))  # fmt: skip
        for key in ("p-1", "p-2", "p-3", "p-4", "p-5", "p-6"):
            index = chosen(bucket(hash_name, PREFIX, key), many)
            topic.evaluate(f"hundred-{key}-{hash_name}", "7", "a hundred equal parts", name, user(key), served(index))
    return topic


def chosen_pairs(number: int, pairs: list[tuple[int, int]]) -> int:
    """The variation that the bucket gets."""
    return pairs[chosen(number, [weight for _, weight in pairs])][0]


def exactness() -> Topic:
    """Keys on which 32-bit floats err."""
    topic = Topic("rollout-exactness", "Keys on which arithmetic with 32-bit floats would choose another entry")
    parts = [2500] * 40
    name = topic.document("forty", numbered(40, rollout(weights(*enumerate(parts)))))
    for number in (578109, 1114459, 1250956, 1776592, 2011406, 2286758, 2311079, 2822083):
        key = f"exact-{number}"
        right = chosen(bucket("sha1", PREFIX, key), parts)
        assert right != chosen_in_single_precision(PREFIX, key, parts), key
        topic.evaluate(f"forty-{key}", "D40", "a bucket within single precision of a boundary of a 40-way split", name,
                       user(key), served(right))  # fmt: skip
    return topic


def inputs() -> Topic:
    """What is hashed."""
    topic = Topic("rollout-inputs", "Key, salt, seed, bucketBy and contextKind, by both hashes")
    for hash_name in HASHES:

        def pinned(slug: str, tag: str, description: str, prefix: str, value: str, context_: Json,
                   given: dict[str, Json] | None = None, hash_name: str = hash_name, **members: Json) -> None:  # fmt: skip
            two_sided(topic, slug, tag, description, hash_name, bucket(hash_name, prefix, value), context_, given or {},
                      **members)  # fmt: skip

        pinned("salt-absent", "7", "an absent salt is the empty text", "flag.", "alice", user(), salt=ABSENT)
        pinned("salt-null", "7", "a null salt is the empty text", "flag.", "alice", user(), salt=None)
        pinned("salt-empty", "7", "an empty salt", "flag.", "alice", user(), salt="")
        pinned("salt-accent", "7", "a salt beyond ASCII, as UTF-8", "flag.s\u00e4lt", "alice", user(), salt="s\u00e4lt")
        pinned("salt-dots", "7", "a salt with dots", "flag.a.b", "alice", user(), salt="a.b")
        pinned("seed", "7", "a seed stands for key and salt", "61", "alice", user(), {"seed": 61})
        pinned("seed-0", "D03", "seed 0 is a seed", "0", "alice", user(), {"seed": 0})
        pinned("seed-negative", "7", "a negative seed", "-42", "alice", user(), {"seed": -42})
        pinned("seed-float", "1.4", "an integral float is an integer", "61", "alice", user(), {"seed": 61.0})
        pinned("seed-large", "7", "a seed of 2^53", "9007199254740992", "alice", user(), {"seed": 2**53})
        pinned("seed-rounded", "values", "a seed beyond 2^53 is the nearest double", "9007199254740992", "alice",
               user(), {"seed": 2**53 + 1})  # fmt: skip
        pinned("seed-null", "7", "a null seed is absent", PREFIX, "alice", user(), {"seed": None})
        pinned("seed-ignores-key", "7", "with a seed neither key nor salt counts", "61", "alice", user(), {"seed": 61},
               salt="other", key="other")  # fmt: skip
        pinned("key-absent", "7", "a flag without a key has the one it is under", PREFIX, "alice", user(), key=ABSENT)
        pinned("kind-org", "7", "the context of another kind", PREFIX, "acme", BOTH, {"contextKind": "org"})
        pinned("kind-user", "7", "the user of a multi-kind context", PREFIX, "alice", BOTH, {"contextKind": "user"})
        pinned("kind-null", "7", "a null kind is user", PREFIX, "alice", BOTH, {"contextKind": None})
        pinned("kind-org-attribute", "7", "an attribute of another kind", PREFIX, "free", BOTH,
               {"contextKind": "org", "bucketBy": "plan"})  # fmt: skip
        pinned("by-key", "7", "bucketBy key", PREFIX, "alice", user(), {"bucketBy": "key"})
        pinned("by-name", "7", "bucketBy name", PREFIX, "Alice", user(name="Alice"), {"bucketBy": "name"})
        pinned("by-kind", "7", "bucketBy kind", PREFIX, "user", user(), {"bucketBy": "kind"})
        pinned("by-string", "7", "bucketBy a text", PREFIX, "gold", user(plan="gold"), {"bucketBy": "plan"})
        pinned("by-empty-string", "7", "bucketBy an empty text", PREFIX, "", user(plan=""), {"bucketBy": "plan"})
        pinned("by-nested", "7", "bucketBy a nested text", PREFIX, "Oslo", user(address={"city": "Oslo"}),
               {"bucketBy": "/address/city", "contextKind": "user"})  # fmt: skip
        pinned("by-integer", "7", "bucketBy an integer", PREFIX, "3", user(plan=3), {"bucketBy": "plan"})
        pinned("by-digit-string", "7", "bucketBy a text of digits", PREFIX, "3", user(plan="3"), {"bucketBy": "plan"})
        pinned("by-integral-float", "D08", "bucketBy 3.0", PREFIX, "3", user(plan=3.0), {"bucketBy": "plan"})
        pinned("by-negative", "7", "bucketBy a negative integer", PREFIX, "-17", user(plan=-17), {"bucketBy": "plan"})
        pinned("by-zero", "7", "bucketBy 0", PREFIX, "0", user(plan=0), {"bucketBy": "plan"})
        pinned("by-minus-zero", "values", "bucketBy -0", PREFIX, "0", user(plan=-0.0), {"bucketBy": "plan"})
        pinned("by-2-53", "D09", "bucketBy 2^53", PREFIX, "9007199254740992", user(plan=2**53), {"bucketBy": "plan"})
        pinned("by-2-53-plus-1", "D09", "bucketBy 2^53 + 1 is rounded", PREFIX, "9007199254740992",
               user(plan=2**53 + 1), {"bucketBy": "plan"})  # fmt: skip
        pinned("by-2-53-plus-3", "D09", "bucketBy 2^53 + 3 is rounded to even", PREFIX, "9007199254740996",
               user(plan=2**53 + 3), {"bucketBy": "plan"})  # fmt: skip
        pinned("by-1e21", "D09", "bucketBy 1e21 has no exponent", PREFIX, "1" + "0" * 21, user(plan=1e21),
               {"bucketBy": "plan"})  # fmt: skip
        pinned("by-1e23", "D09", "bucketBy 1e23 has the digits of the double", PREFIX, digits(1e23), user(plan=1e23),
               {"bucketBy": "plan"})  # fmt: skip
        pinned("by-minus-1e20", "D09", "bucketBy -1e20", PREFIX, "-1" + "0" * 20, user(plan=-1e20), {"bucketBy": "plan"})  # fmt: skip
        pinned("by-2-63", "D09", "bucketBy 2^63", PREFIX, str(2**63), user(plan=2**63), {"bucketBy": "plan"})
        pinned("by-largest", "D09", "bucketBy the largest double", PREFIX, digits(1.7976931348623157e308),
               user(plan=1.7976931348623157e308), {"bucketBy": "plan"})  # fmt: skip
        pinned("unknown-kind", "1.2", "a rollout of an unknown kind is a plain one", PREFIX, "alice", user(),
               {"kind": "lottery"})  # fmt: skip
        pinned("kind-rollout", "1.2", "a rollout that says so", PREFIX, "alice", user(), {"kind": "rollout"})
        pinned("legacy-user", "A7", "a legacy user's key", PREFIX, "alice", {"key": "alice"})
        pinned("legacy-empty-key", "A6", "a legacy user's empty key", PREFIX, "", {"key": ""})
        nothing: list[tuple[str, Json]] = [
            ("absent", ABSENT), ("null", None), ("true", True), ("false", False), ("fraction", 1.5),
            ("small-fraction", 1e-7), ("array", ["gold"]), ("empty-array", []), ("object", {"a": 1}),
        ]  # fmt: skip
        for slug, value in nothing:
            made = user() if value == ABSENT else user(plan=value)
            # Only bucket 0 falls into an entry of weight 1 in front of all others.
            two_sided(topic, f"no-text-{slug}", "7", f"bucketBy {slug} is bucket 0", hash_name, 0, made, {"bucketBy": "plan"})  # fmt: skip
        two_sided(topic, "kind-absent", "7", "a context kind that is absent is bucket 0", hash_name, 0, user(),
                  {"contextKind": "org"})  # fmt: skip
        two_sided(topic, "no-user", "7", "a context without a user is bucket 0", hash_name, 0, context("org", "acme"), {})  # fmt: skip
        number = bucket(hash_name, PREFIX, "alice")
        for weight, index in ((number + 1, 1), (number, 0)):
            roll = rollout(weights((1, weight), (0, 100000 - weight)), hash=hash_name)
            made_rule = rule(clause("key", "in", "alice"), variation=ABSENT, rollout=roll)
            topic.evaluate(f"in-rule-{'above' if index else 'at'}-{hash_name}", "7", f"a rule's rollout, by {hash_name}",
                           document([flag(rules=[made_rule])]), user(), ruled("yes" if index else "no", index))  # fmt: skip
            own = {"flags": {"filed": flag(fallthrough={"rollout": roll})}}
            topic.evaluate(f"own-key-{'above' if index else 'at'}-{hash_name}", "own", "a flag's own key is what is hashed",
                           own, user(), fell("yes" if index else "no", index), flag="filed")  # fmt: skip
    return topic


def which_hash() -> Topic:
    """Where the name of the hash is found."""
    topic = Topic("rollout-hash", "Which hash governs a rollout: its own, the document's, or the default")
    sha1_only = first_key(lambda key: bucket("sha1", PREFIX, key) < 30000 and bucket("murmur3", PREFIX, key) >= 70000)
    entries = weights((1, 50000), (0, 50000))
    by_sha1, by_murmur3 = served(1), served(0)
    rows: list[tuple[str, Json, Json, dict[str, Json]]] = [
        ("default-sha1", ABSENT, ABSENT, by_sha1),
        ("meta-without-hash", {"version": 4}, ABSENT, by_sha1),
        ("meta-sha1", {"hash": "sha1"}, ABSENT, by_sha1),
        ("meta-murmur3", {"hash": "murmur3"}, ABSENT, by_murmur3),
        ("meta-null", {"hash": None}, ABSENT, by_sha1),
        ("own-sha1", ABSENT, "sha1", by_sha1),
        ("own-murmur3", ABSENT, "murmur3", by_murmur3),
        ("own-null", {"hash": "murmur3"}, None, by_murmur3),
        ("own-over-meta-sha1", {"hash": "murmur3"}, "sha1", by_sha1),
        ("own-over-meta-murmur3", {"hash": "sha1"}, "murmur3", by_murmur3),
        ("own-unknown", ABSENT, "md5", malformed()),
        ("own-letter-case", ABSENT, "SHA1", malformed()),
        ("own-empty", ABSENT, "", malformed()),
        ("meta-unknown", {"hash": "xxhash"}, ABSENT, malformed()),
        ("meta-unknown-own-known", {"hash": "xxhash"}, "sha1", by_sha1),
        ("own-unknown-meta-known", {"hash": "sha1"}, "xxhash", malformed()),
    ]
    for slug, meta, own, answer in rows:
        made = numbered(2, rollout(entries, **({} if own == ABSENT else {"hash": own})))
        if meta != ABSENT:
            made["meta"] = meta
        topic.evaluate(slug, "murmur3", slug.replace("-", " "), made, user(sha1_only), answer)
    seed_prefix = prefix_of("flag", "salt", 7)
    differing = first_key(lambda key: bucket("sha1", seed_prefix, key) < 30000 and bucket("murmur3", seed_prefix, key) >= 70000)
    by_hash = {name: rollout(entries, hash=name, seed=7) for name in HASHES}
    first = flag("first", variations=[0, 1], fallthrough={"rollout": by_hash["murmur3"]})
    then = flag(variations=[0, 1], prerequisites=[{"key": "first", "variation": 0}], fallthrough={"rollout": by_hash["sha1"]})
    topic.evaluate("same-seed-other-hash", "murmur3", "two rollouts with one seed and different hashes are not one bucket",
                   document([first, then]), user(differing), served(1))  # fmt: skip
    unknown = rollout(entries, hash="md5")
    topic.evaluate("unknown-unreached", "murmur3", "an unknown hash in a rollout that is not reached", document(
        [flag(rules=[rule()], fallthrough={"rollout": unknown})]), user(), ruled())  # fmt: skip
    topic.evaluate("meta-unknown-without-rollout", "murmur3", "an unknown hash of the document and a flag without rollouts",
                   document([flag()], meta={"hash": "md5"}), user(), fell())  # fmt: skip
    topic.evaluate("variation-beside-unknown", "murmur3", "an unknown hash beside a variation", document(
        [flag(fallthrough={"variation": 1, "rollout": unknown})]), user(), fell("yes", 1))  # fmt: skip
    topic.load("unknown-diagnostic", "murmur3", "an unknown hash is an error at its place", document(
        [flag(fallthrough={"rollout": unknown})]),
        {"diagnostics": [diagnostic("error", "unknown-hash", "flags.flag.fallthrough.rollout.hash")]})  # fmt: skip
    topic.load("unknown-meta-diagnostic", "murmur3", "an unknown hash of the document is an error", document(
        [flag()], meta={"hash": "md5"}), {"diagnostics": [diagnostic("error", "unknown-hash", "meta.hash")]})  # fmt: skip
    topic.load("not-portable", "murmur3", "a murmur3 rollout is not LaunchDarkly's", document(
        [flag(fallthrough={"rollout": rollout(entries, hash="murmur3")})]),
        {"diagnostics": [diagnostic("info", "not-portable")]})  # fmt: skip
    topic.load("portable", "murmur3", "a sha1 rollout is LaunchDarkly's", document(
        [flag(fallthrough={"rollout": rollout(entries)})]), {"absentDiagnostics": [{"code": "not-portable"}]})  # fmt: skip
    seeded = rollout(weights((1, bucket("murmur3", "7", "alice") + 1), (0, 0)), hash="murmur3", seed=7)
    topic.evaluate("seed-in-prefix", "murmur3", "the seed is part of the text, not murmur's own seed",
                   numbered(2, seeded), user(), served(1))  # fmt: skip
    seeded = rollout(weights((1, bucket("murmur3", "7", "alice")), (0, 0)), hash="murmur3", seed=7)
    topic.evaluate("seed-in-prefix-at", "murmur3", "the seed is part of the text, at the boundary", numbered(2, seeded),
                   user(), served(0))  # fmt: skip
    return topic


def spread() -> Topic:
    """Random keys, weights, salts and seeds, from a fixed seed."""
    topic = Topic("rollout-spread", "Generated rollouts, each by both hashes")
    source = random.Random(20240229)
    for number in range(40):
        count = source.randint(2, 6)
        cuts = sorted(source.randint(0, 100000) for _ in range(count - 1))
        parts = [high - low for low, high in zip([0, *cuts], [*cuts, 100000], strict=True)]
        salt = f"{source.getrandbits(64):016x}"
        seed = source.choice([None, None, source.randint(0, 2**31)])
        key = f"user-{source.getrandbits(40):x}"
        for hash_name in HASHES:
            given: dict[str, Json] = {} if seed is None else {"seed": seed}
            index = chosen(bucket(hash_name, prefix_of("flag", salt, seed), key), parts)
            topic.evaluate(f"{number:02}-{hash_name}", "7", f"weights {parts}, by {hash_name}",
                           numbered(count, rollout(weights(*enumerate(parts)), hash=hash_name, **given), salt=salt),
                           user(key), served(index))  # fmt: skip
    return topic


def rollouts_topics() -> list[Topic]:
    """The topics of this module."""
    return [boundaries(), exactness(), inputs(), which_hash(), spread()]


# Experiments: always by key, untracked entries, and when a reason says so.

EXPERIMENTS_PREFIX = prefix_of("flag", "salt")
EXPERIMENTS_BOTH = multi(user={"key": "alice", "plan": "gold"}, org={"key": "acme"})
ALL_TO_YES: Json = weights((1, 100000))


def trial(entries: Json, **given: Json) -> dict[str, Json]:
    """An experiment."""
    return rollout(list(entries) if isinstance(entries, list) else [], kind="experiment", **given)


def counted(index: int, in_experiment: bool) -> dict[str, Json]:
    """The fallthrough, in the experiment or not."""
    value = ["no", "yes", "off"][index]
    return detail(value, index, reason("FALLTHROUGH", **({"inExperiment": True} if in_experiment else {})))


def experiments_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("experiments", "Experiments and the member `inExperiment`")
    untracked: Json = [{"variation": 1, "weight": 100000, "untracked": True}]
    tracked: Json = [{"variation": 1, "weight": 100000, "untracked": False}]
    half: Json = [{"variation": 0, "weight": 0}, {"variation": 1, "weight": 100000, "untracked": None}]
    zeros: Json = weights((0, 0), (1, 0))
    zeros_untracked: Json = [{"variation": 0, "weight": 0}, {"variation": 1, "weight": 0, "untracked": True}]
    for hash_name in HASHES:
        by: dict[str, Json] = {"hash": hash_name}
        rows: list[tuple[str, str, Json, Json, dict[str, Json]]] = [
            ("tracked", "7", trial(ALL_TO_YES, **by), user(), counted(1, True)),
            ("untracked", "7", trial(untracked, **by), user(), counted(1, False)),
            ("untracked-false", "7", trial(tracked, **by), user(), counted(1, True)),
            ("untracked-null", "7", trial(half, **by), user(), counted(1, True)),
            ("plain-rollout", "7", rollout(weights((1, 100000)), kind="rollout", **by), user(), counted(1, False)),
            ("kind-absent", "7", rollout(weights((1, 100000)), **by), user(), counted(1, False)),
            ("kind-null", "7", rollout(weights((1, 100000)), kind=None, **by), user(), counted(1, False)),
            ("kind-letter-case", "1.2", rollout(weights((1, 100000)), kind="Experiment", **by), user(), counted(1, False)),
            ("kind-unknown", "1.2", rollout(weights((1, 100000)), kind="bandit", **by), user(), counted(1, False)),
            ("context-kind", "7", trial(ALL_TO_YES, contextKind="org", **by), EXPERIMENTS_BOTH, counted(1, True)),
            ("context-kind-absent", "7", trial(ALL_TO_YES, contextKind="org", **by), user(), counted(1, False)),
            ("context-kind-absent-first-weight", "7", trial(weights((0, 0), (1, 1), (2, 99999)), contextKind="org",
             **by), user(), counted(1, False)),
            ("no-user", "7", trial(ALL_TO_YES, **by), context("org", "acme"), counted(1, False)),
            ("zeros", "D36", trial(zeros, **by), user(), counted(1, True)),
            ("zeros-untracked", "D36", trial(zeros_untracked, **by), user(), counted(1, False)),
            ("zeros-context-kind-absent", "D36", trial(zeros, contextKind="org", **by), user(), counted(1, True)),
            ("zeros-context-kind-absent-untracked", "D36", trial(zeros_untracked, contextKind="org", **by), user(), counted(1, False)),
            ("zeros-context-kind-absent-rollout", "D36", rollout(weights((0, 0), (1, 0)), contextKind="org", **by),
             user(), counted(1, False)),
            ("bad-index", "8", trial(weights((7, 100000)), **by), user(), malformed()),
            ("empty", "7", trial([], **by), user(), malformed()),
            ("bucket-by-absent-attribute", "7", trial(weights((1, bucket(hash_name, EXPERIMENTS_PREFIX, "alice") + 1), (0, 0)),
             bucketBy="plan", **by), user(), counted(1, True)),
        ]  # fmt: skip
        for slug, tag, roll, context_, answer in rows:
            topic.evaluate(f"{slug}-{hash_name}", tag, f"{slug.replace('-', ' ')}, by {hash_name}",
                           document([flag(fallthrough={"rollout": roll})]), context_, answer)  # fmt: skip
        by_key = bucket(hash_name, EXPERIMENTS_PREFIX, "alice")
        by_seed = bucket(hash_name, "99", "alice")
        by_org = bucket(hash_name, EXPERIMENTS_PREFIX, "acme")
        pinned: list[tuple[str, str, int, dict[str, Json], Json]] = [
            ("by-key", "an experiment uses the key", by_key, {}, user()),
            ("bucket-by-ignored", "an experiment ignores bucketBy", by_key, {"bucketBy": "plan"}, user(plan="gold")),
            ("bucket-by-number-ignored", "an experiment ignores a numeric bucketBy", by_key, {"bucketBy": "plan"}, user(plan=7)),
            ("bucket-by-path-ignored", "an experiment ignores a path in bucketBy", by_key,
             {"bucketBy": "/address/city", "contextKind": "user"}, user(address={"city": "Oslo"})),
            ("seeded", "an experiment with a seed", by_seed, {"seed": 99}, user()),
            ("other-kind", "an experiment on another kind", by_org, {"contextKind": "org"}, EXPERIMENTS_BOTH),
        ]  # fmt: skip
        for slug, description, number, given, context_ in pinned:
            for weight, index in ((number + 1, 1), (number, 0)):
                roll = trial(weights((1, weight), (0, 100000 - weight)), hash=hash_name, **given)
                topic.evaluate(f"{slug}-{'above' if index else 'at'}-{hash_name}", "7", f"{description}, by {hash_name}",
                               document([flag(fallthrough={"rollout": roll})]), context_, counted(index, True))  # fmt: skip
        in_rule = rule(clause("key", "in", "alice"), variation=ABSENT, rollout=trial(ALL_TO_YES, **by))
        topic.evaluate(f"rule-{hash_name}", "8", "an experiment in a rule", document([flag(rules=[in_rule])]), user(),
                       ruled(inExperiment=True))  # fmt: skip
        in_rule = rule(variation=ABSENT, rollout=trial(untracked, **by))
        topic.evaluate(f"rule-untracked-{hash_name}", "8", "an untracked entry in a rule", document(
            [flag(rules=[in_rule])]), user(), matched(True))  # fmt: skip
        in_rule = rule(variation=ABSENT, id=ABSENT, rollout=trial(ALL_TO_YES, **by))
        topic.evaluate(f"rule-without-id-{hash_name}", "8", "an experiment in a rule without an id", document(
            [flag(rules=[in_rule])]), user(), ruled(rule_id=None, inExperiment=True))  # fmt: skip
    topic.evaluate("track-events-fallthrough", "10", "events that are tracked make no experiment of a reason", document(
        [flag(trackEvents=True, trackEventsFallthrough=True)]), user(), fell())  # fmt: skip
    return [topic]
