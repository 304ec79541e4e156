"""Lines of CloudWatch's embedded metric format."""

import json
from collections.abc import Mapping
from typing import Any

from ._process import wall_clock
from ._text import utf16_units


def emf(
    namespace: str,
    dimensions: Mapping[str, str],
    metrics: Mapping[str, tuple[Any, str]],
    *,
    now: float | None = None,
    **others: str,
) -> str:
    """Returns a line with metrics, each with its value and unit, and other members."""
    line = {
        "_aws": {
            "Timestamp": int((wall_clock() if now is None else now) * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": namespace,
                    "Dimensions": [[*dimensions]],
                    "Metrics": [
                        {"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()
                    ],
                }
            ],
        },
        **dimensions,
        **others,
        **{name: value for name, (value, _) in metrics.items()},
    }
    return canonical(line)


def canonical(value: Any) -> str:
    """Serializes objects, arrays, strings and integers as RFC 8785 requires."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value, key=utf16_units)}
    if isinstance(value, list):
        return [_sorted(each) for each in value]
    return value
