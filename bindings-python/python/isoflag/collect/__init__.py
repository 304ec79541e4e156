"""Collects the flag documents of several environments and accounts into a folder.

``python -m isoflag collect accounts.toml --out documents/`` fetches all documents at the same time,
for ``isoflag inventory`` and ``isoflag retire``. A document that cannot be fetched does not stop
the others; it is in the report::

    from pathlib import Path

    from isoflag.collect import collect, read_accounts

    report = collect(read_accounts(Path("accounts.toml")), Path("documents"))
    report.failed  # the names of the documents that could not be fetched
"""

from .accounts import Account, AccountsError, read_accounts
from .run import Collected, Report, collect, main

__all__ = [
    "Account",
    "AccountsError",
    "Collected",
    "Report",
    "collect",
    "main",
    "read_accounts",
]
