"""LaunchDarkly-style feature flags, evaluated in the process.

The same document and the same context give the same value, variation and reason in Python,
WebAssembly and Rust::

    from isoflag import Context, Flags

    flags = Flags.from_json(text)
    detail = flags.variation_detail("checkout", {"kind": "user", "key": "ada"}, False)
    detail.value, detail.variation_index, detail.reason

A context that is asked about often is read once: ``Context("ada")``, or ``flags.bind(context)``.
"""

from ._core import (
    SPEC_VERSION,
    BoundFlags,
    Consistency,
    Context,
    Diagnostic,
    DocumentHistory,
    EvaluationDetail,
    Explanation,
    Flags,
    Pinned,
    Receipt,
    __version__,
    parse_ttl,
    replay,
    secure_mode_hash,
)
from ._errors import ContextError, DocumentError, PinError, ReceiptError

__all__ = [
    "SPEC_VERSION",
    "BoundFlags",
    "Consistency",
    "Context",
    "ContextError",
    "Diagnostic",
    "DocumentError",
    "DocumentHistory",
    "EvaluationDetail",
    "Explanation",
    "Flags",
    "PinError",
    "Pinned",
    "Receipt",
    "ReceiptError",
    "__version__",
    "parse_ttl",
    "replay",
    "secure_mode_hash",
]
