"""Statuses, certification and retirement of flags."""

from __future__ import annotations

import json
from collections.abc import Sequence

from suite.cases import CONFORMANCE, read

from ..builders import ABSENT, Json, document, flag, rollout, weights
from ..hashing import digest
from ..topic import Topic

# Statuses, and what follows from the tests of an artifact.

TABLES = read(next(CONFORMANCE.parent.glob("*/src/certification/tables/certification.json")))
STATUSES = ["To Do", "Doing", "Staging", "Done", "Finished"]
FOLLOWS = {"To Do": ["Doing"], "Doing": ["Staging"], "Staging": ["Doing", "Done"], "Done": ["Doing", "Finished"], "Finished": []}
"""What may follow each status, beside itself."""

NOW = 900


def slug_of(name: str) -> str:
    """A name as a part of an id."""
    return name.lower().replace(" ", "-")


def one(lifecycle: Json = ABSENT, **given: Json) -> dict[str, Json]:
    """A document of one flag with a lifecycle."""
    return document([flag(lifecycle=lifecycle, **given)])


def statuses() -> Topic:
    """Another status for a flag."""
    topic = Topic("statuses", "Statuses, which follow each other")

    def ask(slug: str, description: str, made: Json, to: str, expect: dict[str, Json], key: str = "flag", then: Json = ABSENT) -> None:
        call: dict[str, Json] = {"flag": key, "to": to, "now": NOW, "then": {"load": {}} if then == ABSENT else then}
        topic.case(slug, "lifecycle", description, {"status": call}, expect, document=made)

    def after(made: dict[str, Json], lifecycle: Json, version: int = 2, meta_version: int = 1) -> dict[str, Json]:
        """The document with that lifecycle and the next versions."""
        held = made["flags"]
        assert isinstance(held, dict)
        written = held["flag"]
        assert isinstance(written, dict)
        meta = made.get("meta", {})
        assert isinstance(meta, dict)
        changed: Json = {**written, "lifecycle": lifecycle, "version": version}
        return {**made, "flags": {**held, "flag": changed}, "meta": {**meta, "version": meta_version}}

    def moved(to: str) -> dict[str, Json]:
        """What every new status writes."""
        staged: dict[str, Json] = {"stagedTimestamp": NOW} if to == "Staging" else {}
        return {"status": to, "statusTimestamp": NOW, **staged}

    for before in STATUSES:
        for to in STATUSES:
            made = one({"status": before})
            slug = f"{slug_of(before)}-to-{slug_of(to)}"
            if to == before:
                ask(slug, "what it has it keeps, and no version is raised", made, to, {"digest": digest(made), "version": None})
            elif to in FOLLOWS[before]:
                ask(slug, "one follows the other", made, to, {"digest": digest(after(made, moved(to))), "version": 1})
            else:
                refused: Json = {"code": "illegal-transition", "legal": list(FOLLOWS[before])}
                ask(slug, "one does not follow the other", made, to, {"refused": refused})
    for to in STATUSES:
        nothing: list[tuple[str, Json]] = [("absent", ABSENT), ("null", None), ("unknown", {"status": "Released"})]
        for name, without in nothing:
            made = one(without)
            ask(f"{name}-to-{slug_of(to)}", "a flag that has none may get any", made, to, {"digest": digest(after(made, moved(to)))})
    rows: list[tuple[str, str, dict[str, Json], str, dict[str, Json]]] = [
        ("keeps-staged", "since when it was in staging says which artifacts hold it", {"status": "Staging", "statusTimestamp": 100},
         "Done", {"stagedTimestamp": 100}),
        ("keeps-staged-written", "an existing timestamp is kept", {"status": "Staging", "statusTimestamp": 100, "stagedTimestamp": 50},
         "Done", {"stagedTimestamp": 50}),
        ("forgets-staged", "a flag that is in development again is in no artifact", {"status": "Done", "stagedTimestamp": 50, "deployedTimestamp": 60},
         "Doing", {"stagedTimestamp": None, "deployedTimestamp": None}),
        ("forgets-modules", "nor is it certified or deployed in a module",
         {"status": "Done", "modules": ["api"], "certifiedTimestamps": {"api": 50}, "deployedTimestamps": {"api": 60}},
         "Doing", {"certifiedTimestamps": None, "deployedTimestamps": None}),
        ("stages-anew", "nor since when it was", {"status": "Doing", "stagedTimestamp": 50}, "Staging", {}),
        ("keeps-the-rest", "nothing else changes", {"status": "To Do", "owner": "web", "lastModifiedTimestamp": 5}, "Doing", {}),
    ]  # fmt: skip
    for slug, description, lifecycle, to, more in rows:
        made = one(lifecycle)
        ask(slug, description, made, to, {"digest": digest(after(made, {**lifecycle, **moved(to), **more}))})
    versioned = {**one({"status": "Doing"}, version=41), "meta": {"version": 7, "lastModifiedTimestamp": 5}}
    ask("versions", "the versions of the flag and of the document are raised by one", versioned, "Staging",
        {"digest": digest(after(versioned, moved("Staging"), 42, 8)), "version": 8})  # fmt: skip
    unversioned = one({"status": "Doing"}, version=ABSENT)
    ask("versions-absent", "one that is absent counts as 0", unversioned, "Staging",
        {"digest": digest(after(unversioned, moved("Staging"), 1)), "version": 1})  # fmt: skip
    ask("style", "a name in another style", one({"status": "Doing"}), "STAGING", {"version": 1})
    ask("twice", "the next step takes the next version", one({"status": "Doing"}), "Staging",
        {"version": 2}, then={"status": {"flag": "flag", "to": "Done", "now": 901, "then": {"load": {}}}})  # fmt: skip
    refusals: list[tuple[str, dict[str, Json], str, str, str]] = [
        ("unknown-flag", one(), "other", "Doing", "unknown-flag"),
        ("tombstone", one(deleted=True), "flag", "Doing", "unknown-flag"),
        ("unknown-status", one(), "flag", "Released", "unknown-status"),
        ("lifecycle-number", one(7), "flag", "Doing", "malformed-flag"),
        ("lifecycle-list", one([]), "flag", "Doing", "malformed-flag"),
        ("flag-number", {"flags": {"flag": 7}}, "flag", "Doing", "malformed-flag"),
    ]
    for slug, made, key, to, code in refusals:
        ask(f"refused-{slug}", "what cannot be changed", made, to, {"refused": {"code": code, "legal": []}}, key)
    return topic


