"""Freshness: which fetched document takes the place of the one held, and whether that goes back in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from ..document import ABSENT, document, flag, members
from ..json_value import Json, Object
from ..topic import Topic

NOON = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
"""When the origin made the held response, unless a case says otherwise."""

RECEIVED = int(NOON.timestamp() * 1000) + 3_600_000
"""When it arrived, by the clock of a client that is an hour ahead."""


def at(seconds: float) -> str:
    """A moment before or after noon, as a header writes it."""
    return format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)


def versioned(version: Json, stamp: Json = ABSENT) -> dict[str, Json]:
    """A document of a version."""
    return document([flag()], meta=members(version=version, lastModifiedTimestamp=stamp))


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
        times(f"{name}-both-far-ahead", "and stays ahead", header(name, 10**8), header(name, 10**8 + 1), False)
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


def topics() -> list[Topic]:
    """The topics of this module."""
    return [order(), steps()]
