"""Loggers whose lines quote nothing that a terminal or the log of a pipeline would obey."""

import logging

from ._core import printable


class _Printable(logging.Filter):
    """Escapes what a line quotes: keys, names and errors that a document or a request brought."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_shown, record.args))
        return True


def _shown(argument: object) -> object:
    return argument if isinstance(argument, (int, float)) else printable(str(argument))


_FILTER = _Printable()


def logger(name: str) -> logging.Logger:
    """Returns the logger of that name, which escapes what its lines quote."""
    named = logging.getLogger(name)
    named.addFilter(_FILTER)
    return named
