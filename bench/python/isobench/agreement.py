"""Checks that both evaluators return the same result before timing."""

from __future__ import annotations

import json
from typing import Any


def shown(detail: Any) -> str:
    answer = [detail.value, detail.variation_index, detail.reason]
    return json.dumps(answer, sort_keys=True, separators=(",", ":"))


def agree(flag: str, ours: Any, theirs: Any) -> None:
    if shown(ours) != shown(theirs):
        raise SystemExit(
            f"`{flag}`: isoflag gives {shown(ours)}, LaunchDarkly {shown(theirs)}; nothing is timed"
        )
