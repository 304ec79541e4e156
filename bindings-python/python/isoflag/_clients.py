"""The clients of this process: where ``isoflag.testing`` stands in for their sources."""

from typing import TYPE_CHECKING, Final
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import FlagClient

clients: "Final[WeakSet[FlagClient]]" = WeakSet()
"""Every client that there is."""

watchers: "Final[list[Callable[[FlagClient], object]]]" = []
"""Called with each client that is made."""


def tell_of_client(client: "FlagClient") -> None:
    """Have a client known here, for as long as it lives."""
    clients.add(client)
    for watch in tuple(watchers):
        watch(client)
