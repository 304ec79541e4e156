"""Explains missed targets with the texts of `missed.json` and measured figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from .judged import Row, Table
from .markdown import HOSTS, shown
from .measured import Measured

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
MISSED = "**not met**"


def read(path: Path) -> dict[str, str]:
    """By `host/group/case`, where the case may be `*`; figures as `{host/group/case/subject}`."""
    found: dict[str, str] = json.loads(path.read_text())
    return found


def filled(text: str, measured: Measured) -> str:
    """Returns the text with its measured figures."""

    def figure(name: re.Match[str]) -> str:
        host, group, case, subject = name[1].split("/")
        found = measured.figures.get((host, group, case), {}).get(subject)
        return shown(found.median, found.unit) if found else "not measured"

    return PLACEHOLDER.sub(figure, text)


def reason(reasons: dict[str, str], table: Table, row: Row) -> str:
    for case in (row.case, "*"):
        found = reasons.get(f"{row.host}/{table.group}/{case}")
        if found is not None:
            return found
    return "Nothing explains it yet."


def section(tables: list[Table], reasons: dict[str, str], measured: Measured) -> Iterator[str]:
    """Lines of the report; empty if every target is met."""
    rows = [(table, row) for table in tables for row in table.rows if row.verdict == MISSED]
    if not rows:
        return
    yield from ("## Missed targets, and why", "")
    for table, row in rows:
        value, target = shown(row.value, row.unit), shown(row.target, row.unit)
        share = (row.value or 0) / row.target if row.target else 0
        where = f"{HOSTS[row.host]} {row.case}".strip()
        yield (
            f"- **{table.title}: {where}**, {value}, is {share:.2f} times its target of {target}. "
            f"{filled(reason(reasons, table, row), measured)}"
        )
    yield ""
