"""Loggers that escape terminal and CI-log control sequences in their arguments."""

from ._core import printable

# Type checkers know this name; `typing` and `logging` are slow to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging


class _Printable:
    """Escapes the arguments of a record: keys, names and errors from documents and requests."""

    def filter(self, record: "logging.LogRecord") -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_shown, record.args))
        return True


def _shown(argument: object) -> object:
    return argument if isinstance(argument, (int, float)) else printable(str(argument))


_FILTER = _Printable()


class _Logger:
    """A logger of Python's ``logging``, which is imported when something is logged.

    Errors of a handler are printed.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> object:
        log = getattr(_named(self._name), method)
        if not callable(log):
            return log

        def log_safely(*arguments: object, **options: object) -> None:
            try:
                log(*arguments, stacklevel=2, **options)
            except Exception:  # noqa: BLE001 (an evaluation never raises because of a handler)
                import traceback  # noqa: PLC0415

                traceback.print_exc()

        return log_safely


def _named(name: str) -> "logging.Logger":
    import logging  # noqa: PLC0415

    named = logging.getLogger(name)
    named.addFilter(_FILTER)
    return named


def logger(name: str) -> "logging.Logger":
    """Returns the logger of that name, with escaping of arguments enabled."""
    return _Logger(name)  # type: ignore[return-value]


def warn(text: str, fields: dict[str, str]) -> None:
    """Logs a warning about an evaluation, with fields for structured logs; handlers may raise."""
    _named("isoflag").warning("%s", text, extra=fields)
