"""Individual targets."""

from __future__ import annotations

from ..document import document, flag, multi, rule, user
from ..json_value import Json
from ..outcome import detail, fell, malformed, matched, off, prerequisite_failed, reason
from ..topic import Topic


def entry(variation: int, *values: Json, kind: str | None = None) -> dict[str, Json]:
    """A target list."""
    made: dict[str, Json] = {"variation": variation, "values": list(values)}
    if kind is not None:
        made["contextKind"] = kind
    return made


def hit(index: int) -> dict[str, Json]:
    """The answer of a target list."""
    return detail(["no", "yes", "off", "more"][index], index, reason("TARGET_MATCH"))


BOTH = multi(user={"key": "alice"}, org={"key": "acme"})
FOUR: list[Json] = ["no", "yes", "off", "more"]


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("targets", "Both target lists, their order, and what they are not consulted for")
    rows: list[tuple[str, str, list[Json] | None, list[Json] | None, dict[str, Json], dict[str, Json]]] = [
        ("user-hit", "4.2", [entry(1, "alice")], None, user(), hit(1)),
        ("user-second-value", "4.2", [entry(1, "bob", "alice")], None, user(), hit(1)),
        ("user-miss", "4.2", [entry(1, "bob")], None, user(), fell()),
        ("user-letter-case", "4.2", [entry(1, "Alice")], None, user(), fell()),
        ("user-no-trim", "4.2", [entry(1, " alice")], None, user(), fell()),
        ("user-first-list-wins", "4.2", [entry(1, "alice"), entry(3, "alice")], None, user(), hit(1)),
        ("user-second-list", "4.2", [entry(1, "bob"), entry(3, "alice")], None, user(), hit(3)),
        ("user-empty-list", "4.2", [entry(1)], None, user(), fell()),
        ("user-in-multi", "4.2", [entry(1, "alice")], None, BOTH, hit(1)),
        ("user-other-kind-same-key", "4.2", [entry(1, "acme")], None, {"kind": "org", "key": "acme"}, fell()),
        ("targets-with-kind", "4.2", [entry(1, "acme", kind="org")], None, BOTH, hit(1)),
        ("targets-with-kind-miss", "4.2", [entry(1, "alice", kind="org")], None, BOTH, fell()),
        ("targets-with-kind-absent", "4.2", [entry(1, "alice", kind="device")], None, BOTH, fell()),
        ("targets-mixed-order", "4.2", [entry(1, "acme", kind="org"), entry(3, "alice")], None, BOTH, hit(1)),
        ("targets-mixed-order-other", "4.2", [entry(3, "alice"), entry(1, "acme", kind="org")], None, BOTH, hit(3)),
        ("targets-empty-kind", "4.2", [entry(1, "alice", kind="")], None, user(), hit(1)),
        ("context-targets-empty", "4.2", [entry(1, "alice")], [], user(), hit(1)),
        ("context-hit", "4.2", [], [entry(1, "acme", kind="org")], BOTH, hit(1)),
        ("context-miss", "4.2", [], [entry(1, "other", kind="org")], BOTH, fell()),
        ("context-kind-absent", "4.2", [], [entry(1, "alice", kind="device")], BOTH, fell()),
        ("context-single-kind", "4.2", [], [entry(1, "acme", kind="org")], {"kind": "org", "key": "acme"}, hit(1)),
        ("context-order-org-first", "4.2", [entry(3, "alice")],
         [entry(1, "acme", kind="org"), entry(3, kind="user")], BOTH, hit(1)),
        ("context-order-user-first", "4.2", [entry(3, "alice")],
         [entry(3, kind="user"), entry(1, "acme", kind="org")], BOTH, hit(3)),
        ("context-user-looks-up", "4.2", [entry(1, "bob"), entry(3, "alice")], [entry(3, kind="user")], user(), hit(3)),
        ("context-user-looks-up-miss", "4.2", [entry(1, "bob"), entry(3, "eve")], [entry(3, kind="user")], user(),
         fell()),
        ("context-user-no-such-list", "4.2", [entry(1, "alice")], [entry(3, kind="user")], user(), fell()),
        ("context-user-kind-absent", "4.2", [entry(3, "alice")], [entry(3)], user(), hit(3)),
        ("context-user-kind-empty", "4.2", [entry(3, "alice")], [entry(3, kind="")], user(), hit(3)),
        ("targets-unmentioned", "4.2", [entry(1, "alice")], [entry(3, "acme", kind="org")], user(), fell()),
        ("targets-unmentioned-multi", "4.2", [entry(1, "alice")], [entry(3, "zzz", kind="org")], BOTH, fell()),
        ("own-values-ignored", "D04", [], [entry(1, "alice", kind="user")], user(), fell()),
        ("own-values-ignored-other-list", "D04", [entry(1, "bob")], [entry(1, "alice", kind="user")], user(), fell()),
        ("own-values-ignored-looks-up", "D04", [entry(1, "alice")], [entry(1, "bob", kind="user")], user(), hit(1)),
        ("own-values-ignored-kind-absent", "D04", [], [entry(1, "alice")], user(), fell()),
        ("own-values-ignored-then-next", "D04", [entry(3, "alice")],
         [entry(1, "alice", kind="user"), entry(3, kind="user")], user(), hit(3)),
        ("shared-variation-first", "D05", [entry(1, "alice"), entry(1, "bob")], [entry(1, kind="user")], user(),
         hit(1)),
        ("shared-variation-second", "D05", [entry(1, "bob"), entry(1, "alice")], [entry(1, kind="user")], user(),
         fell()),
        ("shared-variation-twice-asked", "D05", [entry(1, "bob"), entry(1, "alice")],
         [entry(1, kind="user"), entry(1, kind="user")], user(), fell()),
        ("shared-variation-no-context-targets", "D05", [entry(1, "bob"), entry(1, "alice")], None, user(), hit(1)),
        ("legacy-user", "4.2", [entry(1, "alice")], None, {"key": "alice"}, hit(1)),
        ("legacy-empty-key", "A6", [entry(1, "")], None, {"key": ""}, hit(1)),
        ("legacy-empty-key-miss", "A6", [entry(1, "x")], None, {"key": ""}, fell()),
        ("legacy-empty-key-looked-up", "A6", [entry(1, "")], [entry(1, kind="user")], {"key": ""}, hit(1)),
        ("non-ascii-key", "4.2", [entry(1, "\u00e5sa\U0001f600")], None, user("\u00e5sa\U0001f600"), hit(1)),
        ("composed-key", "4.2", [entry(1, "e\u0301")], None, user("\u00e9"), fell()),
        ("index-too-high", "4", [entry(9, "alice")], None, user(), malformed()),
        ("index-negative", "4", [entry(-1, "alice")], None, user(), malformed()),
        ("index-too-high-context", "4", [], [entry(4, "acme", kind="org")], BOTH, malformed()),
        ("index-too-high-unreached", "4", [entry(1, "alice"), entry(9, "alice")], None, user(), hit(1)),
        ("index-too-high-miss", "4", [entry(9, "bob")], None, user(), fell()),
    ]  # fmt: skip
    for slug, tag, targets, context_targets, context, answer in rows:
        given: dict[str, Json] = {"variations": FOUR}
        if targets is not None:
            given["targets"] = targets
        if context_targets is not None:
            given["contextTargets"] = context_targets
        topic.evaluate(slug, tag, slug.replace("-", " "), document([flag(**given)]), context, answer)
    # Entry k of 40 holds 25 keys: a few keys looked for in a large list.
    lists: list[Json] = [entry(n % 4, *[f"user-{n * 25 + i}" for i in range(25)]) for n in range(40)]
    name = topic.document("many", document([flag(targets=lists, variations=FOUR)]))
    for number in (0, 24, 25, 499, 975, 999):
        topic.evaluate(f"many-{number}", "4.2", "one of a thousand keys", name, user(f"user-{number}"),
                       hit(number // 25 % 4))  # fmt: skip
    topic.evaluate("many-1000", "4.2", "a key past a thousand", name, user("user-1000"), fell())
    name = topic.document("order", document(
        [flag(targets=[entry(0, "alice")], rules=[rule()]),
         flag("off", on=False, targets=[entry(0, "alice")]),
         flag("blocked", targets=[entry(0, "alice")], prerequisites=[{"key": "off", "variation": 2}])]))  # fmt: skip
    topic.evaluate("before-rules", "4", "targets come before rules", name, user(), hit(0))
    topic.evaluate("after-miss-rules", "4", "without a target the rules decide", name, user("bob"), matched(True))
    topic.evaluate("not-when-off", "4", "an off flag looks at no targets", name, user(), off(), flag="off")
    topic.evaluate("after-prerequisites", "4", "prerequisites come before targets", name, user(),
                   prerequisite_failed("off"), flag="blocked")  # fmt: skip
    return [topic]
