"""Loggers that escape terminal and CI-log control sequences in their arguments."""

import logging

from ._core import printable


class _Printable(logging.Filter):
    """Escapes the arguments of a record: keys, names and errors from documents and requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_shown, record.args))
        return True


def _shown(argument: object) -> object:
    return argument if isinstance(argument, (int, float)) else printable(str(argument))


_FILTER = _Printable()


def logger(name: str) -> logging.Logger:
    """Returns the logger of that name, with escaping of arguments enabled."""
    named = logging.getLogger(name)
    named.addFilter(_FILTER)
    return named


def warn(text: str, fields: dict[str, str]) -> None:
    """Logs a warning about an evaluation, with fields for structured logs."""
    logger("isoflag").warning("%s", text, extra=fields)
