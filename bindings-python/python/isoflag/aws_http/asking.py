"""Whom an endpoint asks, and for which context."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from isoflag import BoundFlags, Consistency, Context, Flags, PinError
from isoflag._wall_clock import wall_clock
from isoflag.gate_times import GateTimes

from .request import Request


class BoundClient(Protocol):
    """One document for one context, such as ``FlagClient.bind`` gives."""

    @property
    def digest(self) -> str | None:
        """The digest of the document that answers; None before the first."""

    def variation(self, key: str, default: Any) -> Any:
        """As ``BoundFlags.variation``."""

    def bool_variation(self, key: str, default: bool) -> bool:  # noqa: FBT001
        """As ``BoundFlags.bool_variation``."""

    def all_flags_state(
        self, *, client_side_only: bool = False, with_reasons: bool = False
    ) -> dict[str, Any]:
        """As ``BoundFlags.all_flags_state``."""

    def consistency(
        self, key: str, now_ms: float | None = None, ttl_seconds: float | None = None
    ) -> Consistency:
        """As ``BoundFlags.consistency``, now and by times of its own unless they are given."""


class Client(Protocol):
    """What holds the document that answers now, such as ``isoflag.FlagClient``."""

    def bind(self, context: "ContextLike") -> BoundClient:
        """Bind the present document to a context."""


@runtime_checkable
class PinningClient(Protocol):
    """A client that can answer by earlier documents too, such as ``isoflag.FlagClient``."""

    @property
    def pins(self) -> object:
        """What earlier documents are kept by; None where they are not."""

    def bind(self, context: "ContextLike", *, pin: str | None = None) -> BoundClient:
        """Bind the document of a pin, or raise ``PinError``; without one the present document."""


FlagsOrClient: TypeAlias = Flags | Client
"""Flags that never change, or what holds the present ones."""

ContextLike: TypeAlias = Context | Mapping[str, Any]
"""A context, or a mapping in LaunchDarkly's context JSON."""

ContextOf: TypeAlias = ContextLike | Callable[[Request], ContextLike]
"""A context, or the function that finds it in a request.

The function may raise ``BadRequestError``, which is answered with 400. What a page says of itself
in a query or body it may make up; what must be true comes from ``request.authorizer``.
"""


@dataclass(frozen=True)
class Asked:
    """Flags for one request: all answers are of one document."""

    bound: BoundFlags | BoundClient
    """What answers."""

    named: Flags | BoundClient
    """What knows the document's digest."""

    @property
    def digest(self) -> str | None:
        """The digest of the document, worked out when first asked; None before the first."""
        return self.named.digest

    def consistency(self, key: str, ttl_seconds: float | None) -> Consistency:
        """Ask the gate, now and by the times of the client, else of the environment."""
        if not isinstance(self.bound, BoundFlags):
            return self.bound.consistency(key, ttl_seconds=ttl_seconds)
        times = GateTimes.from_environment()
        ttl = times.ttl_seconds if ttl_seconds is None else ttl_seconds
        return self.bound.consistency(key, wall_clock() * 1000.0, ttl, times.poll_timeout_ms)


def ask(holder: FlagsOrClient, context: ContextLike, pin: str | None = None) -> Asked:
    """Bind the flags of this moment to a context, or those that were pinned.

    Raises ``PinError`` where the document of the pin cannot be had.
    """
    if isinstance(holder, Flags):
        _check(pin, holder)
        return Asked(holder.bind(context), holder)
    if pin is not None and isinstance(holder, PinningClient):
        bound = holder.bind(context, pin=pin)
        return Asked(bound, bound)
    bound = holder.bind(context)
    _check(pin, bound)
    return Asked(bound, bound)


def _check(pin: str | None, named: Flags | BoundClient) -> None:
    """Raise ``PinError`` where a pin is not to the only document that there is."""
    if pin is None or pin == (digest := named.digest):
        return
    shown = pin[:80].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    raise PinError(
        f"only the newest document is held here, not `{shown}`; decide again with it",
        code="document-not-held",
        held=[] if digest is None else [digest],
    )


def context_of(context: ContextOf, request: Request) -> ContextLike:
    """Give the context that a request is about."""
    return context if isinstance(context, Context | Mapping) else context(request)
