"""The exceptions that loading raises; an evaluation raises none."""


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
