"""The clock that goes on while a Lambda function is frozen."""

import time


def wall_clock() -> float:
    """Seconds since 1970; looked up anew each time, so that tests may replace ``time.time``."""
    return time.time()
