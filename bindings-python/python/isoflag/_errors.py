"""Exceptions that loading and checking raise; evaluations raise none of them."""

from __future__ import annotations

# Type checkers know this name; importing `typing` would take longer than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class DocumentError(ValueError):
    """The input is not a flag document, or exceeds a limit.

    A malformed flag or segment is not an error: it does not affect others and is listed in
    ``Flags.diagnostics``.
    """

    path: str
    """Path in the document, such as ``flags.checkout.rules[2]``; empty for the whole document."""

    code: str
    """The stable name of the error."""

    line: int | None
    """Line in the text, counted from 1, or None if the error has no position."""

    column: int | None
    """Column in the text, counted from 1, or None if the error has no position."""

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        code: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.code = code
        self.line = line
        self.column = column


class ContextError(ValueError):
    """The context is invalid."""

    path: str
    """Path in the context, such as ``user.key``; empty for the whole context."""

    code: str
    """The stable name of the error."""

    def __init__(self, message: str, *, path: str = "", code: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.code = code


class PinError(ValueError):
    """The pinned document cannot be used.

    ``code`` is ``not-a-digest``, ``document-not-held`` or ``pin-too-old``.
    """

    code: str
    """The stable name of the error."""

    held: list[str]
    """The digests of the documents held, the newest first."""

    def __init__(self, message: str, *, code: str = "", held: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.held = list(held)


class StrategyError(ValueError):
    """The strategy is invalid for the document.

    ``code`` is ``not-a-strategy``, ``unknown-strategy`` or ``unknown-flag``.
    """

    code: str
    """The stable name of the error."""

    path: str
    """Path in the strategy, such as ``on[0]``; empty for the whole strategy."""

    def __init__(self, message: str, *, code: str = "", path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.path = path


class LifecycleError(ValueError):
    """The change of a flag's status is not allowed.

    ``code`` is ``unknown-flag``, ``unknown-status``, ``malformed-flag``, ``no-status``,
    ``illegal-transition`` or ``not-rolled-out``.
    """

    code: str
    """The stable name of the error."""

    legal: list[str]
    """The statuses that may follow the flag's current one, if the transition was illegal."""

    def __init__(self, message: str, *, code: str = "", legal: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.legal = list(legal)


class ReceiptError(ValueError):
    """The receipt differs from a new evaluation.

    ``code`` is ``not-a-receipt``, ``other-rules``, ``other-document``, ``other-context`` or
    ``other-answer``.
    """

    code: str
    """The stable name of the error."""

    path: str
    """The first step that differs, such as ``trace.rules[2].clauses[0].match``."""

    claimed: Any
    """The receipt's value at ``path``, or None."""

    found: Any
    """The new evaluation's value at ``path``, or None."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        path: str = "",
        claimed: Any = None,
        found: Any = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.path = path
        self.claimed = claimed
        self.found = found
