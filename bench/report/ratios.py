"""ratios.svg: how many times LaunchDarkly's time is isoflag's, by case and host."""

from __future__ import annotations

from .chart import COLOURS, FAINT, GREY, INK, LogScale, Svg, short
from .judged import Table
from .markdown import HOSTS

LEFT, WIDTH, BAR, GAP, TOP = 170, 860, 11, 12, 64


def draw(tables: list[Table]) -> str:
    wanted = [table for table in tables if table.group in ("eval", "all", "load")]
    cases: dict[str, list[tuple[str, float]]] = {}
    for table in wanted:
        names = {"all": "all 1000 flags", "load": "load the document"}
        for row in table.rows:
            if row.ratio:
                name = names.get(table.group, row.case)
                cases.setdefault(name, []).append((row.host, row.ratio))
    height = TOP + sum(len(bars) * BAR + GAP for bars in cases.values()) + 30
    svg = Svg(WIDTH, height, "How many times faster than LaunchDarkly's own SDK, by case and host")
    svg.text(16, 26, "How many times faster than LaunchDarkly's own SDK", size=15)
    x = float(LEFT)
    for host in dict.fromkeys(host for bars in cases.values() for host, _ in bars):
        svg.bar(x, 38, 10, 10, COLOURS[host])
        svg.text(x + 15, 47, HOSTS[host])
        x += 90
    every = [1.0, *(ratio for bars in cases.values() for _, ratio in bars)]
    scale = LogScale(every, LEFT, WIDTH - 60)
    for tick in scale.ticks():
        svg.line(scale(tick), TOP - 6, scale(tick), height - 24, INK if tick == 1 else FAINT)
        svg.text(scale(tick), height - 10, f"{short(tick)}x", "middle", GREY, 11)
    y = float(TOP)
    for case, bars in cases.items():
        svg.text(LEFT - 10, y + len(bars) * BAR / 2 + 4, case, "end")
        for host, ratio in bars:
            start, end = sorted((scale(1), scale(ratio)))
            svg.bar(start, y, max(end - start, 1), BAR - 2, COLOURS[host])
            label = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"
            svg.text(end + 4, y + BAR - 2, label, colour=GREY, size=10)
            y += BAR
        y += GAP
    return svg.finished()
