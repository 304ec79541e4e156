"""Writes the figure and the table of README.md: `python -m fleet`, or `--check` to compare with the files."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from .chart import draw
from .scenarios import SCENARIOS, Scenario
from .simulation import Mechanism, Outcome, simulate

FOLDER = Path(__file__).resolve().parents[1]
FIGURE, README = FOLDER / "broken-journeys.svg", FOLDER / "README.md"
BLOCK = re.compile(r"(?<=<!-- table: written by python -m fleet -->\n).*?(?=\n<!-- end -->)", re.DOTALL)

Found = Mapping[Scenario, Mapping[Mechanism, Outcome]]


def table(found: Found) -> str:
    """Formats the broken journeys and their total."""
    lines = [f"| | {' | '.join(mechanism.value for mechanism in Mechanism)} |", "|---|" + "--:|" * len(Mechanism)]
    for scenario, outcomes in found.items():
        cells = [f"{outcome.share():.2%} of {outcome.begun.total():,}" for outcome in outcomes.values()]
        lines.append(f"| {scenario.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m fleet", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a file is out of date")
    arguments = parser.parse_args()
    found: Found = {
        scenario: {mechanism: simulate(scenario, mechanism) for mechanism in Mechanism} for scenario in SCENARIOS
    }
    readme = README.read_text(encoding="utf-8")
    written = {FIGURE: draw(found), README: BLOCK.sub(lambda _: table(found), readme)}
    stale = [path for path, text in written.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if arguments.check:
        for path in stale:
            print(f"{path.name}: out of date; run `python -m fleet`")
        return 1 if stale else 0
    for path in stale:
        path.write_text(written[path], encoding="utf-8")
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
