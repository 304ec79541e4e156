"""Holds wheels to their budget: ``budget.py WHEEL...``.

A function starts no sooner than its archive has arrived, and Lambda's come with what else it needs.
"""

from __future__ import annotations

import sys
from pathlib import Path

BUDGET = 512_000


def excess(wheel: Path) -> str | None:
    """What there is to say of a wheel that is too large."""
    size = wheel.stat().st_size
    if size <= BUDGET:
        return None
    return (
        f"`{wheel.name}` has {size:,} bytes, {size - BUDGET:,} more than its budget of {BUDGET:,}; "
        "take something out, or build a part of it for size in Cargo.toml"
    )


if __name__ == "__main__":
    over = [said for argument in sys.argv[1:] if (said := excess(Path(argument)))]
    if over:
        sys.exit("\n".join(over))
