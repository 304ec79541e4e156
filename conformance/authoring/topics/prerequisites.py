"""Prerequisites: graphs of flags."""

from __future__ import annotations

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
    off,
    prerequisite_failed,
    reason,
    rollout,
    rule,
    segment,
    user,
    weights,
)
from ..topic import Topic, diagnostic


def needs(*pairs: tuple[str, int]) -> list[Json]:
    """Prerequisites from (key, variation) pairs."""
    return [{"key": key, "variation": variation} for key, variation in pairs]


def dependent(*pairs: tuple[str, int], **given: Json) -> dict[str, Json]:
    """The requested flag, with these prerequisites; it serves `yes`."""
    return flag(prerequisites=needs(*pairs), fallthrough={"variation": 1}, **given)


YES = fell("yes", 1)
EMPTY_ROLLOUT: Json = {"rollout": {"variations": []}}
BAD_CLAUSE = rule(clause("/a//b", "in", "x", contextKind="user"))


def chain(length: int, **last: Json) -> list[Object]:
    """`f0` needs `f1` needs … `f<length>`, each passing."""
    made: list[Object] = [flag(f"f{n}", prerequisites=needs((f"f{n + 1}", 0))) for n in range(length)]
    return [*made, flag(f"f{length}", **last)]


def diamonds(levels: int) -> list[Object]:
    """Each level needs two flags that both need the next level: linear only if each is computed once."""
    made: list[Object] = []
    for n in range(levels):
        made.append(flag(f"f{n}", prerequisites=needs((f"l{n}", 0), (f"r{n}", 0))))
        made.append(flag(f"l{n}", prerequisites=needs((f"f{n + 1}", 0))))
        made.append(flag(f"r{n}", prerequisites=needs((f"f{n + 1}", 0))))
    return [*made, flag(f"f{levels}")]


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("prerequisites", "Prerequisites: what passes, what fails, cycles, diamonds and depth")
    hold = flag("hold", on=False)
    rows: list[tuple[str, str, str, list[Object], dict[str, Json]]] = [
        ("pass", "4.1", "on, with the required index", [dependent(("a", 0)), flag("a")], YES),
        ("wrong-index", "4.1", "on, with another index", [dependent(("a", 1)), flag("a")], prerequisite_failed("a")),
        ("missing", "4.1", "a flag that is not there", [dependent(("a", 0))], prerequisite_failed("a")),
        ("deleted", "4.1", "a tombstone", [dependent(("a", 0)), flag("a", deleted=True)], prerequisite_failed("a")),
        ("off", "4.1", "off", [dependent(("a", 0)), flag("a", on=False)], prerequisite_failed("a")),
        ("off-right-index", "4.1", "off, although the off variation is the required one",
         [dependent(("a", 2)), flag("a", on=False)], prerequisite_failed("a")),
        ("on-absent", "4.1", "`on` absent", [dependent(("a", 2)), flag("a", on=ABSENT)], prerequisite_failed("a")),
        ("target-passes", "4.1", "passes by a target", [dependent(("a", 1)), flag("a", targets=[{"variation": 1, "values": ["alice"]}])], YES),
        ("rule-passes", "4.1", "passes by a rule", [dependent(("a", 1)), flag("a", rules=[rule()])], YES),
        ("rollout-passes", "4.1", "passes by a rollout",
         [dependent(("a", 1)), flag("a", fallthrough={"rollout": rollout(weights((1, 100000)))})], YES),
        ("index-not-value", "4.1", "the index counts, not the value",
         [dependent(("a", 1)), flag("a", variations=["same", "same"], offVariation=0)], prerequisite_failed("a")),
        ("null-variation", "4.1", "a null variation is a variation", [dependent(("a", 0)), flag("a", variations=[None], offVariation=0)], YES),
        ("asker-off", "4.1", "an off flag evaluates no prerequisites", [flag(on=False, prerequisites=needs(("missing", 0)))], off()),
        ("asker-no-off-variation", "4", "a failure without an off variation",
         [dependent(("a", 0), offVariation=ABSENT)], prerequisite_failed("a", "default", None)),
        ("asker-bad-off-variation", "4", "a failure with an off variation out of range", [dependent(("a", 0), offVariation=7)], malformed()),
        ("both-pass", "4.1", "two that pass", [dependent(("a", 0), ("b", 0)), flag("a"), flag("b")], YES),
        ("first-fails", "4.1", "the first failure is named", [dependent(("a", 1), ("b", 1)), flag("a"), flag("b")], prerequisite_failed("a")),
        ("second-fails", "4.1", "the second fails", [dependent(("a", 0), ("b", 1)), flag("a"), flag("b")], prerequisite_failed("b")),
        ("same-twice", "4.1", "the same flag twice", [dependent(("a", 0), ("a", 0)), flag("a")], YES),
        ("same-twice-contradictory", "4.1", "the same flag with two indices", [dependent(("a", 0), ("a", 1)), flag("a")],
         prerequisite_failed("a")),
        ("stops-at-failure", "4.1", "what follows a failure is not looked at",
         [dependent(("a", 1), ("bad", 0)), flag("a"), flag("bad", rules=[BAD_CLAUSE])], prerequisite_failed("a")),
        ("nested-pass", "4.1", "three levels", [dependent(("a", 0)), flag("a", prerequisites=needs(("b", 0))), flag("b")], YES),
        ("nested-failure-off-index", "4.1", "on, failed its own prerequisite, yet serves the required index",
         [dependent(("a", 2)), flag("a", prerequisites=needs(("missing", 0)))], YES),
        ("nested-failure-other-index", "4.1", "on, failed its own prerequisite, and serves another index",
         [dependent(("a", 0)), flag("a", prerequisites=needs(("missing", 0)))], prerequisite_failed("a")),
        ("nested-failure-no-off-variation", "4.1", "on, failed its own prerequisite, and serves nothing",
         [dependent(("a", 0)), flag("a", offVariation=ABSENT, prerequisites=needs(("missing", 0)))],
         prerequisite_failed("a")),
        ("empty-key", "4.1", "a prerequisite with the empty key", [dependent(("", 0))], prerequisite_failed("")),
        ("list-empty", "4.1", "an empty list", [dependent()], YES),
        ("negative-index-never", "4.1", "a negative index is never served", [dependent(("a", -1)), flag("a")], prerequisite_failed("a")),
        ("bad-fallthrough-index", "D10", "the prerequisite's index is out of range",
         [dependent(("a", 9)), flag("a", fallthrough={"variation": 9})], prerequisite_failed("a")),
        ("bad-rule-index", "D10", "the prerequisite's rule has an index out of range",
         [dependent(("a", 0)), flag("a", rules=[rule(variation=-1)])], prerequisite_failed("a")),
        ("bad-target-index", "D10", "the prerequisite's target has an index out of range",
         [dependent(("a", 0)), flag("a", targets=[{"variation": 9, "values": ["alice"]}])], prerequisite_failed("a")),
        ("bad-off-index", "D10", "the prerequisite failed its own and its off variation is out of range",
         [dependent(("a", 0)), flag("a", offVariation=9, prerequisites=needs(("none", 0)))], prerequisite_failed("a")),
        ("off-bad-off-index", "D10", "the prerequisite is off and its off variation is out of range",
         [dependent(("a", 9)), flag("a", on=False, offVariation=9)], prerequisite_failed("a")),
        ("empty-rollout", "D11", "the prerequisite's rollout is empty",
         [dependent(("a", 0)), flag("a", fallthrough=EMPTY_ROLLOUT)], prerequisite_failed("a")),
        ("empty-rollout-rule", "D11", "the rollout of the prerequisite's rule is empty",
         [dependent(("a", 0)), flag("a", rules=[rule(variation=ABSENT, rollout={"variations": []})])],
         prerequisite_failed("a")),
        ("no-fallthrough", "D11", "the prerequisite has no fallthrough",
         [dependent(("a", 0)), flag("a", fallthrough=ABSENT)], prerequisite_failed("a")),
        ("bad-index-nested", "D10", "two levels down an index is out of range: the middle fails and serves its off",
         [dependent(("a", 2)), flag("a", prerequisites=needs(("b", 0))), flag("b", fallthrough={"variation": 9})], YES),
        ("bad-clause", "D12", "a malformed clause in a prerequisite spoils the dependent flag",
         [dependent(("a", 0)), flag("a", rules=[BAD_CLAUSE])], malformed()),
        ("bad-clause-nested", "D12", "a malformed clause two levels down",
         [dependent(("a", 0)), flag("a", prerequisites=needs(("b", 0))), flag("b", rules=[BAD_CLAUSE])], malformed()),
        ("bad-clause-off", "D12", "an off prerequisite hides its malformed clause",
         [dependent(("a", 0)), flag("a", on=False, rules=[BAD_CLAUSE])], prerequisite_failed("a")),
        ("bad-clause-unreached", "D12", "a malformed clause that the prerequisite does not reach",
         [dependent(("a", 1)), flag("a", rules=[rule(), BAD_CLAUSE])], YES),
        ("bad-bucket-by", "D12", "an invalid bucketBy in a prerequisite spoils the dependent flag",
         [dependent(("a", 0)), flag("a", fallthrough={"rollout": rollout(weights((0, 100000)), contextKind="user",
                                                                      bucketBy="/a//b")})], malformed()),
        ("self", "4.1", "a flag that needs itself", [dependent(("flag", 1))], malformed()),
        ("cycle-of-two", "4.1", "a cycle of two", [dependent(("a", 0)), flag("a", prerequisites=needs(("flag", 1)))], malformed()),
        ("cycle-of-three", "4.1", "a cycle of three",
         [dependent(("a", 0)), flag("a", prerequisites=needs(("b", 0))), flag("b", prerequisites=needs(("flag", 0)))],
         malformed()),
        ("cycle-below", "4.1", "a cycle below the requested flag",
         [dependent(("a", 0)), flag("a", prerequisites=needs(("b", 0))), flag("b", prerequisites=needs(("a", 0)))],
         malformed()),
        ("cycle-below-self", "4.1", "a prerequisite that needs itself",
         [dependent(("a", 0)), flag("a", prerequisites=needs(("a", 0)))], malformed()),
        ("cycle-cut-by-off", "4.1", "an off flag cuts a cycle",
         [dependent(("a", 0)), flag("a", on=False, prerequisites=needs(("flag", 1)))], prerequisite_failed("a")),
        ("cycle-asked-off", "4.1", "a cycle is nothing to an off flag", [flag(on=False, prerequisites=needs(("flag", 0)))], off()),
        ("cycle-after-failure", "4.1", "a cycle behind an earlier failure is not reached",
         [dependent(("missing", 0), ("a", 0)), flag("a", prerequisites=needs(("flag", 1)))],
         prerequisite_failed("missing")),
        ("cycle-cut-by-failure-below", "4.1", "a cycle behind a failure one level down is not reached",
         [dependent(("a", 2)), flag("a", prerequisites=needs(("missing", 0), ("flag", 1)))], YES),
        ("cycle-then-failure", "D14", "a cycle before a later failure",
         [dependent(("a", 0), ("missing", 0)), flag("a", prerequisites=needs(("flag", 1)))], malformed()),
        ("cycle-then-failure-below", "D14", "one level down: a cycle before a later failure",
         [dependent(("a", 0)), flag("a", prerequisites=needs(("flag", 1), ("missing", 0)))], malformed()),
        ("cycle-then-off", "D14", "a cycle before a later flag that is off",
         [dependent(("a", 0), ("hold", 2)), flag("a", prerequisites=needs(("flag", 1))), hold], malformed()),
        ("cycle-no-off-variation", "4.1", "a cycle gives the default, not the off variation",
         [dependent(("flag", 1), offVariation=ABSENT)], malformed()),
        ("diamond", "D13", "two ways to one flag", [dependent(("a", 0), ("b", 0)), flag("a", prerequisites=needs(("c", 0))),
          flag("b", prerequisites=needs(("c", 0))), flag("c")], YES),
        ("diamond-failed", "D13", "two ways to one flag that fails, both serving their off variation",
         [dependent(("a", 2), ("b", 2)), flag("a", prerequisites=needs(("c", 1))), flag("b", prerequisites=needs(("c", 1))), flag("c")], YES),
        ("diamond-after-failed", "D13", "a flag that failed below one branch is legal below the next",
         [dependent(("a", 2), ("c", 2)), flag("a", prerequisites=needs(("c", 0))), flag("c", prerequisites=needs(("hold", 0))), hold], YES),
        ("diamond-then-direct", "D13", "needed below and directly",
         [dependent(("a", 0), ("c", 0)), flag("a", prerequisites=needs(("c", 0))), flag("c")], YES),
        ("diamond-direct-then-below", "D13", "needed directly and then below",
         [dependent(("c", 0), ("a", 0)), flag("a", prerequisites=needs(("c", 0))), flag("c")], YES),
        ("diamond-off", "D13", "two ways to a flag that is off", [dependent(("a", 2), ("b", 2)), flag("a", prerequisites=needs(("hold", 2))),
          flag("b", prerequisites=needs(("hold", 2))), hold], YES),
        ("reason-is-own", "8", "the reason is the dependent flag's own",
         [flag(prerequisites=needs(("a", 1)), rules=[rule()]), flag("a", rules=[rule(id="other")])], matched(True)),
        ("experiment-below", "8", "an experiment in a prerequisite is not the dependent flag's", [dependent(("a", 0)),
          flag("a", fallthrough={"rollout": rollout(weights((0, 100000)), kind="experiment")})], YES),
        ("isolated", "isolation", "a prerequisite that cannot be read, when it is reached",
         [dependent(("a", 0)), flag("a", rules="x")], malformed()),
        ("isolated-off", "isolation", "a prerequisite that cannot be read but is off",
         [dependent(("a", 0)), flag("a", on=False, rules="x")], prerequisite_failed("a")),
        ("isolated-unreached", "isolation", "a prerequisite that cannot be read behind a failure",
         [dependent(("missing", 0), ("a", 0)), flag("a", rules="x")], prerequisite_failed("missing")),
        ("isolated-nested", "isolation", "a prerequisite that cannot be read, two levels down",
         [dependent(("a", 2)), flag("a", prerequisites=needs(("b", 0))), flag("b", targets=7)], malformed()),
    ]  # fmt: skip
    for slug, tag, description, flags, answer in rows:
        topic.evaluate(slug, tag, description, document(flags), user(), answer)

    made = document([dependent(("a", 0)), flag("a", rules=[rule(in_segment("s"))])],
                    [segment("s", rules=[{"clauses": [in_segment("s")]}])])  # fmt: skip
    topic.evaluate("segment-cycle-below", "D12", "a cycle of segments below a prerequisite", made, user(), malformed())
    name = topic.document("chain-64", document(chain(64)))
    topic.evaluate("depth-64", "limits", "64 prerequisites below the requested flag", name, user(), fell(), flag="f0")
    name = topic.document("chain-65", document(chain(65)))
    topic.evaluate("depth-65", "limits", "the 65th prerequisite below is one too many", name, user(), malformed(), flag="f0")  # fmt: skip
    topic.evaluate("depth-65-from-below", "limits", "the same chain evaluated from one flag further down", name, user(),
                   fell(), flag="f1")  # fmt: skip
    name = topic.document("chain-70-off", document([*chain(64)[:-1], flag("f64", on=False, prerequisites=needs(("f65", 0))),
                                                    *chain(70)[65:]]))  # fmt: skip
    topic.evaluate("depth-cut-by-off", "limits", "an off flag ends a path", name, user(), prerequisite_failed("f1"), flag="f0")  # fmt: skip
    name = topic.document("diamonds", document(diamonds(30)))
    topic.evaluate("diamonds-30", "D13", "thirty diamonds on top of each other: each flag is computed once", name,
                   user(), fell(), flag="f0")  # fmt: skip
    wide = document([dependent(*[(f"w{n}", 0) for n in range(200)]), *[flag(f"w{n}") for n in range(200)]])
    topic.evaluate("width-200", "4.1", "two hundred prerequisites side by side", topic.document("wide", wide), user(), YES)  # fmt: skip
    topic.load("missing-diagnostic", "4.1", "a prerequisite that is not there is a warning",
               document([dependent(("hold", 2), ("a", 0)), hold]),
               {"diagnostics": [diagnostic("warning", "missing-prerequisite")]})  # fmt: skip
    topic.load("cycle-diagnostic", "4.1", "a cycle is an error", document([dependent(("a", 0)), flag("a", prerequisites=needs(("flag", 1)))]),
               {"keys": ["a", "flag"], "diagnostics": [diagnostic("error", "prerequisite-cycle")]})  # fmt: skip
    topic.evaluate("default-kept", "4.1", "a cycle gives the caller's own default", document([dependent(("flag", 1))]),
                   user(), detail({"mine": 1}, None, reason("ERROR", errorKind="MALFORMED_FLAG")),
                   default={"mine": 1})  # fmt: skip
    return [topic]
