"""Writes RESULTS.md: the goals, why a row misses its target, and the tables."""

from __future__ import annotations

from collections.abc import Iterator

from .judged import LAUNCHDARKLY, NOT_MEASURED, NOT_MET, Goal, Row, Table

HOSTS = {
    "rust": "Rust",
    "node": "Node",
    "chromium": "Chromium",
    "python": "Python",
    "artifact": "",
}


def shown(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    if unit == "bytes":
        return f"{value:,.0f} B" if abs(value) < 1e6 else f"{value / 1e6:,.2f} MB"
    if unit == "times":
        return f"{value:.3g}x" if value < 1000 else f"{value:,.0f}x"
    if unit == "ms":
        return f"{value:.1f} ms"
    for factor, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if abs(value) >= factor:
            return f"{value / factor:,.2f} {name}"
    return f"{value:.1f} ns"


def line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def target_of(row: Row) -> str:
    if row.least is not None and row.ratio is not None:
        return f"≥ {row.least:g}x"
    if row.bound is None:
        return "-"
    return ("≥ " if row.at_least else "≤ ") + shown(row.bound, row.unit)


def cells(row: Row, peers: list[str]) -> list[str]:
    spread = "-" if row.spread is None else f"± {row.spread:.0%}"
    others = [shown(row.peers.get(name), row.unit) for name in peers]
    ratio = [shown(row.ratio, "times")] if peers else []
    figures = [shown(row.value, row.unit), spread, *others, *ratio]
    return [HOSTS[row.host], row.case, *figures, target_of(row), row.verdict]


def table(found: Table) -> list[str]:
    peers = sorted({name for row in found.rows for name in row.peers})
    names = ["LaunchDarkly" if name == LAUNCHDARKLY else name for name in peers]
    head = ["", "case", "isoflag", "spread", *names, *(["ratio"] if peers else []), "target", ""]
    lines = [f"## {found.title}", ""]
    if found.text:
        lines += [found.text, ""]
    lines += [line(*head), line("---", "---", *["--:"] * (len(head) - 3), "---")]
    lines += [line(*cells(row, peers)) for row in found.rows]
    return [*lines, ""]


def goals(found: list[Goal], workloads: list[str]) -> Iterator[str]:
    """The worst ratio and the mean on each host, for each workload."""
    yield from ("## The goals, on several workloads", "")
    yield "Not in the mean of the first goal: the rows of constant answers. A worst ratio has its row."
    for title in dict.fromkeys(goal.title for goal in found):
        yield from ("", f"{title[0].upper()}{title[1:]}:", "")
        yield line("", "", *workloads, "target", "")
        yield line("---", "---", *["--:"] * (len(workloads) + 1), "---")
        for goal in found:
            if goal.title == title:
                verdicts = [goal.verdict(name) for name in workloads]
                texts = [ratio(goal, name) for name in workloads]
                worst = next((text for text in verdicts if text != "met"), "met")
                yield line(HOSTS[goal.host], goal.kind, *texts, f"≥ {goal.least:g}x", worst)
    yield ""


def ratio(goal: Goal, workload: str) -> str:
    if workload not in goal.found:
        return "-"
    value, case = goal.found[workload]
    return shown(value, "times") + (f" ({case})" if case else "")


def counts(tables: list[Table]) -> str:
    verdicts = [row.verdict for table in tables for row in table.rows]
    skipped = sum(verdict.startswith("skipped") for verdict in verdicts)
    return (
        f"Of the targets {verdicts.count('met')} are met, {verdicts.count(NOT_MET)} are not; {skipped} rows are "
        f"skipped, {verdicts.count(NOT_MEASURED)} are not measured, {verdicts.count('reported')} have no target."
    )


def keys_of(host: str, group: str, case: str) -> tuple[str, ...]:
    """Returns the keys of reasons.json that match a row, the closest one first."""
    return f"{host}/{group}/{case}", f"{host}/{group}/*", f"*/{group}/{case}", f"*/{group}/*"


def reason(reasons: dict[str, str], host: str, group: str, case: str) -> str:
    found = (reasons[key] for key in keys_of(host, group, case) if key in reasons)
    return next(found, "No reason is recorded.")


def stale(reasons: dict[str, str], tables: list[Table], found: list[Goal]) -> list[str]:
    """Returns the keys of reasons.json that match no row."""
    rows = [(row.host, row.group, row.case) for each in tables for row in each.rows]
    rows += [(goal.host, "mean", goal.title) for goal in found]
    matching = {key for row in rows for key in keys_of(*row)}
    return [key for key in reasons if key not in matching]


def missed(
    tables: list[Table], found: list[Goal], workload: str, reasons: dict[str, str]
) -> Iterator[str]:
    """Explains missed targets; empty if every target is met."""
    lines = []
    for goal in found:
        if goal.kind == "geometric mean" and goal.verdict(workload) == NOT_MET:
            value = shown(goal.found[workload][0], "times")
            why = reason(reasons, goal.host, "mean", goal.title)
            lines.append(
                f"- **{HOSTS[goal.host]}, geometric mean, {goal.title}**: {value}, at least {goal.least:g}x. {why}"
            )
    for each in tables:
        for row in each.rows:
            if row.verdict == NOT_MET:
                is_ratio = row.least is not None and row.ratio is not None
                value = shown(
                    row.ratio if is_ratio else row.value, "times" if is_ratio else row.unit
                )
                why = reason(reasons, row.host, row.group, row.case)
                where = ", ".join(filter(None, (each.title, HOSTS[row.host], row.case)))
                lines.append(f"- **{where}**: {value}, {target_of(row)}. {why}")
    if lines:
        yield from ("## Missed targets, and why", "", *lines, "")


def results(
    tables: list[Table],
    machine: dict[str, str],
    found: list[Goal],
    workloads: list[str],
    reasons: dict[str, str],
    *,
    quick: bool,
) -> str:
    lines = [
        "# Speed and size",
        "",
        "Written by `make bench`. isoflag and the others run alternately in the same process; before anything is timed, both must "
        "give the same value, variation index and reason. `ratio` is the time of the fastest other evaluator over isoflag's, and the only "
        "thing that is judged: times depend on the machine. Median of all blocks; `spread` is half of the range of their middle half.",
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
    lines += ["", *goals(found, workloads), *missed(tables, found, workloads[0], reasons)]
    for each in tables:
        lines += table(each)
    return "\n".join(lines).rstrip() + "\n"
