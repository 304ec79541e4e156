"""growth.svg: time and memory by the size of a document."""

from __future__ import annotations

from .chart import COLOURS, FAINT, GREY, LogScale, Svg, short
from .judged import ISOFLAG, LAUNCHDARKLY, sizes
from .markdown import HOSTS
from .measured import Measured

AXES = {"flags": "flags", "targets": "target keys", "clauses": "clauses of a rule"}
GROUPS = {
    "growth-eval": "one evaluation, ns",
    "growth-load": "loading, ns",
    "growth-memory": "memory, bytes",
}
HOSTS_SHOWN = ("rust", "node", "python")
WIDTH, HEIGHT, LEFT, TOP = 330.0, 230.0, 46.0, 30.0


def draw(measured: Measured) -> str:
    svg = Svg(WIDTH * 3 + 20, HEIGHT * 3 + 64, "How time and memory grow with a document")
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
                10 + across * WIDTH,
                54 + down * HEIGHT,
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
            # Memory in pages: what fits into those held before shows as none.
            curve = {size: value for size, value in curve.items() if value > 0}
            if curve:
                curves[host, subject] = curve
    svg.text(x + LEFT, y + 20, title)
    if not curves:
        svg.text(x + LEFT, y + 60, "not measured", colour=GREY)
        return
    across = LogScale(
        [float(size) for curve in curves.values() for size in curve], x + LEFT, x + WIDTH - 14
    )
    up = LogScale(
        [value for curve in curves.values() for value in curve.values()], y + HEIGHT - 24, y + TOP
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
