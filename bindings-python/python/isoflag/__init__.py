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

from ._core import (
    SPEC_VERSION,
    BoundFlags,
    Consistency,
    Context,
    Diagnostic,
    Diff,
    DocumentHistory,
    EvaluationDetail,
    EvaluationDetails,
    Explanation,
    Flags,
    Pinned,
    Receipt,
    __version__,
    check_environments,
    from_appconfig_key,
    parse_ttl,
    replay,
    secure_mode_hash,
    to_appconfig_key,
)
from ._errors import (
    ContextError,
    DocumentError,
    LifecycleError,
    PinError,
    ReceiptError,
    StrategyError,
)

# What type checkers know by this name; importing it would cost more than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .client import FlagClient

__all__ = [
    "SPEC_VERSION",
    "BoundFlags",
    "Consistency",
    "Context",
    "ContextError",
    "Diagnostic",
    "Diff",
    "DocumentError",
    "DocumentHistory",
    "EvaluationDetail",
    "EvaluationDetails",
    "Explanation",
    "FlagClient",
    "Flags",
    "LifecycleError",
    "PinError",
    "Pinned",
    "Receipt",
    "ReceiptError",
    "StrategyError",
    "__version__",
    "check_environments",
    "from_appconfig_key",
    "parse_ttl",
    "replay",
    "secure_mode_hash",
    "to_appconfig_key",
]


# Out of the sight of type checkers, which would take any name for one that it knows.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name != "FlagClient":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from .client import FlagClient  # noqa: PLC0415

        globals()[name] = FlagClient
        return FlagClient


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
