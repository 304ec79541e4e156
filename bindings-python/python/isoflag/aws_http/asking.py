"""Whom an endpoint asks, and for which context."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from isoflag import BoundFlags, Context, Flags

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


class Client(Protocol):
    """What holds the document that answers now, such as ``isoflag.FlagClient``."""

    def bind(self, context: "ContextLike") -> BoundClient:
        """Bind the present document to a context."""


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


def ask(holder: FlagsOrClient, context: ContextLike) -> Asked:
    """Bind the flags of this moment to a context."""
    if isinstance(holder, Flags):
        return Asked(holder.bind(context), holder)
    bound = holder.bind(context)
    return Asked(bound, bound)


def context_of(context: ContextOf, request: Request) -> ContextLike:
    """Give the context that a request is about."""
    return context if isinstance(context, Context | Mapping) else context(request)
