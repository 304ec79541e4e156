"""Planned rollouts: stages, their least times, and the alarms that guard them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..builders import ABSENT, Json, document, flag, in_segment, over, rollout, rule, segment, weights
from ..hashing import digest
from ..topic import Topic

SHARES: list[float] = [0, 5, 25, 100]
DURATIONS = [3600, 7200, 600, 60]
STAGES: list[Json] = [
    {"segment": "staff", "duration": "1h"},
    {"share": 5, "duration": 7200},
    {"share": 25, "duration": "10m"},
    {"share": 100, "duration": 60},
]
SINCE = 10_000
ON, OTHERS = 1, 0
"""The variation that is rolled out, and that of the others."""


@dataclass(frozen=True)
class Progress:
    """How far a plan is."""

    state: str | None
    stage: int | None

    def members(self, since: int) -> dict[str, Json]:
        """The members of the plan that record it."""
        return {} if self.state is None else {"state": self.state, "stage": self.stage, "stageTimestamp": since}


def flag_at(
    progress: Progress, since: int = SINCE, *, on: bool | None = None, stamp: int | None = None, version: int = 1
) -> dict[str, Json]:
    """The flag that a plan has brought so far."""
    share = 0 if progress.stage is None else SHARES[progress.stage]
    if progress.state == "complete":
        share = 100
    buckets = int(share * 1000)
    started = progress.stage is not None
    generated = [rule(in_segment("staff", negate=False), id="lifecycle.rollout", variation=ON)]
    plan: dict[str, Json] = {"stages": STAGES, "alarms": ["a", "b"], **progress.members(since)}
    return flag(
        on=started if on is None else on,
        version=version,
        variations=["no", "yes"],
        offVariation=OTHERS,
        fallthrough={"rollout": rollout(weights((ON, buckets), (OTHERS, 100_000 - buckets)))},
        rules=[] if not started or progress.state == "complete" else generated,
        lifecycle=over({"onVariation": ON, "rollout": plan}, {} if stamp is None else {"lastModifiedTimestamp": stamp}),
    )


def with_plan(item: Json, meta: Json = ABSENT) -> dict[str, Json]:
    """A document of that flag and the segment of the first stage."""
    assert isinstance(item, dict)
    return document([item], [segment("staff", included=["eve"])], meta=meta)


def decided(decision: str, stage: int | None, changed: bool, until: int | None = None, alarms: tuple[str, ...] = ()) -> dict[str, Json]:
    """A decision about the flag."""
    share: Json = None if stage is None else SHARES[stage]
    return {
        "key": "flag", "decision": decision, "stage": stage, "share": share, "until": until, "alarms": list(alarms), "path": None,
        "changed": changed,
    }  # fmt: skip


ALARMS: dict[str, tuple[dict[str, Json], tuple[str, ...]]] = {
    "quiet": ({"a": "ok", "b": "ok"}, ()),
    "alarm": ({"a": "ok", "b": "alarm"}, ("b",)),
    "alarm-and-unknown": ({"a": "ALARM", "b": "INSUFFICIENT_DATA"}, ("a",)),
    "unknown": ({"b": "OK", "c": "alarm"}, ("a",)),
}
"""States of alarms, and the alarms that a decision names."""


def steps() -> Topic:
    """The truth table of a plan's steps."""
    topic = Topic("plans", "Steps of planned rollouts")
    planned = Progress(None, None)
    positions = [planned, Progress("running", None), Progress("alarm", None), Progress("complete", 3)]
    positions += [Progress(state, stage) for state in ("running", "alarm") for stage in range(4)]
    for held in positions:
        duration = DURATIONS[held.stage or 0]
        times = {"back": SINCE - 1, "early": SINCE + duration - 1, "due": SINCE + duration}
        for alarms, (states, named) in ALARMS.items():
            for time, now in times.items():
                after, expect = outcome(held, alarms.split("-")[0], time, named)
                changed = after != held
                slug = f"{held.state or 'planned'}-{'off' if held.stage is None else held.stage}-{alarms}-{time}"
                before = flag_at(held)
                since = max(now, SINCE) if changed and held.state is not None else now if changed else SINCE
                shares = flag_at(after, since, stamp=now, version=2)
                # Only the progress changes if the share, the rule and `on` remain; a document without a time gets one.
                same = all(shares[name] == before[name] for name in ("on", "rules", "fallthrough"))
                if same:
                    shares = flag_at(after, since, version=2)
                if after.stage is None and held.stage is not None:
                    # It is turned off; the rest remains.
                    shares = {**shares, "rules": before["rules"], "fallthrough": before["fallthrough"]}
                result = with_plan(shares, {"version": 1, "lastModifiedTimestamp": now}) if changed else with_plan(before)
                call: Json = {"advance": {"alarms": states, "now": now}}
                topic.case(slug, "lifecycle", f"{alarms} alarms, {time}", call,
                    {"decisions": [{**expect, "changed": changed}], "version": 1 if changed else None, "digest": digest(result)},
                    document=with_plan(before))  # fmt: skip
    others(topic)
    return topic


