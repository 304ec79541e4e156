"""All flags of all environments in one view, and which of them can go.

These are for people who keep flags tidy, and need the program: ``pip install isoflag[cli]``. What
they give is what ``isoflag inventory --json`` and ``isoflag retire --json`` print::

    from isoflag import Flags
    from isoflag.reports import inventory, retirements

    production = Flags.from_json(text)
    inventory({"development": development, "production": production})["attention"]
    [flag["key"] for flag in retirements(production, code=["src"]) if flag["verdict"] == "remove"]

Moments are seconds since 1970, but for those of evaluations, which are milliseconds. What is not
known is None, or ``"unknown"`` where it could be a yes or a no.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict

from ._core import Flags
from ._program import MISSING, find_program
from .activity import Activity
from .lifecycle import Answer, Status

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

_Document: TypeAlias = Flags | str | bytes | bytearray | Mapping[str, Any]
_Activity: TypeAlias = Activity | str | bytes | Mapping[str, Any]
_Attention: TypeAlias = Literal["findings", "no-owner", "overdue", "one-value", "not-evaluated"]


class Environment(TypedDict):
    """A document of an inventory, as a whole."""

    label: str
    """What it is called."""
    version: int | None
    """``meta.version``."""
    digest: str
    """Its digest."""
    lastModified: float | None
    """``meta.lastModifiedTimestamp``."""
    flags: int
    """How many flags it has."""
    findings: int
    """Errors and warnings."""
    counted: bool
    """Whether anybody counted evaluations there."""


class ServedValue(TypedDict):
    """A value that a flag can serve."""

    variation: int
    """The variation's index."""
    value: Any
    """The value."""
    percent: float
    """How many percent get it, of those that no target and no rule catches."""
    otherwise: bool
    """Whether a target, a rule or a failed prerequisite can serve it too."""


class Findings(TypedDict):
    """How much there is to say of a flag."""

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
    """What it can serve, by the variation's index."""
    servesDefault: bool
    """Whether it can serve what the code names as its default."""
    canFail: bool
    """Whether it can answer with an error."""
    constant: bool
    """Whether everybody gets one value."""
    owner: str | None
    """The team that answers for it."""
    stakeholder: str | None
    """Who asked for the feature."""
    status: Status | None
    """How far the feature is."""
    created: float | None
    """When it was created."""
    ageDays: int | None
    """Whole days since then."""
    changed: float | None
    """When its answers can have changed last."""
    cleanup: float | None
    """When it should be removed."""
    lastEvaluated: dict[str, Any]
    """``known``; ``from`` and ``until`` where it was not seen, else ``first``, ``last`` and
    ``evaluations``."""
    version: int | None
    """The flag's ``version``."""
    findings: Findings
    """What its document gets wrong there."""
    attention: list[_Attention]
    """What it is worth a moment of a review for, the worst first."""


class Inventory(TypedDict):
    """The flags of several documents, side by side."""

    now: float
    """When it was taken."""
    flags: int
    """How many flags there are, one in several environments counted once."""
    attention: dict[_Attention, int]
    """How many flags are worth a moment of a review, and for what."""
    environments: list[Environment]
    """The documents, in the order in which they were given."""
    rows: list[InventoryRow]
    """A flag in an environment each, in the order of the keys."""


class Since(TypedDict):
    """Since when something is so."""

    moment: float
    """Since when."""
    exact: bool
    """Whether it was otherwise before; else it may have been so for longer."""


class _Retirement(TypedDict):
    key: str
    """The flag's key."""
    verdict: Literal["delete", "remove", "safety", "ask", "keep"]
    """What to do with it."""
    rules: dict[Literal["constant", "stable", "feedback", "plans", "need", "unused"], Answer]
    """What each rule says."""
    constant: dict[str, Any] | None
    """``value``, the one that everybody gets, or ``default`` where it is the code's; else None."""
    constantSince: Since | None
    """Since when everybody gets it."""
    stableSince: Since | None
    """Since when its answers cannot have changed."""
    lastEvaluated: dict[str, Any]
    """As in an inventory."""
    callSites: int | None
    """How many places of the code name it."""
    safetyUntil: float | None
    """Until when it has to stay able to be switched off."""
    owner: str | None
    """The team that answers for it."""
    status: Status | None
    """How far the feature is."""