def certifications() -> Topic:
    """What the tests of an artifact say, and what its deployment brings."""
    topic = Topic("certifications", "What follows from the tests of an artifact, from its deployment, and from a rollout's end")

    def ask(slug: str, description: str, call: dict[str, Json], made: Json, expect: dict[str, Json]) -> None:
        topic.case(slug, "lifecycle", description, call, expect, document=made)

    staged = one({"status": "Staging", "statusTimestamp": 100})
    done: Json = {"status": "Done", "statusTimestamp": NOW, "stagedTimestamp": 100}
    moves: Json = [{"key": "flag", "from": "Staging", "to": "Done", "set": done}]
    for row in TABLES["steps"]:
        first, second = row["productionState"], row["nextRelease"]
        ask(f"steps-{first}-{second}", f"Production State {first}, Next Release {second}",
            {"certification": {"productionState": first, "nextRelease": second, "now": NOW}}, staged,
            {"verdict": row["verdict"], "deployable": row["deployable"], "artifactTimestamp": NOW,
             "changes": moves if row["moves"] else [], "left": [], "untested": []})  # fmt: skip
    two: Json = document([flag("f", lifecycle={"status": "Staging", "statusTimestamp": 100}), flag("g")])
    for number, row in enumerate(TABLES["evidence"]):
        ask(f"evidence-{number}", f"what the tests evaluated: {row['why']}",
            {"certification": {"productionState": "passed", "nextRelease": "passed", "now": NOW, "evaluated": {
                "productionState": row["productionState"], "nextRelease": row["nextRelease"]}}}, two,
            {"verdict": row["verdict"], "deployable": row["verdict"] != "not-deployable",
             "changes": [{"key": "f", "from": "Staging", "to": "Done", "set": done}] if row["moves"] else [],
             "untested": ["f"] if row["untested"] else []})  # fmt: skip
    for number, row in enumerate(TABLES["artifacts"]):
        answered: dict[str, Json] = {"features": [], "changes": []}
        if row["result"] != "deployable":
            answered = {"refused": {"code": row["result"], "legal": []}}
        ask(f"artifacts-{number}", f"whether an artifact of 200 may be deployed: {row['why']}",
            {"deployment": {"artifactTime": 200, "now": NOW, **module_of(row)}}, {"flags": {}, "meta": row["meta"]}, answered)  # fmt: skip
    artifact = TABLES["artifact"]
    built, now = artifact["built"], artifact["now"]
    for number, row in enumerate(artifact["features"]):
        lifecycle = row["lifecycle"]
        status, included = lifecycle.get("status"), row["included"]
        made = one(lifecycle)
        certified: Json = {**made, "meta": {"artifacts": [{"timestamp": built, "deployable": True}]}}
        feature: dict[str, Json] = {"key": "flag", "status": status, "included": included, "beta": status == "Done" and included == "yes"}
        written: list[Json] = []
        if row["deployed"] is not None:
            value = None if row["deployed"] == "cleared" else row["deployed"]
            written = [{"key": "flag", "from": status, "to": status, "set": {"deployedTimestamp": value}}]
        ask(f"deployment-{number}", f"what was {json.dumps(lifecycle)} when an artifact of {built} is deployed",
            {"deployment": {"artifactTime": built, "now": now}}, certified,
            {"features": [] if included is None else [feature], "changes": written})  # fmt: skip
        changes: list[Json] = []
        if row["done"] is not None:
            changes = [{"key": "flag", "from": "Staging", "to": "Done", "set": row["done"]}]
        ask(f"certification-{number}", f"what was {json.dumps(lifecycle)} when an artifact of {built} is certified",
            {"certification": {"productionState": "passed", "nextRelease": "passed", "artifactTime": built, "now": now}}, made,
            {"verdict": "certified", "deployable": True, "artifactTimestamp": built, "changes": changes,
             "left": [feature] if status == "Staging" and included != "yes" else [], "untested": []})  # fmt: skip
    modules = TABLES["modules"]
    named = module_of(modules)
    built, now = modules["built"], modules["now"]
    for number, row in enumerate(modules["features"]):
        lifecycle, included, waiting = row["lifecycle"], row["included"], row["waiting"]
        status = lifecycle["status"]
        feature = {"key": "flag", "status": status, "included": included, "beta": row["beta"]}
        made = one(lifecycle)
        recorded: Json = {**made, "meta": {"artifacts": [{**named, "timestamp": built, "deployable": True}]}}
        changes = []
        if row["certified"] is not None:
            changes = [{"key": "flag", "from": "Staging", "to": row["certified"].get("status", "Staging"), "set": row["certified"]}]
        is_late = status == "Staging" and included == "no"
        ask(f"module-certification-{number}", f"an artifact of a module is certified: {row['why']}",
            {"certification": {"productionState": "passed", "nextRelease": "passed", "artifactTime": built, "now": now, **named}}, made,
            {"verdict": "certified", "deployable": True, "artifactTimestamp": built, "changes": changes, "untested": [], **named,
             "waiting": [{"key": "flag", "modules": waiting}] if waiting else [],
             "left": [{**feature, "beta": False}] if is_late else []})  # fmt: skip
        written = [] if row["deployed"] is None else [{"key": "flag", "from": status, "to": status, "set": row["deployed"]}]
        ask(f"module-deployment-{number}", f"an artifact of a module is deployed: {row['why']}",
            {"deployment": {"artifactTime": built, "now": now, **named}}, recorded,
            {"features": [] if included is None else [feature], "changes": written})  # fmt: skip
    for row in TABLES["finish"]:
        status, constant, result = row["status"], row["constant"], row["result"]
        share = 0 if constant else 1
        made = one({"status": status}, fallthrough={"rollout": rollout(weights((1, share), (0, 100_000)))})
        answer: dict[str, Json]
        if result == "finished":
            end: Json = {"status": "Finished", "statusTimestamp": NOW, "cleanupTimestamp": NOW + 700}
            answer = {"change": {"key": "flag", "from": status, "to": "Finished", "set": end}}
        elif result == "nothing":
            answer = {"change": None}
        else:
            legal: Json = list(FOLLOWS[status]) if result == "illegal-transition" else []
            answer = {"refused": {"code": result, "legal": legal}}
        before = "none" if status is None else slug_of(status)
        ask(f"finish-{before}-{'rolled-out' if constant else 'by-percentage'}", "the end of a rollout",
            {"finish": {"flag": "flag", "now": NOW, "safetyPeriod": 700}}, made, answer)  # fmt: skip
    for number, row in enumerate(TABLES["rolledOut"]):
        more: dict[str, Json] = {"onVariation": row["onVariation"]} if "onVariation" in row else {}
        item: Json = {**row["flag"], "lifecycle": {"status": "Done", **more}}
        other: Json = {"on": True, "variations": [1, 2], "fallthrough": {"variation": 1}}
        answer = {"refused": {"code": "not-rolled-out", "legal": []}}
        if row["result"] == "finished":
            end = {"status": "Finished", "statusTimestamp": NOW, "cleanupTimestamp": NOW + 700}
            answer = {"change": {"key": "flag", "from": "Done", "to": "Finished", "set": end}}
        ask(f"finish-rolled-out-{number}", f"whether everybody has the feature: {row['why']}",
            {"finish": {"flag": "flag", "now": NOW, "safetyPeriod": 700}}, {"flags": {"flag": item, "other": other}}, answer)  # fmt: skip
    ask("finish-usual-period", "four weeks unless given", {"finish": {"flag": "flag", "now": NOW}}, one({"status": "Done"}),
        {"change": {"key": "flag", "from": "Done", "to": "Finished", "set":
                    {"status": "Finished", "statusTimestamp": NOW, "cleanupTimestamp": NOW + 28 * 86_400}}})  # fmt: skip
    ask("finish-unknown", "a flag that is not there", {"finish": {"flag": "other", "now": NOW}}, one(),
        {"refused": {"code": "unknown-flag", "legal": []}})  # fmt: skip
    ask("deployment-several", "in the order of the keys", {"deployment": {"artifactTime": built, "now": now}}, document([
        flag("b", lifecycle={"status": "Done", "statusTimestamp": 150}), flag("a", lifecycle={"status": "Staging"}), flag("c")],
        meta={"artifact": {"timestamp": built, "deployable": True}}),
        {"features": [{"key": "a", "status": "Staging", "included": "unknown", "beta": False},
                      {"key": "b", "status": "Done", "included": "yes", "beta": True}],
         "changes": [{"key": "b", "from": "Done", "to": "Done", "set": {"deployedTimestamp": now}}]})  # fmt: skip
    return topic


