"""Synchronizes a store with a document: on a webhook, on a schedule, or manually.

``plan`` computes the writes; ``handler`` returns an AWS Lambda handler that fetches, plans and
writes, and ``rollout_handler`` one that advances the planned rollouts of a store. Importing this
package imports no AWS library.
"""

from isoflag.store.plan import Operation, Plan, Refusal

from .fetching import DocumentFetch, FetchError
from .pipeline import SIGNATURE_HEADER, SyncError, handler, sign, signature_is_valid
from .planning import MassDeleteError, plan
from .rollout import CloudWatchAlarms, rollout_handler

__all__ = [
    "SIGNATURE_HEADER",
    "CloudWatchAlarms",
    "DocumentFetch",
    "FetchError",
    "MassDeleteError",
    "Operation",
    "Plan",
    "Refusal",
    "SyncError",
    "handler",
    "plan",
    "rollout_handler",
    "sign",
    "signature_is_valid",
]
