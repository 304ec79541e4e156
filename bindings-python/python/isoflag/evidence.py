"""Records which flags the tests evaluated, as evidence for ``isoflag certify``.

``certify`` names a file in ``ISOFLAG_EVIDENCE``. Each process of the test run appends a line of
activity for each flag, variation and document, at its first evaluation. ``FlagClient`` and
``isoflag.testing`` record automatically; if you evaluate ``Flags`` directly, call ``record``.
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
    """Appends an evaluation, if the environment names a file and this is the first of its kind.

    ``digest`` is that of the evaluated document; the index is None if the default was returned.
    Errors are logged, not raised.
    """
    file = os.environ.get(EVIDENCE)
    if not file or (entry := (file, key, variation_index, digest)) in _recorded:
        return
    _recorded.add(entry)
    activity = Activity()
    activity.record(key, variation_index, digest)
    try:
        # A single write in append mode, so that lines of several processes do not interleave.
        activity.flush(lambda line: _append(file, f"{line}\n".encode()))
    except OSError as error:
        _logger.warning("cannot write evidence for `isoflag certify`: %s", error)


def _append(file: str, line: bytes) -> None:
    with open(file, "ab", buffering=0) as opened:  # noqa: PTH123 (open in append mode)
        opened.write(line)


class Evidence(Activity):
    """An activity that records each evaluation as evidence and forwards it to another activity."""

    def __init__(self, activity: Activity | None) -> None:
        """Takes the activity that the client's user passed, if any."""
        super().__init__()
        self._activity = activity

    def record(
        self, key: str, variation_index: int | None, digest: str, strategy: str | None = None
    ) -> None:
        """Appends the evaluation to the evidence, and counts it."""
        record(key, variation_index, digest)
        if self._activity is not None:
            under = () if strategy is None else (strategy,)
            self._activity.record(key, variation_index, digest, *under)


def with_evidence(activity: Activity | None) -> Evidence:
    """Wraps an activity, so that its evaluations are evidence too."""
    return activity if isinstance(activity, Evidence) else Evidence(activity)
