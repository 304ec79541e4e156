"""Benchmarks of isoflag in Python, compared with other evaluators."""
