"""Writes conformance/vectors/ from hand-written expectations and independent oracles, never from isoflag."""
