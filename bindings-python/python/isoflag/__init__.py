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
    "Flags",
    "__version__",
    "secure_mode_hash",
]
