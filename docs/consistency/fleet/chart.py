"""Plots the share of broken journeys by the minute in which they began, one panel for each scenario."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from .scenarios import Scenario
from .simulation import AFTER_MS, BEFORE_MS, Mechanism, Outcome

COLOURS = {
    Mechanism.NONE: "#b7410e",
    Mechanism.GATE: "#3465a4",
    Mechanism.SETTLED: "#9467bd",
    Mechanism.PIN: "#2e8b57",
}
WIDTH, HEIGHT, LEFT, TOP = 380, 190, 46, 64
FIRST, LAST = -BEFORE_MS // 60_000, AFTER_MS // 60_000


def draw(found: Mapping[Scenario, Mapping[Mechanism, Outcome]]) -> str:
    """Returns the figure as SVG."""
    rows = (len(found) + 1) // 2
    width, height = 2 * (WIDTH + LEFT) + 20, TOP + rows * (HEIGHT + 60)
    title = "Journeys that break, by the minute after the change in which they begin"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>',
        text(16, 26, title, size=15),
    ]
    for place, (mechanism, colour) in enumerate(COLOURS.items()):
        parts.append(f'<rect x="{16 + place * 150}" y="38" width="10" height="10" fill="{colour}"/>')
        parts.append(text(31 + place * 150, 47, mechanism.value))
    for place, (scenario, outcomes) in enumerate(found.items()):
        parts += panel(
            LEFT + place % 2 * (WIDTH + LEFT), TOP + place // 2 * (HEIGHT + 60) + 24, scenario.name, outcomes
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(left: int, top: int, name: str, outcomes: Mapping[Mechanism, Outcome]) -> list[str]:
    """Draws one scenario."""
    parts = [text(left, top - 8, name, size=13)]
    for percent in (0, 25, 50, 75, 100):
        y = top + HEIGHT * (1 - percent / 100)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + WIDTH - 20}" y2="{y:.1f}" stroke="#d0d7de"/>')
        parts.append(text(left - 6, y + 4, f"{percent} %", anchor="end", size=10))
    for minute in range(FIRST, LAST + 1, 5):
        x = place_of(left, minute)
        parts.append(text(x, top + HEIGHT + 14, str(minute), anchor="middle", size=10))
    x = place_of(left, 0)
    parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + HEIGHT}" stroke="#57606a"/>')
    for mechanism, outcome in outcomes.items():
        style = f'stroke="{COLOURS[mechanism]}" stroke-width="2" fill="none"'
        parts += [f'<polyline points="{" ".join(points)}" {style}/>' for points in lines(left, top, outcome)]
    return parts


def lines(left: int, top: int, outcome: Outcome) -> list[list[str]]:
    """Returns the points of each run of minutes in which journeys began."""
    runs: list[list[str]] = [[]]
    for minute in range(FIRST, LAST):
        if outcome.begun[minute]:
            share = outcome.broken[minute] / outcome.begun[minute]
            runs[-1].append(f"{place_of(left, minute + 0.5):.1f},{top + HEIGHT * (1 - share):.1f}")
        elif runs[-1]:
            runs.append([])
    return [points for points in runs if points]


def place_of(left: int, minute: float) -> float:
    """Returns the position of a minute on the axis."""
    return left + (minute - FIRST) / (LAST - FIRST) * (WIDTH - 20)


def text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    """Draws a line of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#24292f" font-size="{size}">{escape(words)}</text>'
    )
