"""Exceptions that loading and checking raise; evaluations raise none of them."""

from __future__ import annotations

# Type checkers know this name; importing `typing` would take longer than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Picklable:
    """Lets an exception be copied and sent to another process whatever its constructor takes."""

    def __reduce__(self) -> tuple[Any, ...]:
        error: Any = self
        return _unpickled, (type(error), error.args), error.__dict__


def _unpickled(kind: type[BaseException], args: tuple[object, ...]) -> BaseException:
    return kind.__new__(kind, *args)


class _CodedError(ValueError):
    code: str
    """The stable name of the error."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class _LocatedError(_CodedError):
    path: str
    """Path in the input, such as ``flags.checkout.rules[2]``; empty for the whole input."""

    def __init__(self, message: str, *, code: str = "", path: str = "") -> None:
        super().__init__(message, code=code)
        self.path = path


class DocumentError(_LocatedError):
    """The input is not a flag document, or exceeds a limit.

    A malformed flag or segment is not an error: it does not affect others and is listed in
    ``Flags.diagnostics``.
    """

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
        super().__init__(message, code=code, path=path)
        self.line = line
        self.column = column


class ContextError(_LocatedError):
    """The context is invalid."""


class PinError(_CodedError):
    """The pinned document cannot be used.

    ``code`` is ``not-a-digest``, ``document-not-held`` or ``pin-too-old``.
    """

    held: list[str]
    """The digests of the documents held, the newest first."""

    def __init__(self, message: str, *, code: str = "", held: Sequence[str] = ()) -> None:
        super().__init__(message, code=code)
        self.held = list(held)


class StrategyError(_LocatedError):
    """The strategy is invalid for the document.

    ``code`` is ``not-a-strategy``, ``unknown-strategy`` or ``unknown-flag``.
    """


class LifecycleError(_CodedError):
    """The change of a flag's status is not allowed.

    ``code`` is ``unknown-flag``, ``unknown-status``, ``malformed-flag``, ``no-status``,
    ``illegal-transition``, ``not-rolled-out``, ``not-certified`` or ``not-deployable``.
    """

    legal: list[str]
    """The statuses that may follow the flag's current one, if the transition was illegal."""

    def __init__(self, message: str, *, code: str = "", legal: Sequence[str] = ()) -> None:
        super().__init__(message, code=code)
        self.legal = list(legal)


class ReceiptError(_LocatedError):
    """The receipt differs from a new evaluation at ``path``, the first step that differs.

    ``code`` is ``not-a-receipt``, ``other-rules``, ``other-document``, ``other-context`` or
    ``other-answer``.
    """

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
        super().__init__(message, code=code, path=path)
        self.claimed = claimed
        self.found = found
