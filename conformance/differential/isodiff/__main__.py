"""Runs the differential: ``python -m isodiff --cases 100000 --seed 1``."""

from __future__ import annotations

import sys

from isodiff.run import main

if __name__ == "__main__":
    sys.exit(main())
