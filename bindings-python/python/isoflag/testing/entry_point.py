"""Counts the calls of a function that is the entry point of a feature."""

import functools
from pkgutil import resolve_name
from typing import Any

from isoflag._core import printable

__all__ = ["EntryPoint"]


class EntryPoint:
    """A function, named as ``package.module.function`` or ``package.module.Class.method``.

    Calls are counted and passed through. Only the named attribute is replaced: if a caller has
    imported the function into its own module, name it there.
    """

    def __init__(self, name: str) -> None:
        """Finds the function; raises ``ValueError`` if it does not exist."""
        self.name = name
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        """The arguments of each call."""
        owner, _, self._attribute = name.replace(":", ".").rpartition(".")
        try:
            self._owner = resolve_name(owner)
            self._own = self._attribute in vars(self._owner)
            function = getattr(self._owner, self._attribute)
        except (ImportError, AttributeError, ValueError) as error:
            raise ValueError(
                printable(f"cannot find `{name}` ({error}); write `package.module.function`")
            ) from error
        if not callable(function):
            raise ValueError(  # noqa: TRY004 (the invalid argument is a text)
                f"`{printable(name)}` is not a function; write `package.module.function`"
            )
        self._original = vars(self._owner).get(self._attribute, function)

    @property
    def was_called(self) -> bool:
        """Whether the function was called."""
        return bool(self.calls)

    def start(self) -> "EntryPoint":
        """Starts counting calls."""
        original = self._original
        if isinstance(original, staticmethod | classmethod):
            watched: Any = type(original)(self._counting(original.__func__))
        else:
            watched = self._counting(original)
        setattr(self._owner, self._attribute, watched)
        return self

    def stop(self) -> None:
        """Restores the function."""
        if self._own:
            setattr(self._owner, self._attribute, self._original)
        else:
            delattr(self._owner, self._attribute)

    def _counting(self, function: Any) -> Any:
        @functools.wraps(function)
        def counting(*arguments: Any, **named: Any) -> Any:
            self.calls.append((arguments, named))
            return function(*arguments, **named)

        return counting
