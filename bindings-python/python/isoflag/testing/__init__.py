"""Overrides flags in tests, simulates failures and records evaluations, without a network.

For unittest and other frameworks; ``isoflag.pytest_plugin`` does the same for pytest::

    class TestOrders(unittest.TestCase):
        def setUp(self):
            self.flags = FlagOverrides(document).start()
            self.addCleanup(self.flags.stop)

        def test_the_old_way(self):
            self.flags.off("new-checkout")
            take_order("mia")
            self.assertNotIn("new-checkout-limit", self.flags.evaluated)

Overrides are patches of the document, so that the core evaluates them as in production.
"""

from .entry_point import EntryPoint
from .evaluations import Evaluation, Evaluations
from .flag_items import FlagFailure
from .overridden_document import AllOff, AllOn, Baseline, SourceFailure, UnderStrategy
from .overrides import FlagOverrides

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
