"""The answers of LaunchDarkly's SDKs, as :mod:`isodiff.spec` with methods overridden: one module for each SDK.

Each override is guarded by its point, so that a difference can be put down to single points.
"""

from __future__ import annotations

from isodiff.quirks.javascript import JavaScript
from isodiff.quirks.python import Python
from isodiff.quirks.sdk import Sdk

SDKS: dict[str, type[Sdk]] = {"javascript": JavaScript, "python": Python}
