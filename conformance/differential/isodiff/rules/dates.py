"""Dates, as exact milliseconds since 1970."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from fractions import Fraction

from ldclient.impl.model.value_parsing import parse_time

from isodiff.jsontext import Json
from isodiff.rules.switches import Switches

SHAPE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})([Tt])([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]+))?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2}))\Z"
)
DAY = 86_400_000
# The calendar repeats after 400 years, which gives year 0 a year to be computed in.
CYCLE_YEARS, CYCLE_DAYS = 400, 146_097


def instant(value: Json, switches: Switches) -> Fraction | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return Fraction(float(value))
    if not isinstance(value, str):
        return None
    own = _parse(value, switches)
    if switches.sdk == "python":
        return _python(value, own, switches)
    return own


def _parse(text: str, switches: Switches) -> Fraction | None:
    found = SHAPE.match(text)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    hour, minute, second = int(found[5]), int(found[6]), int(found[7])
    if (found[4] == "t" or found[9] == "z") and switches.javascript("D19"):
        return None
    if not (1 <= month <= 12 and 1 <= day <= 31) or minute > 59 or second > 59:
        return None
    if day > _days(year, month) and not switches.javascript("D21"):
        return None
    if hour > 23:
        midnight = hour == 24 and minute == second == 0 and not (found[8] or "").strip("0")
        if not (midnight and switches.javascript("D43")):
            return None
    if found[10] and (int(found[11]) > 23 or int(found[12]) > 59):
        return None
    digits = (found[8] or "")[:9]
    if len(digits) > 3 and switches.javascript("D24"):
        digits = digits[:3]
    first = date(year or CYCLE_YEARS, month, 1).toordinal() - (0 if year else CYCLE_DAYS)
    days = first + day - 1 - date(1970, 1, 1).toordinal()
    total = days * DAY + hour * 3_600_000 + minute * 60_000 + second * 1000
    if found[10]:
        offset = int(found[11]) * 3_600_000 + int(found[12]) * 60_000
        total += -offset if found[10] == "+" else offset
    return total + Fraction(int(digits.ljust(9, "0")), 1_000_000)


def _days(year: int, month: int) -> int:
    return monthrange(year or CYCLE_YEARS, month)[1]


def _python(text: str, own: Fraction | None, switches: Switches) -> Fraction | None:
    """The SDK's own function, where the point that makes it differ is on."""
    parsed = parse_time(text)
    theirs = None if parsed is None else Fraction(parsed)
    if theirs == own:
        return own
    if theirs is not None and own is not None:
        point = "D24"
    elif theirs is not None:
        point = "D43" if text[10:11] == " " else "P10"
    else:
        point = "P11" if text.startswith("0000") else "P10"
    return theirs if switches.python(point) else own
