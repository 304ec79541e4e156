"""Attribute references (SPEC.md 3)."""

from __future__ import annotations

import re

Reference = tuple[str, ...]
"""The components of a reference; a literal name has one."""


class References:
    """Parses attribute references."""

    def reference(self, text: str, *, literal: bool) -> Reference | None:
        """Returns the components, or ``None`` if the text is not a valid reference (3, D31, D32)."""
        if text == "":
            return None
        if literal or not text.startswith("/"):
            return (text,)
        return self.path(text)

    def path(self, text: str) -> Reference | None:
        """Splits a text with a leading slash (3, D33)."""
        names = []
        for component in text[1:].split("/"):
            name = self.component(component)
            if not name:
                return None
            names.append(name)
        return tuple(names)

    def component(self, component: str) -> str | None:
        """Unescapes ``~0`` and ``~1``; any other ``~`` is invalid (3, P02, P03)."""
        return None if re.search(r"~(?![01])", component) else unescaped(component)


def unescaped(component: str) -> str:
    """Replaces ``~1`` by a slash, then ``~0`` by a tilde."""
    return component.replace("~1", "/").replace("~0", "~")
