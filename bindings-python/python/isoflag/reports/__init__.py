"""Reports on the flags of all environments, and on flags that can be removed.

They require the CLI: ``pip install isoflag[cli]``. They return the output of ``isoflag inventory
--json`` and ``isoflag retire --json``::

    from isoflag import Flags
    from isoflag.reports import inventory, retirements

    production = Flags.from_json(text)
    inventory({"development": development, "production": production})["attention"]
    [flag["key"] for flag in retirements(production, code=["src"]) if flag["verdict"] == "remove"]

Times are in seconds since 1970, except those of evaluations, which are in milliseconds. Missing
information is None, or ``"unknown"`` in place of yes or no.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import Any, Literal, TypeAlias, TypedDict

from isoflag._core import printable
from isoflag._text import utf16_units
from isoflag.lifecycle import Answer, Status

from ._command import Counted, Document, Files, run

__all__ = [
    "Environment",
    "Findings",
    "Inventory",
    "InventoryRow",
    "Retirement",
    "ServedValue",
    "Since",
    "inventory",
    "retirements",
]

_Attention: TypeAlias = Literal["findings", "no-owner", "overdue", "one-value", "not-evaluated"]


class Environment(TypedDict):
    """Summary of one document of an inventory."""

    label: str
    """The name of the document."""
    version: int | None
    """``meta.version``."""
    digest: str
    """Its digest."""
    lastModified: float | None
    """``meta.lastModifiedTimestamp``."""
    flags: int
    """Number of flags."""
    findings: int
    """Number of errors and warnings."""
    counted: bool
    """Whether there is activity of this environment."""


class ServedValue(TypedDict):
    """A value that a flag can serve."""

    variation: int
    """The variation's index."""
    value: Any
    """The value."""
    percent: float
    """Percentage of the contexts that match no target and no rule."""
    otherwise: bool
    """Whether a target, a rule or a failed prerequisite can serve it too."""


class Findings(TypedDict):
    """Number of findings about a flag, by severity."""

    error: int
    """Errors."""
    warning: int
    """Warnings."""
    info: int
    """Notes."""


class InventoryRow(TypedDict):
    """A flag in one environment."""

    key: str
    """The flag's key."""
    environment: str
    """The label of its document."""
    description: str | None
    """``description``."""
    state: Literal["on", "off", "malformed"]
    """Whether it is on."""
    served: list[ServedValue]
    """The values that it can serve, by variation index."""
    servesDefault: bool
    """Whether it can return the default given in code."""
    canFail: bool
    """Whether its evaluation can result in an error."""
    constant: bool
    """Whether every context gets the same value."""
    owner: str | None
    """The team that owns it."""
    stakeholder: str | None
    """The person or team that requested the feature."""
    status: Status | None
    """The rollout status of the feature."""
    created: float | None
    """Time of creation."""
    ageDays: int | None
    """Whole days since its creation."""
    changed: float | None
    """Last time at which its results may have changed."""
    cleanup: float | None
    """Time at which it should be removed."""
    lastEvaluated: dict[str, Any]
    """``known``; ``from`` and ``until`` if it was not evaluated, else ``first``, ``last`` and
    ``evaluations``."""
    version: int | None
    """The flag's ``version``."""
    findings: Findings
    """Findings about the flag in this document."""
    attention: list[_Attention]
    """Reasons to review the flag, the most severe first."""


class Inventory(TypedDict):
    """The flags of several documents, side by side."""

    now: float
    """Time of the inventory."""
    flags: int
    """Number of flags; a flag in several environments counts once."""
    attention: dict[_Attention, int]
    """Number of flags to review, by reason."""
    environments: list[Environment]
    """The documents, in the order of the argument."""
    rows: list[InventoryRow]
    """One row for each flag and environment, in key order."""


class Since(TypedDict):
    """The time since which a statement has been true."""

    moment: float
    """The time in seconds since 1970."""
    exact: bool
    """Whether the statement was false before; otherwise it may have been true for longer."""


class _Retirement(TypedDict):
    key: str
    """The flag's key."""
    verdict: Literal["delete", "remove", "safety", "ask", "keep"]
    """The recommended action."""
    rules: dict[Literal["constant", "stable", "feedback", "plans", "need", "unused"], Answer]
    """The answer of each rule."""
    constant: dict[str, Any] | None
    """``value`` that every context gets, or ``default`` if it is the one in code; else None."""
    constantSince: Since | None
    """Time since which every context gets that value."""
    stableSince: Since | None
    """Time since which its results cannot have changed."""
    lastEvaluated: dict[str, Any]
    """As in ``InventoryRow``."""
    callSites: int | None
    """Number of references in the code."""
    safetyUntil: float | None
    """Time until which it must be kept as a kill switch."""
    owner: str | None
    """The team that owns it."""
    status: Status | None
    """The rollout status of the feature."""


class Retirement(_Retirement, total=False):
    """The recommendation for one flag, with the evidence for it."""

    calledAt: list[str]
    """References in the code, if ``code`` was passed."""


def inventory(
    documents: Mapping[str, Document],
    *,
    now: float | None = None,
    activity: Mapping[str, Counted] | None = None,
) -> Inventory:
    """Returns an inventory of the documents of several environments or accounts, by name.

    ``activity`` has the counted evaluations by the same names. ``now`` defaults to the system
    clock.

    Raises ``DocumentError`` for an invalid document, ``ValueError`` for other invalid input, and
    ``FileNotFoundError`` if the CLI is not installed.
    """
    counted = {} if activity is None else activity
    if unknown := sorted(counted.keys() - documents.keys()):
        raise ValueError(
            f"`activity` names `{printable(unknown[0])}`, which is missing in `documents`"
        )
    with tempfile.TemporaryDirectory(prefix="isoflag-") as folder:
        files = Files(folder)
        arguments = [f"{_label(name)}={files.document(given)}" for name, given in documents.items()]
        for name, given in counted.items():
            arguments += ["--activity", f"{name}={files.activity(given)}"]
        found: Inventory = run("inventory", now, arguments)
    return found


def retirements(
    document: Document,
    *,
    now: float | None = None,
    weeks: float = 4.0,
    history: Iterable[tuple[float, Document]] = (),
    activity: Iterable[Counted] = (),
    code: Sequence[str | PathLike[str]] = (),
) -> list[Retirement]:
    """Returns a recommendation for each flag, whether it can be removed, in key order.

    A flag can be removed if every context has had the same value for ``weeks`` weeks, its results
    have not changed during that time, and its ``lifecycle`` records no objection. ``history`` has
    earlier documents, each with the time since which it was current; ``activity`` has counted
    evaluations; ``code`` lists folders to search for the keys.

    Raises the same exceptions as ``inventory``.
    """
    with tempfile.TemporaryDirectory(prefix="isoflag-") as folder:
        files = Files(folder)
        arguments = [files.document(document), "--weeks", str(weeks)]
        for since, before in history:
            arguments += ["--history", f"{int(since)}={files.document(before)}"]
        for given in activity:
            arguments += ["--activity", files.activity(given)]
        for searched in code:
            arguments += ["--code", fspath(searched)]
        found: list[Retirement] = run("retire", now, arguments)["flags"]
    return sorted(found, key=lambda flag: utf16_units(flag["key"]))


def _label(name: str) -> str:
    if not name or "=" in name:
        raise ValueError(f"invalid document name `{printable(name)}`: expected a name without `=`")
    return name
