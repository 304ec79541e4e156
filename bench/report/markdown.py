"""Writes RESULTS.md: the tables, and why a row misses its target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import geometric_mean

from .judged import LAUNCHDARKLY, NOT_MEASURED, NOT_MET, Row, Table
from .measured import Measured

HOSTS = {
    "rust": "Rust",
    "node": "Node",
    "python": "Python",
    "chromium": "Chromium",
    "artifact": "",
}

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def shown(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    if unit == "bytes":
        return f"{value:,.0f} B" if abs(value) < 1e6 else f"{value / 1e6:,.1f} MB"
    if unit == "times":
        return f"{value:.3g}x"
    if unit == "ms":
        return f"{value:.1f} ms"
    for factor, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if abs(value) >= factor:
            return f"{value / factor:,.2f} {name}"
    return f"{value:.1f} ns"


def line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def cells(row: Row, peers: list[str]) -> list[str]:
    spread = "-" if row.spread is None else f"± {row.spread:.0%}"
    sign = "≥ " if row.at_least else "≤ "
    target = "-" if row.target is None else sign + shown(row.target, row.unit)
    others = [shown(row.peers.get(name), row.unit) for name in peers]
    ratio = [] if LAUNCHDARKLY not in peers else [shown(row.ratio, "times")]
    host = HOSTS[row.host]
    return [
        host,
        row.case,
        shown(row.value, row.unit),
        spread,
        *others,
        *ratio,
        target,
        row.verdict,
    ]


def table(found: Table) -> list[str]:
    peers = sorted({name for row in found.rows for name in row.peers})
    names = ["LaunchDarkly" if name == LAUNCHDARKLY else name for name in peers]
    ratio = ["ratio"] if LAUNCHDARKLY in peers else []
    head = ["", "case", "isoflag", "spread", *names, *ratio, "target", ""]
    lines = [f"## {found.title}", ""]
    if found.text:
        lines += [found.text, ""]
    lines += [line(*head), line("---", "---", *["--:"] * (len(head) - 3), "---")]
    lines += [line(*cells(row, peers)) for row in found.rows]
    if ratio and found.group == "eval":
        lines += ["", f"Geometric mean of the ratios: {means(found)}."]
    return [*lines, ""]


def means(found: Table) -> str:
    """The geometric mean of the ratios, and the lowest one, on each host."""
    texts = []
    for host, name in HOSTS.items():
        ratios = [row.ratio for row in found.rows if row.host == host and row.ratio]
        if ratios:
            mean = shown(geometric_mean(ratios), "times")
            texts.append(f"{name} {mean}, at least {shown(min(ratios), 'times')}")
    return "; ".join(texts)


def bytes_of_module(rows: list[Row]) -> list[str]:
    lines = [
        "## Sections of core.wasm",
        "",
        line("section", "bytes", "gzip -9"),
        line("---", "--:", "--:"),
    ]
    rows = sorted(rows, key=lambda row: -(row.value or 0))
    lines += [
        line(row.case, f"{row.value:,.0f}", f"{row.peers['gzip -9']:,.0f}")
        for row in rows
        if row.value
    ]
    return [*lines, ""]


def counts(tables: list[Table]) -> str:
    verdicts = [row.verdict for table in tables for row in table.rows]
    met = sum(verdict.startswith("met") for verdict in verdicts)
    missed = verdicts.count(NOT_MET)
    absent = verdicts.count(NOT_MEASURED)
    skipped = sum(verdict.startswith("skipped") for verdict in verdicts)
    reported = verdicts.count("reported")
    return (
        f"Of the targets {met} are met, {missed} are not; {skipped} rows are skipped, {absent} are not measured, "
        f"{reported} have no target."
    )


def filled(text: str, measured: Measured) -> str:
    """Replaces each `{host/group/case/subject}` in a text by its measured figure."""

    def figure(name: re.Match[str]) -> str:
        host, group, case, subject = name[1].split("/")
        found = measured.figures.get((host, group, case), {}).get(subject)
        return shown(found.median, found.unit) if found else "not measured"

    return PLACEHOLDER.sub(figure, text)


def reason(reasons: dict[str, str], table: Table, row: Row) -> str:
    """Returns the text for a row, which `missed` in targets.json has by `host/group/case`; the case may be `*`."""
    for case in (row.case, "*"):
        found = reasons.get(f"{row.host}/{table.group}/{case}")
        if found is not None:
            return found
    return "No explanation yet."


def missed(tables: list[Table], reasons: dict[str, str], measured: Measured) -> Iterator[str]:
    """Explains missed targets; empty if every target is met."""
    rows = [(table, row) for table in tables for row in table.rows if row.verdict == NOT_MET]
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


def results(
    tables: list[Table],
    module: list[Row],
    machine: dict[str, str],
    workload: str,
    explanations: list[str],
    *,
    quick: bool,
) -> str:
    lines = [
        "# Speed and size",
        "",
        "Written by `make bench`. isoflag and the others run alternately in the same process; before anything is timed, both must "
        "give the same value, variation index and reason. `ratio` is LaunchDarkly's time over isoflag's. Median of "
        "all blocks; `spread` is half of the range of their middle half.",
        "",
        counts(tables),
        "",
        "![How many times faster than LaunchDarkly's own SDK](ratios.svg)",
        "",
        "![How time and memory grow](growth.svg)",
        "",
    ]
    if quick:
        lines += ["A quick run, which shows that everything works; its figures are rough.", ""]
    lines += [line("", ""), line("---", "---")]
    lines += [line(name, value) for name, value in machine.items()]
    lines += [line("Workload", workload), ""]
    lines += explanations
    for found in tables:
        lines += table(found)
    lines += bytes_of_module(module)
    return "\n".join(lines).rstrip() + "\n"
