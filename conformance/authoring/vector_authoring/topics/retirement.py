"""Which flags can go: what documents prove, what hosts counted, what the code asks for, and what people said."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import ABSENT, document, flag, rollout, weights
from ..json_value import Json
from ..topic import Topic

WEEK = 7 * 86_400
NOW = 100 * WEEK
LONG_AGO, LATELY = NOW - 5 * WEEK, NOW - WEEK
"""Before and after the four weeks that are asked for unless others are."""

SAID: dict[str, Json] = {"feedback": "good", "openIssues": 0, "changePlanned": False, "needed": False}
YES, NO, UNKNOWN = "yes", "no", "unknown"


def serving(variation: int | None = 0, lifecycle: Json = ABSENT) -> dict[str, Json]:
    """A document of a flag that serves one variation to everybody, or two to some."""
    split = {"rollout": rollout(weights((0, 50_000), (1, 50_000)))}
    fallthrough: Json = split if variation is None else {"variation": variation}
    return document([flag(fallthrough=fallthrough, lifecycle=lifecycle)])


def counted(*spans: tuple[str, int, int]) -> dict[str, Json]:
    """Activity: which flag was evaluated from when to when."""
    flags: dict[str, Json] = {
        key: {"counts": {"sha256:0e": {"0": 2}}, "first": first * 1000, "last": last * 1000} for key, first, last in spans
    }
    return {"activity": 1, "flags": flags}


def since(moment: int, exact: bool) -> Json:
    """Since when something is so."""
    return {"moment": moment, "exact": exact}


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("retirements", "Which flags can be removed, and what is unknown about the others")

    def ask(slug: str, description: str, made: Json, expect: dict[str, Json], **given: Json) -> None:
        call: dict[str, Json] = {"now": NOW, **{name: value for name, value in given.items() if value != ABSENT}}
        wanted: dict[str, Json] = {"retirements": [{"key": "flag", **expect}]}
        topic.case(slug, "lifecycle", description, {"retirements": call}, wanted, document=made)

    def history(*documents: tuple[int, dict[str, Json]]) -> Json:
        return [{"from": moment, "document": made} for moment, made in documents]

    def rules(constant: str, stable: str, **more: Json) -> dict[str, Json]:
        return {"rules": {"constant": constant, "stable": stable, **more}}

    # What is known of the time, from documents and stamps.
    a, b, split, absent = serving(0), serving(1), serving(None), document([])
    stamped_long, stamped_lately = (serving(0, {"lastModifiedTimestamp": stamp}) for stamp in (LONG_AGO, LATELY))
    meta = {**serving(0), "meta": {"lastModifiedTimestamp": LONG_AGO}}
    times: list[tuple[str, Json, dict[str, Json], Json, Json, str, str]] = [
        ("no-history", ABSENT, a, None, None, UNKNOWN, UNKNOWN),
        ("stamp-long-ago", ABSENT, stamped_long, since(LONG_AGO, False), since(LONG_AGO, False), YES, YES),
        ("stamp-lately", ABSENT, stamped_lately, since(LATELY, False), since(LATELY, False), UNKNOWN, UNKNOWN),
        ("stamp-of-the-document", ABSENT, meta, since(LONG_AGO, False), since(LONG_AGO, False), YES, YES),
        ("the-same-long-ago", history((LONG_AGO, a)), a, since(LONG_AGO, False), since(LONG_AGO, False), YES, YES),
        ("the-same-lately", history((LATELY, a)), a, since(LATELY, False), since(LATELY, False), UNKNOWN, UNKNOWN),
        ("became-long-ago", history((1, split), (LONG_AGO, a)), a, since(LONG_AGO, True), since(LONG_AGO, True), YES, YES),
        ("became-lately", history((1, split), (LATELY, a)), a, since(LATELY, True), since(LATELY, True), NO, NO),
        ("was-not-there", history((1, absent), (LONG_AGO, a)), a, since(LONG_AGO, True), since(LONG_AGO, True), YES, YES),
        ("another-value-between", history((1, a), (2, b), (LATELY, a)), a, since(LATELY, True), since(LATELY, True), NO, NO),
        ("in-any-order", history((LONG_AGO, a), (1, b), (2, a)), a, since(2, True), since(2, True), YES, YES),
        ("changed-with-this-one", history((1, split)), a, None, None, UNKNOWN, UNKNOWN),
        ("changed-with-this-stamp", history((1, split)), stamped_long, since(LONG_AGO, True), since(LONG_AGO, True), YES, YES),
        ("never-constant", history((1, split), (LONG_AGO, split)), split, None, since(1, False), NO, YES),
    ]
    for slug, past, made, constant_since, stable_since, constant, stable in times:
        ask(f"time-{slug}", "since when it is constant and stable", made,
            {"constantSince": constant_since, "stableSince": stable_since, **rules(constant, stable)}, history=past)  # fmt: skip
    ask("weeks-fewer", "for how long is for the caller to say", serving(0, {**SAID, "lastModifiedTimestamp": LATELY}),
        {"verdict": "remove", **rules(YES, YES)}, weeks=1)  # fmt: skip
    ask("weeks-more", "for how long is for the caller to say", serving(0, {**SAID, "lastModifiedTimestamp": LONG_AGO}),
        {"verdict": "ask", **rules(UNKNOWN, UNKNOWN)}, weeks=5.5)  # fmt: skip

    # What everybody gets.
    values: list[tuple[str, dict[str, Json], Json]] = [
        ("value", serving(1), {"value": "yes"}),
        ("off", document([flag(on=False)]), {"value": "off"}),
        ("default", document([flag(on=False, offVariation=ABSENT)]), {"default": True}),
        ("several", split, None),
        ("equal-values", document([flag(variations=["no", "no"], fallthrough={"rollout": rollout(weights((0, 1), (1, 99_999)))})]),
         {"value": "no"}),
    ]  # fmt: skip
    for slug, made, constant_value in values:
        ask(f"constant-{slug}", "what everybody gets", made, {"constant": constant_value})

    # What people said.
    said: list[tuple[str, dict[str, Json], str, str, str]] = [
        ("nothing", {}, UNKNOWN, UNKNOWN, UNKNOWN),
        ("good-alone", {"feedback": "good"}, UNKNOWN, UNKNOWN, UNKNOWN),
        ("good", {"feedback": "good", "openIssues": 0}, YES, UNKNOWN, UNKNOWN),
        ("good-with-issues", {"feedback": "good", "openIssues": 2}, NO, UNKNOWN, UNKNOWN),
        ("bad", {"feedback": "bad"}, NO, UNKNOWN, UNKNOWN),
        ("issues", {"openIssues": 1}, NO, UNKNOWN, UNKNOWN),
        ("other-forms", {"feedback": 5, "openIssues": -1, "needed": "no", "changePlanned": 0}, UNKNOWN, UNKNOWN, UNKNOWN),
        ("null", {"feedback": None, "openIssues": None, "needed": None, "changePlanned": None}, UNKNOWN, UNKNOWN, UNKNOWN),
        ("needed", {"changePlanned": False, "needed": True}, UNKNOWN, YES, NO),
        ("planned", {"changePlanned": True, "needed": False}, UNKNOWN, NO, YES),
    ]
    for slug, lifecycle, feedback, plans, need in said:
        ask(f"said-{slug}", "what people said", serving(0, lifecycle), rules_said(feedback, plans, need))

    # What hosts counted: no activity is told only from counts that reach back and go on.
    spans: list[tuple[str, Sequence[tuple[str, int, int]], str]] = [
        ("others-all-the-time", [("other", LONG_AGO, NOW)], YES),
        ("others-too-late", [("other", LATELY, NOW)], UNKNOWN),
        ("others-too-early", [("other", 1, LONG_AGO)], UNKNOWN),
        ("before", [("flag", 1, LONG_AGO), ("other", 1, NOW)], YES),
        ("since", [("flag", 1, LATELY), ("other", 1, NOW)], NO),
        ("alone-since", [("flag", LATELY, LATELY)], NO),
        ("nobody", [], UNKNOWN),
    ]
    for slug, given, unused in spans:
        ask(f"activity-{slug}", "whether nobody evaluates it", serving(0), {"rules": {"unused": unused}}, activity=counted(*given))
    ask("activity-none", "without counts the use is unknown", serving(0), {"rules": {"unused": UNKNOWN}, "lastEvaluated": {"known": False}})
    ask("activity-seen", "when it was evaluated last", serving(0), {"lastEvaluated": {
        "known": True, "evaluations": 2, "first": 1000, "last": LATELY * 1000}}, activity=counted(("flag", 1, LATELY)))  # fmt: skip
    ask("activity-not-seen", "between when it was not", serving(0), {"lastEvaluated": {
        "known": True, "from": 1000, "until": LATELY * 1000}}, activity=counted(("other", 1, LATELY)))  # fmt: skip

    # What follows: which rules say yes (y), no (n) or nothing (?), and how many places of the code name it.
    verdicts: list[tuple[str, str, int | None, str]] = [
        ("yyyyy?", "every rule says yes", None, "remove"),
        ("yyyyyn", "that it is used does not matter while the code names it", 1, "remove"),
        ("yyyyyy", "nor in how many places", 2, "remove"),
        ("??yyyy", "when is unknown", 1, "ask"),
        ("yy?yyy", "the feedback is unknown", None, "ask"),
        ("yyyy??", "the need is unknown", 3, "ask"),
        ("nn????", "it changed lately", None, "keep"),
        ("ny???y", "it is not constant", None, "keep"),
        ("??n???", "the feedback is bad", None, "keep"),
        ("yy?n??", "a change is planned", None, "keep"),
        ("yyyyn?", "the product needs it", None, "keep"),
        ("nnnnny", "no code names it and nobody uses it, whatever the others say", 0, "delete"),
        ("yyyyy?", "no code names it, and nobody counted", 0, "ask"),
        ("yyyyyn", "no code names it, and somebody uses it", 0, "keep"),
    ]
    for answers, description, sites, verdict in verdicts:
        made, more = of_answers(answers)
        names = ("constant", "stable", "feedback", "plans", "need", "unused")
        spelled = {"y": YES, "n": NO, "?": UNKNOWN}
        found: dict[str, Json] = {name: spelled[answer] for name, answer in zip(names, answers, strict=True)}
        slug = f"verdict-{answers.replace('?', 'u')}-{'nobody-looked' if sites is None else sites}"
        ask(slug, description, made, {"verdict": verdict, "rules": found, "callSites": sites},
            callSites=ABSENT if sites is None else {"flag": sites} if sites else {}, **more)  # fmt: skip

    # The safety period.
    periods: list[tuple[str, dict[str, Json], int | None, str]] = [
        ("ahead", {"status": "Finished", "cleanupTimestamp": NOW + 1}, NOW + 1, "safety"),
        ("ahead-date", {"status": "Finished", "cleanup": "2100-01-01"}, 4_102_444_800, "safety"),
        ("over", {"status": "Finished", "cleanupTimestamp": NOW}, None, "ask"),
        ("no-date", {"status": "Finished"}, None, "ask"),
        ("not-finished", {"status": "Done", "cleanupTimestamp": NOW + 1}, None, "ask"),
    ]
    for slug, lifecycle, until, verdict in periods:
        ask(f"safety-{slug}", "until when it has to stay", serving(0, lifecycle),
            {"safetyUntil": until, "verdict": verdict, "status": lifecycle["status"]})  # fmt: skip
    ask("owner", "whose it is", serving(0, {"owner": "web"}), {"owner": "web", "status": None})
    call: dict[str, Json] = {"now": NOW}
    several = document([flag("b"), flag("a"), flag("gone", deleted=True), flag("\U0001f600"), flag("\ufb01")])
    listed: Json = [{"key": key} for key in ("a", "b", "\U0001f600", "\ufb01")]
    topic.case("several", "lifecycle", "in the order of the keys", {"retirements": call}, {"retirements": listed}, document=several)
    return [topic]


def rules_said(feedback: str, plans: str, need: str) -> dict[str, Json]:
    """What the rules say that only people know."""
    return {"rules": {"feedback": feedback, "plans": plans, "need": need}}


def of_answers(answers: str) -> tuple[dict[str, Json], dict[str, Json]]:
    """A document and the rest of the call for which the rules give these answers."""
    constant, stable, feedback, plans, need, unused = list(answers)
    lifecycle: dict[str, Json] = {}
    past: list[Json] = []
    variation: int | None = 0
    if (constant, stable) == ("y", "y"):
        lifecycle["lastModifiedTimestamp"] = LONG_AGO
    elif (constant, stable) == ("n", "n"):
        past = [{"from": 1, "document": serving(1)}, {"from": LATELY, "document": serving(0)}]
    elif (constant, stable) == ("n", "y"):
        lifecycle["lastModifiedTimestamp"], variation = LONG_AGO, None
    said: list[tuple[str, dict[str, Json], dict[str, Json]]] = [
        (feedback, {"feedback": "good", "openIssues": 0}, {"feedback": "bad"}),
        (plans, {"changePlanned": False}, {"changePlanned": True}),
        (need, {"needed": False}, {"needed": True}),
    ]
    for answer, yes, no in said:
        lifecycle.update(yes if answer == "y" else no if answer == "n" else {})
    more: dict[str, Json] = {"history": past} if past else {}
    if unused != "?":
        more["activity"] = counted(("other", LONG_AGO, NOW), *([("flag", LATELY, LATELY)] if unused == "n" else []))
    return serving(variation, lifecycle), more
