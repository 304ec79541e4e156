"""Draws the two plots as SVG: text, lines, bars and logarithmic axes."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10

from .judged import ISOFLAG, LAUNCHDARKLY, Table, sizes
from .markdown import HOSTS
from .measured import Measured

COLOURS = {"rust": "#b7410e", "node": "#2e8b57", "python": "#3465a4", "chromium": "#9467bd"}
INK = "#24292f"
FAINT = "#d0d7de"
GREY = "#57606a"


class Svg:
    """A picture under construction."""

    def __init__(self, width: float, height: float, label: str) -> None:
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" role="img" aria-label="{escape(label)}" font-family="sans-serif" font-size="12">',
            f'<rect width="{width:g}" height="{height:g}" rx="6" fill="#ffffff"/>',
        ]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        anchor: str = "start",
        colour: str = INK,
        size: int = 12,
    ) -> None:
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}">{escape(text)}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = FAINT) -> None:
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'
        )

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
        )

    def path(self, points: list[tuple[float, float]], colour: str, dashed: bool) -> None:
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(
            f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
        )
        for x, y in points:
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>')

    def finished(self) -> str:
        return "\n".join([*self.parts, "</svg>"]) + "\n"


class LogScale:
    """Powers of ten over a length."""

    def __init__(self, values: list[float], start: float, end: float) -> None:
        self.low = floor(log10(min(values)))
        self.high = max(ceil(log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def short(value: float) -> str:
    for factor, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:g}{name}"
    return f"{value:g}"


LEFT, WIDTH, BAR, GAP, TOP = 170, 860, 11, 12, 64


def draw_ratios(tables: list[Table]) -> str:
    """ratios.svg: how many times faster than LaunchDarkly's SDK, by case and host."""
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


AXES = {"flags": "flags", "targets": "target keys", "clauses": "clauses of a rule"}
GROUPS = {
    "growth-eval": "one evaluation, ns",
    "growth-load": "loading, ns",
    "growth-memory": "memory, bytes",
}
HOSTS_SHOWN = ("rust", "node", "python")
PANEL_WIDTH, PANEL_HEIGHT, PANEL_LEFT, PANEL_TOP = 330.0, 230.0, 46.0, 30.0


def draw_growth(measured: Measured) -> str:
    """growth.svg: time and memory by the size of a document."""
    svg = Svg(
        PANEL_WIDTH * 3 + 20, PANEL_HEIGHT * 3 + 64, "How time and memory grow with a document"
    )
    svg.text(16, 24, "How time and memory grow with a document", size=15)
    x = 16.0
    for host in HOSTS_SHOWN:
        svg.bar(x, 36, 10, 10, COLOURS[host])
        svg.text(x + 15, 45, HOSTS[host])
        x += 80
    svg.text(x, 45, "full line: isoflag, dashed: LaunchDarkly's SDK", colour=GREY)
    for down, (axis, title) in enumerate(AXES.items()):
        for across, (group, what) in enumerate(GROUPS.items()):
            panel(
                svg,
                measured,
                10 + across * PANEL_WIDTH,
                54 + down * PANEL_HEIGHT,
                axis,
                group,
                f"{what}, by {title}",
            )
    return svg.finished()


def panel(
    svg: Svg, measured: Measured, x: float, y: float, axis: str, group: str, title: str
) -> None:
    curves = {}
    for host in HOSTS_SHOWN:
        for subject in (LAUNCHDARKLY, ISOFLAG):
            curve = sizes(measured, host, group, axis, subject)
            # Memory is counted in pages: what fits into pages held before counts as zero.
            curve = {size: value for size, value in curve.items() if value > 0}
            if curve:
                curves[host, subject] = curve
    svg.text(x + PANEL_LEFT, y + 20, title)
    if not curves:
        svg.text(x + PANEL_LEFT, y + 60, "not measured", colour=GREY)
        return
    across = LogScale(
        [float(size) for curve in curves.values() for size in curve],
        x + PANEL_LEFT,
        x + PANEL_WIDTH - 14,
    )
    up = LogScale(
        [value for curve in curves.values() for value in curve.values()],
        y + PANEL_HEIGHT - 24,
        y + PANEL_TOP,
    )
    for tick in up.ticks():
        svg.line(across.start, up(tick), across.end, up(tick))
        svg.text(across.start - 5, up(tick) + 4, short(tick), "end", GREY, 10)
    for tick in across.ticks():
        svg.line(across(tick), up.start, across(tick), up.end, FAINT)
        svg.text(across(tick), up.start + 14, short(tick), "middle", GREY, 10)
    for (host, subject), curve in curves.items():
        points = [(across(size), up(value)) for size, value in curve.items()]
        svg.path(points, COLOURS[host], subject == LAUNCHDARKLY)
