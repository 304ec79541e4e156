"""Brings a store up to date with a document.

``plan`` works out what to write. Importing this package imports no AWS library.
"""

from .planning import OlderDocumentError, Operation, Plan, Refusal, plan

__all__ = ["OlderDocumentError", "Operation", "Plan", "Refusal", "plan"]
