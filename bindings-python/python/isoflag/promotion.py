"""``isoflag.promote``: carries flags from one document into the text of another.

It requires the CLI: ``pip install isoflag[cli]``.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ._core import Flags
from ._errors import DocumentError
from .reports._command import Document, Files, run
from .source.protocol import require_list

__all__ = ["Note", "Promotion", "promote"]


class Note(NamedTuple):
    """A part that was not carried, or that needs a decision."""

    code: str
    """The stable name, such as ``rollout-left-out``."""
    path: str
    """The path, such as ``flags.checkout.fallthrough``."""
    message: str
    """The reason and its effect."""


class Promotion(NamedTuple):
    """The text of a document after flags of another one are carried into it."""

    text: str
    """The text; no byte differs beside the carried members."""
    notes: list[Note]
    """Notes in the order of the keys."""


def promote(
    source: Document,
    text: str | bytes | bytearray,
    *,
    features: Sequence[str] = (),
    with_rollout: bool = False,
    with_targets: bool = False,
    with_on: bool = False,
    now: float | None = None,
) -> Promotion:
    """Returns the text of a document after flags of another one, the source, are carried into it.

    A flag that the document lacks is added switched off. A flag that it has gets the definition of
    the source, such as variations, rules and prerequisites; it keeps whether it is on, percentages,
    individual targets, the off variation, the salt and the status, unless ``with_rollout``,
    ``with_targets`` or ``with_on`` carries them too. ``features`` has the keys of the flags to
    carry (default: all). Flags and segments that a carried flag needs are added too. Versions and
    times are set as by ``edit``.

    Raises ``DocumentError`` if one of the texts is not a document, or a flag is missing, malformed
    or does not fit, ``ValueError`` for a time that is not in seconds, and ``FileNotFoundError`` if
    the CLI is not installed.
    """
    require_list(features=features)
    Flags.from_json(text)
    with tempfile.TemporaryDirectory(prefix="isoflag-") as folder:
        files = Files(folder)
        target = files.written(text.encode() if isinstance(text, str) else bytes(text))
        arguments = [files.document(source), target]
        arguments += [f"--feature={key}" for key in features]
        options = {"rollout": with_rollout, "targets": with_targets, "on": with_on}
        arguments += [f"--with-{name}" for name, wanted in options.items() if wanted]
        done = run("promote", now, arguments)
        if error := done.get("error"):
            raise DocumentError(error["message"], code=error["code"], path=error["path"])
        notes = [Note(**note) for note in done["notes"]]
        return Promotion(Path(target).read_bytes().decode(), notes)
