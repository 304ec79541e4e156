"""Registry of the flag clients of this process, whose sources ``isoflag.testing`` replaces."""

from typing import TYPE_CHECKING, Final
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

    from .flag_client import FlagClient

clients: "Final[WeakSet[FlagClient]]" = WeakSet()
"""Every live client."""

watchers: "Final[list[Callable[[FlagClient], object]]]" = []
"""Callbacks that receive each new client."""


def register_client(client: "FlagClient") -> None:
    """Registers a client for as long as it lives."""
    clients.add(client)
    for watch in tuple(watchers):
        watch(client)
