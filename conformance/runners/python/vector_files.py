"""Reads the vectors."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONFORMANCE = Path(__file__).resolve().parents[2]
VECTORS = CONFORMANCE / "vectors"
ANSWERS = CONFORMANCE / "answers"
VENDOR_VECTORS = CONFORMANCE.parents[1] / "shared" / "vectors"


@dataclass(frozen=True)
class Case:
    """One case, with the documents that its file shares."""

    given: dict[str, Any]
    documents: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The case's name, unique in the suite."""
        name: str = self.given["id"]
        return name

    @property
    def document(self) -> Any:
        """The document, if it is not text."""
        document = self.given.get("document", {"flags": {}})
        return self.documents[document] if isinstance(document, str) else document

    @property
    def document_bytes(self) -> bytes | None:
        """The document's text, if the case has one."""
        if "documentBase64" in self.given:
            return base64.b64decode(self.given["documentBase64"])
        if "documentText" in self.given:
            return written(self.given["documentText"]).encode()
        return None


def written(text: Any) -> str:
    """Returns a text from a string, or from parts that may be repeated."""
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in text["parts"])


def read(path: Path) -> Any:
    """Returns a file's content."""
    return json.loads(path.read_text(encoding="utf-8"))


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Returns every case of every file."""
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    for path in sorted(VECTORS.glob("*.json")):
        content = read(path)
        for given in content["cases"]:
            yield Case(given, content.get("documents", {}))
