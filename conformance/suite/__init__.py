"""Runs the vectors on every host runtime, and judges all answers by one comparator."""