# Retirement of flags, by documents, evaluation counts, call sites and answers of people.

WEEK = 7 * 86_400
RETIREMENT_NOW = 100 * WEEK
LONG_AGO, LATELY = RETIREMENT_NOW - 5 * WEEK, RETIREMENT_NOW - WEEK
"""Before and after the default period of four weeks."""

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


def retirement_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("retirements", "Which flags can be removed, and what is unknown about the others")

    def ask(slug: str, description: str, made: Json, expect: dict[str, Json], **given: Json) -> None:
        call: dict[str, Json] = {"now": RETIREMENT_NOW, **{name: value for name, value in given.items() if value != ABSENT}}
        wanted: dict[str, Json] = {"retirements": [{"key": "flag", **expect}]}
        topic.case(slug, "lifecycle", description, {"retirements": call}, wanted, document=made)

    def history(*documents: tuple[int, dict[str, Json]]) -> Json:
        return [{"from": moment, "document": made} for moment, made in documents]

    def rules(constant: str, stable: str, **more: Json) -> dict[str, Json]:
        return {"rules": {"constant": constant, "stable": stable, **more}}

    # Evidence of time, from documents and timestamps.
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

    # The value that every context gets.
    values: list[tuple[str, dict[str, Json], Json]] = [
        ("value", serving(1), {"value": "yes"}),
        ("off", document([flag(on=False)]), {"value": "off"}),
        ("default", document([flag(on=False, offVariation=ABSENT)]), {"default": True}),
        ("several", split, None),
        ("equal-values", document([flag(variations=["no", "no"], fallthrough={"rollout": rollout(weights((0, 1), (1, 99_999)))})]),
         {"value": "no"}),
    ]  # fmt: skip
    for slug, made, constant_value in values:
        ask(f"constant-{slug}", "the value that every context gets", made, {"constant": constant_value})

    # Feedback and checks.
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

    # Evaluation counts show no activity only if they cover the whole period.
    spans: list[tuple[str, Sequence[tuple[str, int, int]], str]] = [
        ("others-all-the-time", [("other", LONG_AGO, RETIREMENT_NOW)], YES),
        ("others-too-late", [("other", LATELY, RETIREMENT_NOW)], UNKNOWN),
        ("others-too-early", [("other", 1, LONG_AGO)], UNKNOWN),
        ("before", [("flag", 1, LONG_AGO), ("other", 1, RETIREMENT_NOW)], YES),
        ("since", [("flag", 1, LATELY), ("other", 1, RETIREMENT_NOW)], NO),
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
        ("ahead", {"status": "Finished", "cleanupTimestamp": RETIREMENT_NOW + 1}, RETIREMENT_NOW + 1, "safety"),
        ("ahead-date", {"status": "Finished", "cleanup": "2100-01-01"}, 4_102_444_800, "safety"),
        ("over", {"status": "Finished", "cleanupTimestamp": RETIREMENT_NOW}, None, "ask"),
        ("no-date", {"status": "Finished"}, None, "ask"),
        ("not-finished", {"status": "Done", "cleanupTimestamp": RETIREMENT_NOW + 1}, None, "ask"),
    ]
    for slug, lifecycle, until, verdict in periods:
        ask(f"safety-{slug}", "until when it must be kept", serving(0, lifecycle),
            {"safetyUntil": until, "verdict": verdict, "status": lifecycle["status"]})  # fmt: skip
    ask("owner", "whose it is", serving(0, {"owner": "web"}), {"owner": "web", "status": None})
    call: dict[str, Json] = {"now": RETIREMENT_NOW}
    several = document([flag("b"), flag("a"), flag("gone", deleted=True), flag("\U0001f600"), flag("\ufb01")])
    listed: Json = [{"key": key} for key in ("a", "b", "\U0001f600", "\ufb01")]
    topic.case("several", "lifecycle", "in the order of the keys", {"retirements": call}, {"retirements": listed}, document=several)
    return [topic]


def module_of(row: dict[str, Json]) -> dict[str, Json]:
    """The argument for the module of an artifact, if a row names one."""
    return {"module": row["module"]} if "module" in row else {}


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
        more["activity"] = counted(("other", LONG_AGO, RETIREMENT_NOW), *([("flag", LATELY, LATELY)] if unused == "n" else []))
    return serving(variation, lifecycle), more


def topics() -> list[Topic]:
    """The topics of this module."""
    return [statuses(), certifications()]
