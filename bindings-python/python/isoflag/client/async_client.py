"""A flag client for coroutines: the same evaluations, without blocking the event loop."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from isoflag._core import Flags
from isoflag.source.deadline import TimeLeft, until

from .flag_client import FlagClient
from .held_document import ClientStatus

if TYPE_CHECKING:
    from isoflag.lifecycle import System

__all__ = ["AsyncFlagClient"]

_P = ParamSpec("_P")
_T = TypeVar("_T")


def _awaited(
    method: Callable[Concatenate[FlagClient, _P], _T],
) -> "Callable[Concatenate[AsyncFlagClient, _P], Coroutine[Any, Any, _T]]":
    """Returns a coroutine method that refreshes in another thread, then evaluates in this one."""

    @wraps(method)
    async def evaluate(self: "AsyncFlagClient", /, *arguments: _P.args, **named: _P.kwargs) -> _T:
        client = self.client
        if client._may_wait or named.get("pin") is not None:  # noqa: SLF001
            return await asyncio.to_thread(method, client, *arguments, **named)
        # The refresh may become due in between; the next evaluation then starts it.
        with until(0.0):
            return method(client, *arguments, **named)

    return evaluate


def _typed(
    _: Callable[Concatenate[FlagClient, _P], _T],
) -> Callable[[Callable[..., _T]], Callable[Concatenate[Any, _P], _T]]:
    """Gives a method the parameters of a method of ``FlagClient`` in type checkers."""
    return lambda method: method


class AsyncFlagClient:
    """Evaluates like a ``FlagClient``, whose parameters it takes; its methods are coroutines.

    ``bind`` returns flags whose methods evaluate at once: they never fetch.
    """

    @_typed(FlagClient.__init__)
    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Creates a client with the parameters of ``FlagClient``; fetches nothing yet."""
        self.client = FlagClient(*arguments, **options)
        """The client that holds the document."""

    def __repr__(self) -> str:
        return f"<Async{repr(self.client)[1:]}"

    @property
    def status(self) -> ClientStatus:
        """The client's status; reading it fetches nothing."""
        return self.client.status

    @property
    def system(self) -> "System | None":
        """The system whose strategies apply, or None."""
        return self.client.system

    async def flags(self) -> Flags:
        """Returns the current flags, fetched first if a refresh is due."""
        return await asyncio.to_thread(lambda: self.client.flags)

    async def refresh(
        self, *, force: bool = False, deadline: TimeLeft | None = None
    ) -> ClientStatus:
        """Fetches if a refresh is due, or always with ``force``; returns the resulting status."""
        return await asyncio.to_thread(self.client.refresh, force=force, deadline=deadline)

    @_typed(FlagClient.listen)
    def listen(self, **callbacks: Any) -> Callable[[], None]:
        """Registers callbacks like ``FlagClient.listen``; the fetching thread calls them."""
        return self.client.listen(**callbacks)

    bind = _awaited(FlagClient.bind)
    bind_changed = _awaited(FlagClient.bind_changed)
    variation = _awaited(FlagClient.variation)
    variation_detail = _awaited(FlagClient.variation_detail)
    bool_variation = _awaited(FlagClient.bool_variation)
    bool_variation_detail = _awaited(FlagClient.bool_variation_detail)
    int_variation = _awaited(FlagClient.int_variation)
    int_variation_detail = _awaited(FlagClient.int_variation_detail)
    float_variation = _awaited(FlagClient.float_variation)
    float_variation_detail = _awaited(FlagClient.float_variation_detail)
    str_variation = _awaited(FlagClient.str_variation)
    str_variation_detail = _awaited(FlagClient.str_variation_detail)
    json_variation = _awaited(FlagClient.json_variation)
    json_variation_detail = _awaited(FlagClient.json_variation_detail)
    all_flags_state = _awaited(FlagClient.all_flags_state)
    explain = _awaited(FlagClient.explain)
    consistency = _awaited(FlagClient.consistency)
