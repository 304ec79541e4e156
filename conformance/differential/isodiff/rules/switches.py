"""Points as switches: isoflag's own rules, or an SDK's."""

from __future__ import annotations

from isodiff.rules.points import JAVASCRIPT, PYTHON


class Switches:
    """Which points are as one SDK has them, and which of them an evaluation came by."""

    def __init__(self, sdk: str, active: frozenset[str]) -> None:
        self.sdk = sdk
        self.active = active
        self.touched: set[str] = set()

    def javascript(self, name: str) -> bool:
        """Whether the point is now as the JavaScript SDK has it."""
        return self.sdk == "javascript" and self._on(name)

    def python(self, name: str) -> bool:
        """Whether the point is now as the Python SDK has it."""
        return self.sdk == "python" and self._on(name)

    def _on(self, name: str) -> bool:
        if name not in self.active:
            return False
        self.touched.add(name)
        return True


def isoflag_switches() -> Switches:
    """No point as any SDK has it: isoflag's own rules."""
    return Switches("isoflag", frozenset())


def sdk_switches(sdk: str, without: frozenset[str] = frozenset()) -> Switches:
    """Every point as the SDK has it, but for some."""
    return Switches(sdk, (JAVASCRIPT if sdk == "javascript" else PYTHON) - without)
