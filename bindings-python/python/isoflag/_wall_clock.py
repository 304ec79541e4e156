"""The wall clock, which keeps running while a Lambda function is frozen."""

import time


def wall_clock() -> float:
    """Returns seconds since 1970; calls ``time.time`` by name so that tests can replace it."""
    return time.time()