def outcome(held: Progress, alarms: str, time: str, named: tuple[str, ...]) -> tuple[Progress, dict[str, Json]]:
    """The progress after a step, and the decision."""
    stage = held.stage
    if held.state == "complete":
        return held, decided("complete", stage, False, alarms=named)
    if alarms == "alarm":
        if held.state is None:
            return held, decided("waits", None, False, alarms=named)
        if held.state == "alarm" and (stage is None or time != "due"):
            return held, decided("alarm", stage, False, alarms=named)
        back = None if not stage else stage - 1
        return Progress("alarm", back), decided("alarm", back, True, alarms=named)
    if alarms == "unknown":
        return held, decided("waits", stage, False, alarms=named)
    if held.state == "alarm":
        return Progress("running", stage), decided("waits", stage, True)
    if held.state is None:
        return Progress("running", 0), decided("next stage", 0, True)
    if time == "back":
        return held, decided("waits", stage, False)
    if time == "early":
        return held, decided("waits", stage, False, until=SINCE + DURATIONS[stage or 0])
    if stage == 3:
        return replace(held, state="complete"), decided("complete", 3, True)
    following = 0 if stage is None else stage + 1
    return Progress("running", following), decided("next stage", following, True)


def others(topic: Topic) -> None:
    """Starts, flags that somebody changed, fallthroughs, and malformed plans."""

    def ask(
        slug: str, description: str, before: Json, decision: dict[str, Json], after: Json = None, now: int = SINCE, **states: Json
    ) -> None:
        expect: dict[str, Json] = {"decisions": [decision], "version": None, "digest": digest(with_plan(before))}
        if after is not None:
            expect.update(version=1, digest=digest(with_plan(after, {"version": 1, "lastModifiedTimestamp": now})))
        topic.case(slug, "lifecycle", description, {"advance": {"alarms": states, "now": now}}, expect, document=with_plan(before))

    short: dict[str, Json] = {"stages": [{"share": 5, "duration": "1h"}, {"share": 100}]}
    started: dict[str, Json] = {"state": "running", "stage": 0, "stageTimestamp": SINCE}

    def simple(plan: Json, /, **given: Json) -> dict[str, Json]:
        return flag(**{"on": False, "variations": [True, False], "offVariation": 1, "fallthrough": {"variation": 0},
                       "lifecycle": {"rollout": plan}, **given})  # fmt: skip

    first = decided("next stage", 0, True)
    first["share"] = 5
    split: Json = {"rollout": rollout(weights((0, 5000), (1, 95_000)))}
    begun: Json = {"rollout": {**short, **started}, "lastModifiedTimestamp": SINCE}
    fallthroughs: list[tuple[str, Json, Json]] = [
        ("on", {"variation": 0}, split),
        ("others", {"variation": 1}, split),
        ("absent", ABSENT, split),
        ("rollout", {"rollout": rollout(weights((1, 100_000)), seed=7, bucketBy="team")},
         {"rollout": rollout(weights((0, 5000), (1, 95_000)), seed=7, bucketBy="team")}),
        ("order", {"rollout": rollout([{"variation": 1, "weight": 100_000, "untracked": True}, {"weight": 0}])},
         {"rollout": rollout([{"variation": 1, "weight": 95_000, "untracked": True}, {"variation": 0, "weight": 5000}])}),
        ("variation-null", {"variation": None, "rollout": rollout(weights((0, 5000), (1, 95_000)))},
         {"variation": None, "rollout": rollout(weights((0, 5000), (1, 95_000)))}),
    ]  # fmt: skip
    for slug, fallthrough, after in fallthroughs:
        before = over(simple(short), {"fallthrough": fallthrough})
        written = over(simple(short), {"fallthrough": after, "on": True, "version": 2, "lifecycle": begun})
        ask(f"fallthrough-{slug}", "weights of the fallthrough", before, first, written)
    scheduled: dict[str, Json] = {**short, "startTimestamp": SINCE}
    early = decided("waits", None, False, until=SINCE)
    ask("start-early", "a plan starts at its time", simple(scheduled), early, now=SINCE - 1)
    opened: Json = {"rollout": {**scheduled, **started}, "lastModifiedTimestamp": SINCE}
    ask("start", "a plan starts at its time", simple(scheduled), first,
        simple(scheduled, fallthrough=split, on=True, version=2, lifecycle=opened))  # fmt: skip
    off = {**decided("waits", 0, False), "share": 5}
    ask("turned-off", "a flag that somebody turned off remains off", simple({**short, **started}), off, now=SINCE + 3600)
    ask("turned-off-alarm", "whatever its alarms are", simple({**short, **started, "alarms": ["a"]}), {**off, "alarms": ["a"]}, a="alarm")
    lowered = rollout(weights((0, 10), (1, 99_990)))
    second: dict[str, Json] = {"stages": [{"share": 5}, {"share": 25}, {"share": 100}], "alarms": ["a"], **started, "stage": 1}
    before = simple(second, on=True, fallthrough={"rollout": lowered})
    back: dict[str, Json] = {**second, "state": "alarm", "stage": 0}
    unraised = simple(back, on=True, fallthrough={"rollout": lowered}, version=2)
    topic.case("lowered", "lifecycle", "an alarm never raises a share that somebody lowered", {"advance": {"alarms": {"a": "alarm"}, "now": SINCE}},
        {"decisions": [{**decided("alarm", 0, True, alarms=("a",)), "share": 5}], "version": 1,
         "digest": digest(with_plan(unraised, {"version": 1, "lastModifiedTimestamp": SINCE}))}, document=with_plan(before))  # fmt: skip
    needs: Json = [{"key": "flag", "variation": 0}]

    def dependents(version: int, time: int, /, *flags: dict[str, Json], meta: Json) -> dict[str, Json]:
        own = flag("own", version=version, prerequisites=needs, lifecycle={"lastModifiedTimestamp": time})
        return document([own, *flags], meta=meta)

    whole: dict[str, Json] = {"stages": [{"share": 100}]}
    going: dict[str, Json] = {"rollout": {**whole, **started}, "lastModifiedTimestamp": SINCE}
    planned, on = simple(whole), simple(whole, on=True, version=2, fallthrough={"variation": 0}, lifecycle=going)
    changes = "its answers change too, so it has the time of the change"
    everybody = {**decided("next stage", 0, True), "share": 100}
    none = flag("none", prerequisites=needs)
    for slug, description, now, before, after in (
        ("dependent", changes, SINCE, dependents(1, 5, planned, meta={"lastModifiedTimestamp": 9}),
         dependents(2, SINCE, on, meta={"lastModifiedTimestamp": 9, "version": 1})),
        ("dependent-without-time", "a flag without a time has that of the document", SINCE,
         dependents(1, 5, planned, none, meta={"lastModifiedTimestamp": 9}),
         dependents(2, SINCE, on, none, meta={"lastModifiedTimestamp": SINCE, "version": 1})),
        ("clock-back", "a time never goes back", SINCE, dependents(1, SINCE + 7, planned, none, meta={"lastModifiedTimestamp": SINCE + 9}),
         dependents(1, SINCE + 7, on, none, meta={"lastModifiedTimestamp": SINCE + 9, "version": 1})),
    ):  # fmt: skip
        topic.case(slug, "lifecycle", description, {"advance": {"alarms": {}, "now": now}},
            {"decisions": [everybody], "version": 1, "digest": digest(after)}, document=before)  # fmt: skip
    malformed(topic, simple)


