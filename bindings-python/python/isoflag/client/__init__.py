"""The flag client: it fetches a document from a source, refreshes it and evaluates its flags.

``AsyncFlagClient``, ``EvaluationEvent``, ``Exposures`` and ``TimezoneError`` are imported on first
use.
"""

from typing import TYPE_CHECKING

from .bound_client import BoundFlagClient
from .flag_client import FlagClient
from .held_document import ClientStatus, StaleCopyError

if TYPE_CHECKING:
    from .async_client import AsyncFlagClient
    from .evaluation_event import EvaluationEvent, Exposures
    from .local_clock import TimezoneError

__all__ = [
    "AsyncFlagClient",
    "BoundFlagClient",
    "ClientStatus",
    "EvaluationEvent",
    "Exposures",
    "FlagClient",
    "StaleCopyError",
    "TimezoneError",
]

_LATER = {
    "AsyncFlagClient": "async_client",
    "EvaluationEvent": "evaluation_event",
    "Exposures": "evaluation_event",
    "TimezoneError": "local_clock",
}


# Hidden from type checkers, which would otherwise accept any attribute name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415

        value = getattr(import_module(f".{_LATER[name]}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
