"""Binds the flags of an endpoint to the context of a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from isoflag import BoundFlags, Consistency, Context, Flags, PinError
from isoflag._core import printable
from isoflag._process import wall_clock
from isoflag.gate_times import GateTimes

from .request import Request


class BoundClient(Protocol):
    """Flags of one document bound to one context, such as the result of ``FlagClient.bind``."""

    @property
    def digest(self) -> str | None:
        """The digest of the document in use; None before the first document."""

    def variation(self, key: str, default: Any) -> Any:
        """See ``BoundFlags.variation``."""

    def bool_variation(self, key: str, default: bool) -> bool:  # noqa: FBT001
        """See ``BoundFlags.bool_variation``."""

    def all_flags_state(
        self, *, client_side_only: bool = False, with_reasons: bool = False
    ) -> dict[str, Any]:
        """See ``BoundFlags.all_flags_state``."""

    def consistency(
        self, key: str, now_ms: float | None = None, ttl_seconds: float | None = None
    ) -> Consistency:
        """See ``BoundFlags.consistency``; times default to now and to the client's own."""


@runtime_checkable
class DocumentClient(Protocol):
    """A bound client that gives its document, such as the result of ``FlagClient.bind``."""

    @property
    def flags(self) -> Flags | None:
        """The document in use; None before the first document."""


class Client(Protocol):
    """A holder of the current document, such as ``isoflag.FlagClient``."""

    def bind(self, context: "ContextLike") -> BoundClient:
        """Binds the current document to a context."""


@runtime_checkable
class PinningClient(Protocol):
    """A client that can evaluate with earlier documents too, such as ``isoflag.FlagClient``."""

    @property
    def pins(self) -> object:
        """The store of earlier documents, or None if the client keeps none."""

    def bind(self, context: "ContextLike", *, pin: str | None = None) -> BoundClient:
        """Binds the pinned document, or the current one; raises ``PinError``."""


@runtime_checkable
class ChangingClient(Protocol):
    """A client that can evaluate with a changed document, such as ``isoflag.FlagClient``."""

    def bind_changed(self, context: "ContextLike", change: Callable[[Flags], Flags]) -> BoundClient:
        """Binds the current document as changed by a function."""


FlagsOrClient: TypeAlias = Flags | Client
"""Immutable flags, or a client that holds the current ones."""

ContextLike: TypeAlias = Context | Mapping[str, Any]
"""A context, or a mapping in LaunchDarkly's context JSON."""

ContextOf: TypeAlias = ContextLike | Callable[[Request], ContextLike]
"""A context, or a function that returns the context of a request.

The function may raise ``BadRequestError``, which becomes a response with status 400. Query
parameters and bodies are supplied by the client and can be forged; claims in
``request.authorizer`` cannot.
"""


@dataclass(frozen=True)
class BoundRequest:
    """Flags of one document, bound to the context of one request."""

    bound: BoundFlags | BoundClient
    """The bound flags."""

    named: Flags | BoundClient
    """The object that has the document's digest."""

    @property
    def digest(self) -> str | None:
        """The digest of the document, computed on first access; None before the first document."""
        return self.named.digest

    @property
    def strategy(self) -> Mapping[str, Any] | None:
        """The strategy that the client has chosen for the context, or None."""
        strategy: Mapping[str, Any] | None = getattr(self.named, "strategy", None)
        return strategy

    @property
    def document(self) -> Flags:
        """The document itself.

        Raises ``ValueError`` if the client does not have it.
        """
        if isinstance(self.named, Flags):
            return self.named
        if isinstance(self.named, DocumentClient) and self.named.flags is not None:
            return self.named.flags
        raise ValueError("the client has no document for the form `document`; pass a `FlagClient`")

    def consistency(self, key: str, ttl_seconds: float | None) -> Consistency:
        """Evaluates consistency now, with the client's times, else those of the environment."""
        if not isinstance(self.bound, BoundFlags):
            return self.bound.consistency(key, ttl_seconds=ttl_seconds)
        times = GateTimes.from_environment()
        ttl = times.ttl_seconds if ttl_seconds is None else ttl_seconds
        return self.bound.consistency(key, wall_clock() * 1000.0, ttl, times.poll_timeout_ms)


def bind_request(
    holder: FlagsOrClient,
    context: ContextLike,
    pin: str | None = None,
    change: Callable[[Flags], Flags] | None = None,
) -> BoundRequest:
    """Binds the current flags, or the pinned ones, to a context.

    ``change`` overrides flags of the current document, which is then the only one that can be
    pinned. Raises ``PinError`` if the pinned document is unavailable.
    """
    if change is not None and isinstance(holder, ChangingClient):
        changed = holder.bind_changed(context, change)
        _check(pin, changed)
        return BoundRequest(changed, changed)
    if change is not None and isinstance(holder, Flags):
        holder = change(holder)
    if isinstance(holder, Flags):
        _check(pin, holder)
        return BoundRequest(holder.bind(context), holder)
    if pin is not None and isinstance(holder, PinningClient):
        bound = holder.bind(context, pin=pin)
        return BoundRequest(bound, bound)
    bound = holder.bind(context)
    _check(pin, bound)
    return BoundRequest(bound, bound)


def _check(pin: str | None, named: Flags | BoundClient) -> None:
    """Raises ``PinError`` if a pin does not name the only available document."""
    if pin is None or pin == (digest := named.digest):
        return
    document = named if isinstance(named, Flags) else getattr(named, "flags", None)
    if isinstance(document, Flags) and pin == document.parent_digest:
        return
    raise PinError(
        f"the document `{printable(pin[:80])}` is not available: only the newest document is held; "
        "evaluate again with it",
        code="document-not-held",
        held=[] if digest is None else [digest],
    )


def context_of(context: ContextOf, request: Request) -> ContextLike:
    """Returns the context of a request."""
    return context if isinstance(context, Context | Mapping) else context(request)
