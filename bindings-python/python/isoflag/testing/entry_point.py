"""Where the code of a feature is entered: watched, so that a test knows whether it was."""

import functools
from pkgutil import resolve_name
from typing import Any

__all__ = ["EntryPoint"]


class EntryPoint:
    """A function, named as ``package.module.function`` or ``package.module.Class.method``.

    Calls go through, and are counted. It is looked up where it is named: a caller that imported the
    function by its own name is watched by that name.
    """

    def __init__(self, name: str) -> None:
        """Name the function; raises ``ValueError`` where there is none of this name."""
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
                f"`{name}` is not there ({error}); write `package.module.function`"
            ) from error
        if not callable(function):
            raise ValueError(f"`{name}` is no function")  # noqa: TRY004 (what is named is text)
        self._original = vars(self._owner).get(self._attribute, function)

    @property
    def was_called(self) -> bool:
        """Whether it was."""
        return bool(self.calls)

    def start(self) -> "EntryPoint":
        """Count calls from here on."""
        original = self._original
        if isinstance(original, staticmethod | classmethod):
            watched: Any = type(original)(self._counting(original.__func__))
        else:
            watched = self._counting(original)
        setattr(self._owner, self._attribute, watched)
        return self

    def stop(self) -> None:
        """Put the function back."""
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
