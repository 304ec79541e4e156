"""Experiments: always by key, untracked entries, and when a reason says so."""

from __future__ import annotations

from ..document import ABSENT, clause, context, document, flag, multi, rollout, rule, user, weights
from ..hashing import HASHES, bucket, prefix_of
from ..json_value import Json
from ..outcome import detail, fell, malformed, matched, reason, ruled
from ..topic import Topic

PREFIX = prefix_of("flag", "salt")
BOTH = multi(user={"key": "alice", "plan": "gold"}, org={"key": "acme"})
ALL_TO_YES: Json = weights((1, 100000))


def trial(entries: Json, **given: Json) -> dict[str, Json]:
    """An experiment."""
    return rollout(list(entries) if isinstance(entries, list) else [], kind="experiment", **given)


def counted(index: int, in_experiment: bool) -> dict[str, Json]:
    """The fallthrough, in the experiment or not."""
    value = ["no", "yes", "off"][index]
    return detail(value, index, reason("FALLTHROUGH", **({"inExperiment": True} if in_experiment else {})))


def topics() -> list[Topic]:
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
            ("kind-letter-case", "1.2", rollout(weights((1, 100000)), kind="Experiment", **by), user(),
             counted(1, False)),
            ("kind-unknown", "1.2", rollout(weights((1, 100000)), kind="bandit", **by), user(), counted(1, False)),
            ("context-kind", "7", trial(ALL_TO_YES, contextKind="org", **by), BOTH, counted(1, True)),
            ("context-kind-absent", "7", trial(ALL_TO_YES, contextKind="org", **by), user(), counted(1, False)),
            ("context-kind-absent-first-weight", "7", trial(weights((0, 0), (1, 1), (2, 99999)), contextKind="org",
             **by), user(), counted(1, False)),
            ("no-user", "7", trial(ALL_TO_YES, **by), context("org", "acme"), counted(1, False)),
            ("zeros", "D36", trial(zeros, **by), user(), counted(1, True)),
            ("zeros-untracked", "D36", trial(zeros_untracked, **by), user(), counted(1, False)),
            ("zeros-context-kind-absent", "D36", trial(zeros, contextKind="org", **by), user(), counted(1, True)),
            ("zeros-context-kind-absent-untracked", "D36", trial(zeros_untracked, contextKind="org", **by), user(),
             counted(1, False)),
            ("zeros-context-kind-absent-rollout", "D36", rollout(weights((0, 0), (1, 0)), contextKind="org", **by),
             user(), counted(1, False)),
            ("bad-index", "8", trial(weights((7, 100000)), **by), user(), malformed()),
            ("empty", "7", trial([], **by), user(), malformed()),
            ("bucket-by-absent-attribute", "7", trial(weights((1, bucket(hash_name, PREFIX, "alice") + 1), (0, 0)),
             bucketBy="plan", **by), user(), counted(1, True)),
        ]  # fmt: skip
        for slug, tag, roll, context_, answer in rows:
            topic.evaluate(f"{slug}-{hash_name}", tag, f"{slug.replace('-', ' ')}, by {hash_name}",
                           document([flag(fallthrough={"rollout": roll})]), context_, answer)  # fmt: skip
        by_key = bucket(hash_name, PREFIX, "alice")
        by_seed = bucket(hash_name, "99", "alice")
        by_org = bucket(hash_name, PREFIX, "acme")
        pinned: list[tuple[str, str, int, dict[str, Json], Json]] = [
            ("by-key", "an experiment goes by the key", by_key, {}, user()),
            ("bucket-by-ignored", "an experiment ignores bucketBy", by_key, {"bucketBy": "plan"}, user(plan="gold")),
            ("bucket-by-number-ignored", "an experiment ignores a numeric bucketBy", by_key, {"bucketBy": "plan"},
             user(plan=7)),
            ("bucket-by-path-ignored", "an experiment ignores a path in bucketBy", by_key,
             {"bucketBy": "/address/city", "contextKind": "user"}, user(address={"city": "Oslo"})),
            ("seeded", "an experiment with a seed", by_seed, {"seed": 99}, user()),
            ("other-kind", "an experiment on another kind", by_org, {"contextKind": "org"}, BOTH),
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