class Retirement(_Retirement, total=False):
    """What is known of one flag, and what follows."""

    calledAt: list[str]
    """The places of the code that name it, where there was code to search."""


def inventory(
    documents: Mapping[str, _Document],
    *,
    now: float | None = None,
    activity: Mapping[str, _Activity] | None = None,
) -> Inventory:
    """Take stock of the documents of several environments or accounts, each under its name.

    ``activity`` is what hosts counted there, by the same names. ``now`` is the system's clock
    unless given.

    Raises ``DocumentError`` for what is no document, ``ValueError`` for what else cannot be read,
    and ``FileNotFoundError`` where the program is not installed.
    """
    counted = {} if activity is None else activity
    if unknown := sorted(counted.keys() - documents.keys()):
        raise ValueError(f"there is activity of `{unknown[0]}`, and no document of that name")
    with tempfile.TemporaryDirectory(prefix="isoflag-") as folder:
        files = _Files(folder)
        arguments = [f"{_label(name)}={files.document(given)}" for name, given in documents.items()]
        for name, given in counted.items():
            arguments += ["--activity", f"{name}={files.activity(given)}"]
        found: Inventory = _run("inventory", now, arguments)
    return found


def retirements(
    document: _Document,
    *,
    now: float | None = None,
    weeks: float = 4.0,
    history: Iterable[tuple[float, _Document]] = (),
    activity: Iterable[_Activity] = (),
    code: Sequence[str | PathLike[str]] = (),
) -> list[Retirement]:
    """Say what is known of each flag's retirement, in the order of the keys.

    A flag goes when everybody has had one value for so many ``weeks``, its answers have not changed
    for as long, and people said in its ``lifecycle`` that nothing speaks against it. ``history``
    are documents that were in force before, each with the moment from which it was; ``activity``
    what hosts counted; ``code`` the folders in which to look for the keys.

    Raises as ``inventory`` does.
    """
    with tempfile.TemporaryDirectory(prefix="isoflag-") as folder:
        files = _Files(folder)
        arguments = [files.document(document), "--weeks", str(weeks)]
        for since, before in history:
            arguments += ["--history", f"{int(since)}={files.document(before)}"]
        for given in activity:
            arguments += ["--activity", files.activity(given)]
        for searched in code:
            arguments += ["--code", fspath(searched)]
        found: list[Retirement] = _run("retire", now, arguments)["flags"]
    return sorted(found, key=lambda flag: flag["key"].encode("utf-16-be", "surrogatepass"))


class _Files:
    """Files for the program, in a folder that goes when they were read."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._count = 0

    def document(self, given: _Document) -> str:
        if isinstance(given, Mapping):
            given = Flags.from_dict(given)
        elif not isinstance(given, Flags):
            given = Flags.from_json(given)
        return self._written(given.to_json().encode())

    def activity(self, given: _Activity) -> str:
        if not isinstance(given, Activity):
            counted = Activity()
            counted.merge(given)
            given = counted
        return self._written(given.to_json().encode())

    def _written(self, content: bytes) -> str:
        self._count += 1
        path = Path(self._folder, f"{self._count}.json")
        path.write_bytes(content)
        return str(path)


def _label(name: str) -> str:
    if not name or "=" in name:
        raise ValueError(f"`{name}` cannot name a document; give a name without `=`")
    return name


def _run(command: str, now: float | None, arguments: Sequence[str]) -> Any:
    """Give what the program prints, or raise what it complains of."""
    program = find_program()
    if program is None:
        raise FileNotFoundError(f"isoflag: {MISSING}")
    clock = [] if now is None else ["--now", str(int(now))]
    done = subprocess.run(  # noqa: S603
        [program, command, "--json", *clock, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        complaint = done.stderr.decode(errors="replace").strip()
        raise ValueError(complaint.removeprefix("error: ") or f"`isoflag {command}` failed")
    return json.loads(done.stdout)
