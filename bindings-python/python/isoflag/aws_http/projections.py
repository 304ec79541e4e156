"""The documents of visitors, which the form ``document`` of ``/config`` returns."""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Final

from isoflag import Context, Flags

_CHARACTERS: Final = 16 << 20
"""The length of all documents that are kept."""


class _Projections:
    """The latest projections, as JSON text. Threads may share it."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    def text(self, flags: Flags, known: Mapping[str, Any], private: Sequence[str]) -> str:
        """Returns the projection of a document, made on first use."""
        key = json.dumps([flags.digest, known, list(private)], sort_keys=True)
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        text = flags._projected_json(known, private)  # noqa: SLF001 (our own)
        with self._lock:
            if key not in self._texts:
                self._texts[key] = text
                self._characters += len(key) + len(text)
            while self._characters > _CHARACTERS:
                old_key, old_text = self._texts.popitem(last=False)
                self._characters -= len(old_key) + len(old_text)
        return text


_PROJECTIONS: Final = _Projections()


def document_of(
    flags: Flags, context: Context, private: Sequence[str], absent_kinds: Sequence[str]
) -> str:
    """Returns the JSON text of the document for a visitor, all of whose attributes are known."""
    members = context.to_dict()
    single = members["kind"] != "multi"
    kinds = {members["kind"]: members} if single else members
    known: dict[str, Any] = dict.fromkeys(absent_kinds)
    for kind, individual in kinds.items():
        if kind != "kind" or single:
            attributes = {"anonymous": False, **individual}
            known[kind] = {
                name: value for name, value in attributes.items() if name not in {"kind", "_meta"}
            }
    return _PROJECTIONS.text(flags, known, private)
