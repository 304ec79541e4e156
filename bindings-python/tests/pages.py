"""Runs the Python code blocks of documentation pages."""

import ast
import re
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CLAIM = re.compile(r"^(\S.*?)  # (.*)$", re.MULTILINE)


class Page:
    """A page by its path in the repository."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = (TOP / name).read_text(encoding="utf-8")
        found = list(_BLOCK.finditer(self.text))
        self.blocks = [each[1] for each in found]
        self._lines = [self.text.count("\n", 0, each.start(1)) for each in found]

    def __repr__(self) -> str:
        return self.name

    def run(self, names: dict[str, Any] | None = None) -> dict[str, Any]:
        """Runs the blocks in order in one namespace and returns it.

        An error names the page and its line.
        """
        defined = {"__name__": "page", **(names or {})}
        for block, line in zip(self.blocks, self._lines, strict=True):
            exec(compile("\n" * line + block, self.name, "exec"), defined)  # noqa: S102
        return defined

    def claims(self) -> list[tuple[str, str]]:
        """Returns expressions with the value in their comment."""
        found = [claim for block in self.blocks for claim in _CLAIM.findall(block)]
        return [(code, value) for code, value in found if _is_value(value)]


def _is_value(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return False
    return True
