"""The clock as a context, over midnight and over the week."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ..document import clause, document, flag, multi, rule, user
from ..json_value import Json
from ..outcome import fell, ruled
from ..topic import Topic


def instant(text: str) -> int:
    """Epoch milliseconds of an ISO text in UTC."""
    moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


def local(now_ms: float, offset_minutes: int) -> dict[str, Json]:
    """The clock's context by Python's own calendar."""
    whole = int(now_ms // 1)
    there = datetime(1970, 1, 1) + timedelta(milliseconds=whole) + timedelta(minutes=offset_minutes)
    return {
        "key": "clock",
        "epochMillis": now_ms,
        "minuteOfDay": there.hour * 60 + there.minute,
        "dayOfWeek": there.isoweekday(),
        "date": there.date().isoformat(),
    }


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("clock", "`with_clock`: the local time of day, the weekday and the date as a context")
    rows: list[tuple[str, float, int]] = [
        ("epoch", 0, 0),
        ("last-millisecond-of-a-day", instant("2024-02-29T23:59:59.999"), 0),
        ("midnight", instant("2024-03-01T00:00:00"), 0),
        ("one-minute-past", instant("2024-03-01T00:01:00"), 0),
        ("last-second-of-a-minute", instant("2024-03-01T00:00:59.999"), 0),
        ("noon", instant("2024-03-01T12:00:00"), 0),
        ("leap-day", instant("2024-02-29T12:34:56"), 0),
        ("day-after-common-february", instant("2023-02-28T23:59:00"), 1),
        ("new-year", instant("2024-12-31T23:30:00"), 30),
        ("new-year-before", instant("2025-01-01T00:00:00"), -1),
        ("offset-into-tomorrow", instant("2024-06-30T23:00:00"), 120),
        ("offset-into-yesterday", instant("2024-07-01T03:59:00"), -240),
        ("offset-exactly-midnight", instant("2024-07-01T22:00:00"), 120),
        ("offset-half-hour", instant("2024-07-01T18:30:00"), 330),
        ("offset-quarter-hour", instant("2024-07-01T18:14:00"), 345),
        ("offset-plus-14", instant("2024-07-01T10:00:00"), 840),
        ("offset-minus-12", instant("2024-07-01T11:59:00"), -720),
        ("sunday-into-monday", instant("2024-03-03T23:00:00"), 60),
        ("monday-into-sunday", instant("2024-03-04T00:30:00"), -60),
        ("before-the-epoch", -1, 0),
        ("before-the-epoch-offset", -1, 60),
        ("long-before-the-epoch", instant("1900-03-01T00:00:00"), 0),
        ("century-without-leap-day", instant("1900-02-28T23:59:00"), 1),
        ("century-with-leap-day", instant("2000-02-29T23:59:00"), 1),
        ("fraction", instant("2024-03-01T12:00:00") + 0.5, 0),
        ("fraction-before-midnight", instant("2024-03-01T00:00:00") - 0.5, 0),
        ("far-future", instant("2999-12-31T23:59:00"), 0),
    ]
    for day in range(7):
        rows.append((f"weekday-{day + 1}", instant(f"2024-03-{4 + day:02}T12:00:00"), 0))
        rows.append((f"weekday-{day + 1}-midnight", instant(f"2024-03-{4 + day:02}T00:00:00"), 0))
        rows.append((f"weekday-{day + 1}-last-minute", instant(f"2024-03-{4 + day:02}T23:59:59"), 0))
    for slug, now, offset in rows:
        clock = local(now, offset)
        topic.case(slug, "clock", f"{slug.replace('-', ' ')}: {clock['date']}, weekday {clock['dayOfWeek']}",
                   {"withClock": {"nowMs": now, "offsetMinutes": offset}},
                   {"key": "clock:clock:user:alice",
                    "context": {"kind": "multi", "clock": clock, "user": {"key": "alice"}}}, context=user())  # fmt: skip
    noon = instant("2024-03-01T12:00:00")
    clock = local(noon, 60)
    call: Json = {"withClock": {"nowMs": noon, "offsetMinutes": 60}}
    contexts: list[tuple[str, str, Json, str, Json]] = [
        ("with-attributes", "attributes stay", user(plan="gold", name="Alice", anonymous=True),
         "clock:clock:user:alice", multi(clock=clock, user={"key": "alice", "plan": "gold", "name": "Alice",
                                                            "anonymous": True})),
        ("with-private", "private attributes stay", user(_meta={"privateAttributes": ["plan"]}),
         "clock:clock:user:alice",
         multi(clock=clock, user={"key": "alice", "_meta": {"privateAttributes": ["plan"]}})),
        ("with-multi", "a context of several kinds", multi(user={"key": "a:b"}, org={"key": "acme"}),
         "clock:clock:org:acme:user:a%3Ab", multi(clock=clock, org={"key": "acme"}, user={"key": "a:b"})),
        ("with-org", "a context without a user", {"kind": "org", "key": "acme"}, "clock:clock:org:acme",
         multi(clock=clock, org={"key": "acme"})),
        ("with-legacy", "a legacy user", {"key": "alice", "email": "x"}, "clock:clock:user:alice",
         multi(clock=clock, user={"key": "alice", "email": "x"})),
        ("replaced", "an existing clock is replaced", multi(user={"key": "a"}, clock={"key": "old", "date": "x", "y": 1}),
         "clock:clock:user:a", multi(clock=clock, user={"key": "a"})),
        ("replaced-alone", "a context that is only a clock", {"kind": "clock", "key": "old", "y": 1}, "clock:clock",
         {"kind": "clock", **clock}),
        ("other-letter-case", "another kind that looks alike", {"kind": "Clock", "key": "x"}, "Clock:x:clock:clock",
         multi(Clock={"key": "x"}, clock=clock)),
    ]  # fmt: skip
    for slug, description, context, key, canonical in contexts:
        topic.case(slug, "clock", description, call, {"key": key, "context": canonical}, context=context)
    topic.case("invalid-context", "clock", "an invalid context has no clock", call, {"error": {}}, context={"kind": "user"})

    def on_clock(attribute: str, op: str, *values: Json, **given: Json) -> dict[str, Json]:
        return clause(attribute, op, *values, contextKind="clock", **given)

    night = [rule(on_clock("minuteOfDay", "greaterThanOrEqual", 1320), id="evening"),
             rule(on_clock("minuteOfDay", "lessThan", 360), id="morning")]  # fmt: skip
    work = rule(on_clock("dayOfWeek", "in", 1, 2, 3, 4, 5), on_clock("minuteOfDay", "greaterThanOrEqual", 540),
                on_clock("minuteOfDay", "lessThan", 1020))  # fmt: skip
    weekend = rule(on_clock("dayOfWeek", "in", 6, 7))
    name = topic.document("hours", document([
        flag("night", rules=list(night)),
        flag("work", rules=[work]),
        flag("weekend", rules=[weekend]),
        flag("launch", rules=[rule(on_clock("epochMillis", "after", "2024-03-01T09:00:00+01:00"))]),
        flag("day", rules=[rule(on_clock("date", "in", "2024-02-29", "2024-12-24"))]),
        flag("march", rules=[rule(on_clock("date", "startsWith", "2024-03-"))]),
    ]))  # fmt: skip
    evening, morning = ruled(rule_id="evening"), ruled(rule=1, rule_id="morning")
    yes = ruled()
    asked: list[tuple[str, str, str, int, dict[str, Json]]] = [
        ("night-2159", "night", "2024-03-01T21:59:59.999", 0, fell()),
        ("night-2200", "night", "2024-03-01T22:00:00", 0, evening),
        ("night-2359", "night", "2024-03-01T23:59:59", 0, evening),
        ("night-0000", "night", "2024-03-02T00:00:00", 0, morning),
        ("night-0559", "night", "2024-03-02T05:59:59", 0, morning),
        ("night-0600", "night", "2024-03-02T06:00:00", 0, fell()),
        ("night-offset", "night", "2024-03-01T20:00:00", 120, evening),
        ("night-offset-morning", "night", "2024-03-01T22:00:00", 120, morning),
        ("night-offset-negative", "night", "2024-03-02T03:00:00", -300, evening),
        ("work-friday-0859", "work", "2024-03-01T08:59:00", 0, fell()),
        ("work-friday-0900", "work", "2024-03-01T09:00:00", 0, yes),
        ("work-friday-1659", "work", "2024-03-01T16:59:59", 0, yes),
        ("work-friday-1700", "work", "2024-03-01T17:00:00", 0, fell()),
        ("work-saturday", "work", "2024-03-02T12:00:00", 0, fell()),
        ("work-sunday", "work", "2024-03-03T12:00:00", 0, fell()),
        ("work-monday", "work", "2024-03-04T12:00:00", 0, yes),
        ("work-monday-there", "work", "2024-03-03T23:00:00", 600, yes),
        ("work-friday-there", "work", "2024-03-02T00:30:00", -480, yes),
        ("weekend-friday-night", "weekend", "2024-03-01T23:59:59.999", 0, fell()),
        ("weekend-saturday", "weekend", "2024-03-02T00:00:00", 0, yes),
        ("weekend-sunday-night", "weekend", "2024-03-03T23:59:59.999", 0, yes),
        ("weekend-monday", "weekend", "2024-03-04T00:00:00", 0, fell()),
        ("weekend-begun-there", "weekend", "2024-03-01T23:00:00", 60, yes),
        ("weekend-over-there", "weekend", "2024-03-03T23:00:00", 60, fell()),
        ("launch-before", "launch", "2024-03-01T07:59:59.999", 0, fell()),
        ("launch-exactly", "launch", "2024-03-01T08:00:00", 0, fell()),
        ("launch-after", "launch", "2024-03-01T08:00:00.001", 0, yes),
        ("launch-offset-changes-nothing", "launch", "2024-03-01T08:00:00", 840, fell()),
        ("day-leap", "day", "2024-02-29T23:59:00", 0, yes),
        ("day-after", "day", "2024-03-01T00:00:00", 0, fell()),
        ("day-still-there", "day", "2024-03-01T00:00:00", -1, yes),
        ("day-already-there", "day", "2024-02-28T23:59:00", 1, yes),
        ("march-first", "march", "2024-03-01T00:00:00", 0, yes),
        ("march-not-yet", "march", "2024-02-29T23:59:59", 0, fell()),
        ("march-already", "march", "2024-02-29T23:59:59", 1, yes),
        ("march-last", "march", "2024-03-31T23:59:59", 0, yes),
        ("march-over", "march", "2024-03-31T23:59:59", 1, fell()),
    ]
    for slug, key, text, offset, answer in asked:
        topic.case(slug, "clock", f"{key} at {text}Z, {offset} minutes east",
                   {"withClock": {"nowMs": instant(text), "offsetMinutes": offset,
                                  "then": {"evaluate": {"flag": key, "default": "default"}}}},
                   answer, document=name, context=user())  # fmt: skip
    topic.evaluate("without-clock", "clock", "without a clock its rules do not match", name, user(), fell(), flag="weekend")
    return [topic]
