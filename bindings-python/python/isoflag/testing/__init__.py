"""Flags in tests: overridden without a network, their failures, and what was asked of them.

For unittest and everything else; ``isoflag.pytest_plugin`` is the same for pytest::

    class TestOrders(unittest.TestCase):
        def setUp(self):
            self.flags = FlagOverrides(document).start()
            self.addCleanup(self.flags.stop)

        def test_the_old_way(self):
            self.flags.off("new-checkout")
            take_order("mia")
            self.assertNotIn("new-checkout-limit", self.flags.evaluated)

Values are set by patches of the document, so that the core answers as it does in production.
"""

from .baseline import AllOff, AllOn, Baseline, UnderStrategy
from .entry_point import EntryPoint
from .evaluations import Evaluation, Evaluations
from .flag_items import FlagFailure
from .overrides import FlagOverrides
from .overriding_source import SourceFailure

__all__ = [
    "AllOff",
    "AllOn",
    "Baseline",
    "EntryPoint",
    "Evaluation",
    "Evaluations",
    "FlagFailure",
    "FlagOverrides",
    "SourceFailure",
    "UnderStrategy",
]
