"""The flag client: it fetches a document from a source, refreshes it and evaluates its flags."""

from .bound_client import BoundFlagClient
from .flag_client import FlagClient
from .held_document import StaleCopyError
from .status import ClientStatus

__all__ = ["BoundFlagClient", "ClientStatus", "FlagClient", "StaleCopyError"]
