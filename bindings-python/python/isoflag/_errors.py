"""The exceptions that loading and checking raise; an evaluation raises none."""

from __future__ import annotations

# What type checkers know by this name; importing it would cost more than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class DocumentError(ValueError):
    """A text or mapping that is no flag document, or is past a limit.

    A flag or segment that is merely malformed raises nothing: it is isolated, and listed in
    ``Flags.diagnostics``.
    """

    path: str
    """Where in the document, such as ``flags.checkout.rules[2]``; empty for the whole of it."""

    code: str
    """The stable name of the error."""

    line: int | None
    """The line of the text, from 1, where there is one."""

    column: int | None
    """The column of the text, from 1, where there is one."""

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
    """A context that is invalid."""

    path: str
    """Where in the context, such as ``user.key``; empty for the whole of it."""

    code: str
    """The stable name of the error."""

    def __init__(self, message: str, *, path: str = "", code: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.code = code


class PinError(ValueError):
    """A pin that cannot be answered by its own document.

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
    """Something that is no strategy for a document.

    ``code`` is ``not-a-strategy``, ``unknown-strategy`` or ``unknown-flag``.
    """

    code: str
    """The stable name of the error."""

    path: str
    """Where in the strategy, such as ``on[0]``; empty for the whole of it."""

    def __init__(self, message: str, *, code: str = "", path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.path = path


class LifecycleError(ValueError):
    """A change of a flag's status that is not legal.

    ``code`` is ``unknown-flag``, ``unknown-status``, ``malformed-flag``, ``no-status``,
    ``illegal-transition`` or ``not-rolled-out``.
    """

    code: str
    """The stable name of the error."""

    legal: list[str]
    """The statuses that may follow the one that the flag has, where another was asked for."""

    def __init__(self, message: str, *, code: str = "", legal: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.legal = list(legal)


class ReceiptError(ValueError):
    """A receipt that is not what the evaluation gives.

    ``code`` is ``not-a-receipt``, ``other-rules``, ``other-document``, ``other-context`` or
    ``other-answer``.
    """

    code: str
    """The stable name of the error."""

    path: str
    """The first step that differs, such as ``trace.rules[2].clauses[0].match``."""

    claimed: Any
    """What the receipt claims there, or None."""

    found: Any
    """What the evaluation gives there, or None."""

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
