"""The process: its clock, which runs while it is frozen, its threads, and what a fork resets."""

from __future__ import annotations

import os
import sys
import time
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable


def wall_clock() -> float:
    """Returns seconds since 1970; other clocks stop while a Lambda function is frozen."""
    # Called by name so that tests can replace it.
    return time.time()


def started(work: Callable[[], object], name: str) -> Thread | None:
    """Returns a new daemon thread that does some work with the context variables of this one.

    Returns None if this platform has no threads, or the interpreter is shutting down.
    """
    # Before Python 3.12, `start` then waits forever for a thread that does not run any more.
    if sys.is_finalizing():
        return None
    thread = Thread(target=copy_context().run, args=(work,), name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread


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
