"""Reduces a failing case: removes members for as long as it fails in the same way."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator

from isodiff.compare import Failure
from suite.canonical_json import Json

MOST_ROUNDS = 400
AT_ONCE = 24
Path = tuple[str | int, ...]
Check = Callable[[list[Json]], list[Failure | None]]
"""Returns a failure of the wanted kind for each line, if any."""


def shrunk(line: Json, failure: Failure, check: Check) -> tuple[Json, Failure]:
    """Returns the smallest line found, and its failure."""
    small = alone(line, failure)
    found = check([small])[0]
    if found is None:
        return line, failure
    best, best_failure = small, found
    changed, rounds = True, 0
    while changed and rounds < MOST_ROUNDS:
        changed = False
        candidates = [_without(best, path) for path in _paths(best)]
        for start in range(0, len(candidates), AT_ONCE):
            rounds += 1
            batch = candidates[start : start + AT_ONCE]
            hit = next(((c, f) for c, f in zip(batch, check(batch), strict=True) if f), None)
            if hit is not None:
                best, best_failure = hit
                changed = True
                break
    return best, best_failure


def alone(line: Json, failure: Failure) -> Json:
    """Returns the line reduced to the flag and the context that failed."""
    small = copy.deepcopy(line)
    if failure.context is None:
        return small
    small["contexts"] = [small["contexts"][failure.context]]
    typed = small.pop("typed", None)
    states = small.pop("states", None)
    if failure.flag is None:
        small["states"] = [{**options, "context": 0} for options in states if options["context"] == failure.context]
        return small
    small["flags"] = [failure.flag]
    if typed and failure.what.startswith(("unexplained: javascript in typed", "isoflag against the rules in typed")):
        small["typed"] = [failure.flag]
    return small


def _paths(line: Json) -> Iterator[Path]:
    """Yields the paths of members that may be removed, large ones first."""
    for member in ("states", "typed"):
        if member in line:
            yield (member,)
    if not line.get("states"):
        yield from (("contexts", n) for n in range(len(line["contexts"])) if len(line["contexts"]) > 1)
    yield from (("flags", n) for n in range(len(line["flags"])) if len(line["flags"]) > 1)
    if "bigSegments" in line:
        yield ("bigSegments",)
        yield from _below(line["bigSegments"]["memberships"], ("bigSegments", "memberships"))
    for member in ("flags", "segments", "meta"):
        yield from _below(line["document"].get(member), ("document", member))
    yield from _below(line["contexts"], ("contexts",))


def _below(value: Json, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        names: list[str | int] = list(value)
    elif isinstance(value, list):
        names = list(range(len(value)))
    else:
        return
    for name in names:
        if path != ("contexts",):
            yield (*path, name)
    for name in names:
        yield from _below(value[name], (*path, name))


def _without(line: Json, path: Path) -> Json:
    small = copy.deepcopy(line)
    parent = small
    for name in path[:-1]:
        parent = parent[name]
    del parent[path[-1]]
    if "text" in small:
        small["text"] = json.dumps(small["document"])
    return small
