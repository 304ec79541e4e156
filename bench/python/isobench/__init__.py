"""isoflag's speed in Python, beside other evaluators."""
