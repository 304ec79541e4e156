"""The sample project in a temporary folder, for nested runs of pytest."""

import pytest

# A nested run unloads the modules that it imports, but not objects made from them.
import isoflag.testing  # noqa: F401
from checkout_project import DOCUMENT, SHOP


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(checkout=SHOP)
    pytester.makefile(".json", flags=DOCUMENT)
    return pytester
