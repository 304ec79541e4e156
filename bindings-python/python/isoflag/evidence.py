"""Evidence that tests evaluated flags, for ``isoflag certify``.

``certify`` names a file in ``ISOFLAG_EVIDENCE``. Each process of the test run appends a line of
activity for each flag, variation and document, when it is evaluated first. ``FlagClient`` and
``isoflag.testing`` do so; a program that evaluates ``Flags`` itself calls ``record``.
"""

import os
from typing import Final

from ._logs import logger
from .activity import Activity

__all__ = ["EVIDENCE", "Evidence", "record"]

EVIDENCE: Final = "ISOFLAG_EVIDENCE"
"""The environment variable that names the file."""

_logger = logger("isoflag")
_recorded: set[tuple[str, str, int | None, str]] = set()


def record(key: str, variation_index: int | None, digest: str) -> None:
    """Append an evaluation, if the environment names a file and this is the first of its kind.

    ``digest`` is that of the document that answered, and the index None if the default was served.
    Nothing is raised: what cannot be written is logged.
    """
    file = os.environ.get(EVIDENCE)
    if not file or (entry := (file, key, variation_index, digest)) in _recorded:
        return
    _recorded.add(entry)
    activity = Activity()
    activity.record(key, variation_index, digest)
    try:
        # One write to a file that is opened to append, so that lines of several processes stay
        # whole.
        activity.flush(lambda line: _append(file, f"{line}\n".encode()))
    except OSError as error:
        _logger.warning("evidence for `isoflag certify` cannot be written: %s", error)


def _append(file: str, line: bytes) -> None:
    with open(file, "ab", buffering=0) as opened:  # noqa: PTH123 (open in append mode)
        opened.write(line)


class Evidence(Activity):
    """Activity of a client whose evaluations are evidence; they are counted for its user too."""

    def __init__(self, activity: Activity | None) -> None:
        """Take what the user of the client counts with, if anything."""
        super().__init__()
        self._activity = activity

    def record(self, key: str, variation_index: int | None, digest: str) -> None:
        """Append the evaluation, and count it."""
        record(key, variation_index, digest)
        if self._activity is not None:
            self._activity.record(key, variation_index, digest)
