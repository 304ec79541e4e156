"""Runs isoflag's conformance suite against the installed package: ``python -m isoflag_verify``."""

__version__ = "0.1.0"
