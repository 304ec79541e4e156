"""What a forked process makes anew: locks that another thread held, the parent's counts."""

import os
from typing import Protocol
from weakref import WeakSet


class Forked(Protocol):
    """An object that knows what to do in a child process."""

    def after_fork(self) -> None:
        """Make anew what must not be shared with the parent."""


_objects: "WeakSet[Forked]" = WeakSet()


def _after_fork() -> None:
    for each in list(_objects):
        each.after_fork()


# Windows knows no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def tell_after_fork(forked: Forked) -> None:
    """Have ``after_fork`` called in each forked child, for as long as the object lives."""
    _objects.add(forked)
