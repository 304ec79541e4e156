"""LaunchDarkly-style feature flags, evaluated in the process.

The same document and the same context give the same value, variation and reason in Python,
WebAssembly and Rust::

    from isoflag import Context, Flags

    flags = Flags.from_json(text)
    detail = flags.variation_detail("checkout", {"kind": "user", "key": "ada"}, False)
    detail.value, detail.variation_index, detail.reason

A context that is asked about often is read once: ``Context("ada")``, or ``flags.bind(context)``.

``FlagClient`` fetches a document from a source and keeps it fresh; ``isoflag.source`` has readers
for files, AppConfig, DynamoDB and S3. Neither is imported before it is named.
"""

from typing import TYPE_CHECKING, Any

from ._core import (
    SPEC_VERSION,
    BoundFlags,
    Context,
    Diagnostic,
    EvaluationDetail,
    EvaluationDetails,
    Explanation,
    Flags,
    __version__,
    secure_mode_hash,
)
from ._errors import ContextError, DocumentError

if TYPE_CHECKING:
    from .client import FlagClient

__all__ = [
    "SPEC_VERSION",
    "BoundFlags",
    "Context",
    "ContextError",
    "Diagnostic",
    "DocumentError",
    "EvaluationDetail",
    "EvaluationDetails",
    "Explanation",
    "FlagClient",
    "Flags",
    "__version__",
    "secure_mode_hash",
]


def __getattr__(name: str) -> Any:
    if name != "FlagClient":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .client import FlagClient  # noqa: PLC0415

    globals()[name] = FlagClient
    return FlagClient


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
