"""Evaluates LaunchDarkly-style feature flags in the process.

The same document and context have the same value, variation and reason in Python, WebAssembly and
Rust::

    from isoflag import Context, Flags

    flags = Flags.from_json(text)
    detail = flags.variation_detail("checkout", {"kind": "user", "key": "ada"}, False)
    detail.value, detail.variation_index, detail.reason

To evaluate many flags for one context, convert it once: ``Context("ada")``, or
``flags.bind(context)``.

``FlagClient`` fetches a document from a source and keeps it fresh, and so does ``AsyncFlagClient``
for coroutines; ``isoflag.source`` has sources for files, AppConfig, DynamoDB, S3 and URLs. They are
imported on first use, as ``promote`` is.

The extension ``isoflag._core`` and ``_errors`` are the binding; everything else is built on them.
"""

from ._core import (
    SPEC_VERSION,
    BoundFlags,
    Consistency,
    Context,
    Conversion,
    Diagnostic,
    Diff,
    DocumentHistory,
    EvaluationDetail,
    EvaluationDetails,
    Explanation,
    Flags,
    Impact,
    Pinned,
    Receipt,
    __version__,
    check_environments,
    convert,
    edit,
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

# Type checkers know this name; importing `typing` would take longer than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .client import AsyncFlagClient, FlagClient
    from .promotion import promote

__all__ = [
    "SPEC_VERSION",
    "AsyncFlagClient",
    "BoundFlags",
    "Consistency",
    "Context",
    "ContextError",
    "Conversion",
    "Diagnostic",
    "Diff",
    "DocumentError",
    "DocumentHistory",
    "EvaluationDetail",
    "EvaluationDetails",
    "Explanation",
    "FlagClient",
    "Flags",
    "Impact",
    "LifecycleError",
    "PinError",
    "Pinned",
    "Receipt",
    "ReceiptError",
    "StrategyError",
    "__version__",
    "check_environments",
    "convert",
    "edit",
    "from_appconfig_key",
    "parse_ttl",
    "promote",
    "replay",
    "secure_mode_hash",
    "to_appconfig_key",
]


# Hidden from type checkers, which would otherwise accept any attribute name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in {"AsyncFlagClient", "FlagClient"}:
            from . import client as module  # noqa: PLC0415
        elif name == "promote":
            from . import promotion as module  # noqa: PLC0415
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(module, name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