def malformed(topic: Topic, simple: object) -> None:
    """Plans without an effect, and the place of their problem."""
    assert callable(simple)
    whole: Json = [{"share": 100}]
    plan = "flags.flag.lifecycle.rollout"
    rows: list[tuple[str, Json, str]] = [
        ("number", 7, ""),
        ("list", [], ""),
        ("empty", {}, ".stages"),
        ("stages-empty", {"stages": []}, ".stages"),
        ("stages-object", {"stages": {}}, ".stages"),
        ("stage-number", {"stages": [5]}, ".stages[0]"),
        ("stage-empty", {"stages": [{}]}, ".stages[0]"),
        ("stage-both", {"stages": [{"share": 5, "segment": "staff"}, {"share": 100}]}, ".stages[0]"),
        ("share-falls", {"stages": [{"share": 25}, {"share": 5}, {"share": 100}]}, ".stages[1].share"),
        ("share-repeats", {"stages": [{"share": 25}, {"share": 25}, {"share": 100}]}, ".stages[1].share"),
        ("share-zero", {"stages": [{"share": 0}, {"share": 100}]}, ".stages[0].share"),
        ("share-negative", {"stages": [{"share": -5}]}, ".stages[0].share"),
        ("share-above", {"stages": [{"share": 100.001}]}, ".stages[0].share"),
        ("share-decimals", {"stages": [{"share": 0.0001}, {"share": 100}]}, ".stages[0].share"),
        ("share-text", {"stages": [{"share": "5"}]}, ".stages[0].share"),
        ("not-everybody", {"stages": [{"share": 25}, {"share": 50}]}, ".stages[1]"),
        ("segment-unknown", {"stages": [{"segment": "who"}, {"share": 100}]}, ".stages[0].segment"),
        ("segment-number", {"stages": [{"segment": 7}, {"share": 100}]}, ".stages[0].segment"),
        ("segment-later", {"stages": [{"share": 5}, {"segment": "staff"}]}, ".stages[1].segment"),
        ("duration-text", {"stages": [{"share": 100, "duration": "soon"}]}, ".stages[0].duration"),
        ("duration-negative", {"stages": [{"share": 100, "duration": -1}]}, ".stages[0].duration"),
        ("duration-fraction", {"stages": [{"share": 100, "duration": 0.5}]}, ".stages[0].duration"),
        ("stage-member", {"stages": [{"share": 5, "hours": 24}, {"share": 100}]}, ".stages[0].hours"),
        ("member", {"stages": whole, "alarm": ["a"]}, ".alarm"),
        ("alarms-text", {"stages": whole, "alarms": "a"}, ".alarms"),
        ("alarms-unnamed", {"stages": whole, "alarms": ["a", ""]}, ".alarms[1]"),
        ("start-text", {"stages": whole, "startTimestamp": "soon"}, ".startTimestamp"),
        ("state", {"stages": whole, "state": "paused", "stageTimestamp": 5}, ".state"),
        ("stage-alone", {"stages": whole, "stage": 0}, ".stage"),
        ("stage-beyond", {"stages": whole, "state": "running", "stage": 1, "stageTimestamp": 5}, ".stage"),
        ("since", {"stages": whole, "state": "running", "stage": 0}, ".stageTimestamp"),
        ("since-milliseconds", {"stages": whole, "state": "running", "stage": 0, "stageTimestamp": 1_795_172_400_000}, ".stageTimestamp"),
    ]
    flags: list[tuple[str, dict[str, Json], str]] = [
        ("variation-unknown", {"variations": [1, 2, 3]}, "flags.flag.lifecycle.onVariation"),
        ("variation-out-of-range", {"lifecycle": {"onVariation": 2, "rollout": {"stages": whole}}}, "flags.flag.lifecycle.onVariation"),
        ("no-other-variation", {"variations": [True], "offVariation": 0}, "flags.flag.offVariation"),
        ("two-others", {"variations": [True, False, 3], "lifecycle": {"onVariation": 0, "rollout": {"stages": whole}},
                        "fallthrough": {"rollout": rollout(weights((1, 50_000), (2, 50_000)))}}, "flags.flag.fallthrough"),
        ("fallthrough-number", {"fallthrough": 7}, "flags.flag.fallthrough"),
        ("flag", {"variations": 7}, "flags.flag"),
    ]  # fmt: skip
    made: list[tuple[str, dict[str, Json], str]] = [(slug, simple(written), f"{plan}{place}") for slug, written, place in rows]
    made += [(f"flag-{slug}", simple({"stages": whole}, **given), place) for slug, given, place in flags]
    for slug, item, path in made:
        decision: Json = {
            "key": "flag", "decision": "malformed plan", "stage": None, "share": None, "until": None, "alarms": [], "path": path,
            "changed": False,
        }  # fmt: skip
        before = with_plan(item)
        topic.case(f"malformed-{slug}", "lifecycle", "a malformed plan has no effect", {"advance": {"alarms": {}, "now": SINCE}},
                   {"decisions": [decision], "version": None, "digest": digest(before)}, document=before)  # fmt: skip
    pair = simple({"stages": whole}, prerequisites=[{"key": "new", "variation": 0}])
    unable: list[tuple[str, dict[str, Json], str]] = [
        ("part", with_plan(simple({"stages": whole}, targets=7)), "flags.flag.targets"),
        ("cycle", document([pair, flag("new", prerequisites=[{"key": "flag", "variation": 0}])]), "flags.flag.prerequisites"),
        ("prerequisite", document([pair, flag("new", targets=7)]), "flags.new.targets"),
    ]
    for slug, before, path in unable:
        refused: Json = {
            "key": "flag", "decision": "malformed flag", "stage": None, "share": None, "until": None, "alarms": [], "path": path,
            "changed": False,
        }  # fmt: skip
        topic.case(f"malformed-{slug}", "lifecycle", "a flag that could not answer is not turned on", {"advance": {"alarms": {}, "now": SINCE}},
                   {"decisions": [refused], "version": None, "digest": digest(before)}, document=before)  # fmt: skip
    several = document([
        flag("c", lifecycle={"rollout": 7}), flag("b", lifecycle={"rollout": None}), flag("a", lifecycle={"rollout": {"stages": []}}), flag("d"),
    ])  # fmt: skip
    nothing: dict[str, Json] = {"decision": "malformed plan", "stage": None, "share": None, "until": None, "alarms": [], "changed": False}
    topic.case("several", "lifecycle", "in the order of the keys; a flag without a plan has no decision",
        {"advance": {"alarms": {}, "now": SINCE}},
        {"decisions": [{"key": "a", "path": "flags.a.lifecycle.rollout.stages", **nothing}, {"key": "c", "path": "flags.c.lifecycle.rollout", **nothing}],
         "version": None, "digest": digest(several)}, document=several)  # fmt: skip


def plan_topics() -> list[Topic]:
    """The topics of this module."""
    return [steps()]
