"""The process: a clock that runs while it is frozen, and state to reset in a forked one."""

from __future__ import annotations

import os
import time
from typing import Protocol
from weakref import WeakSet


def wall_clock() -> float:
    """Returns seconds since 1970; other clocks stop while a Lambda function is frozen."""
    # Called by name so that tests can replace it.
    return time.time()


class Forked(Protocol):
    """An object with state to reset in a child: locks of other threads, the parent's counts."""

    def after_fork(self) -> None:
        """Resets the state that must not be shared with the parent."""


_objects: WeakSet[Forked] = WeakSet()


def _after_fork() -> None:
    for each in list(_objects):
        each.after_fork()


# Windows has no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def register_after_fork(forked: Forked) -> None:
    """Calls ``forked.after_fork()`` in each forked child, for as long as the object lives."""
    _objects.add(forked)
