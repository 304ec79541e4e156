"""Types of the results of lifecycle methods such as ``Flags.certification``.

Times are in seconds since 1970. Missing information is None, or ``"unknown"`` in place of yes or
no.
"""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypedDict

if TYPE_CHECKING:
    from isoflag._core import Flags

__all__ = [
    "Advance",
    "Answer",
    "ArtifactFeature",
    "Certification",
    "Decision",
    "Deployment",
    "LifecycleChange",
    "Status",
    "StepResult",
    "System",
    "WaitingFeature",
]

Status: TypeAlias = Literal["To Do", "Doing", "Staging", "Done", "Finished"]
"""The rollout status of a feature."""

StepResult: TypeAlias = Literal["passed", "failed", "not-run"]
"""The result of the tests under one strategy."""

System: TypeAlias = Literal["development", "production"]
"""A system that chooses strategies by ``meta.strategies``."""

Answer: TypeAlias = Literal["yes", "no", "unknown"]
"""Yes, no, or unknown."""

# Uses the functional syntax, since `from` is a keyword of Python.
LifecycleChange = TypedDict(
    "LifecycleChange",
    {"key": str, "from": Status | None, "to": Status, "set": dict[str, Any]},
)
"""A change to a flag's ``lifecycle``.

``from`` is the old status, ``to`` the new one, which may be the same; ``set`` has the members to
write, with None for a value that has become unknown.
"""


class ArtifactFeature(TypedDict):
    """A feature, and whether an artifact contains it."""

    key: str
    """The flag's key."""
    status: Status
    """The rollout status of the feature."""
    included: Answer
    """Whether it was on the main branch when the artifact was built."""
    beta: bool
    """Whether beta users get it: it is done, and deployed in each of its modules."""


class WaitingFeature(TypedDict):
    """A feature that is done once more modules are certified."""

    key: str
    """The flag's key."""
    modules: list[str]
    """The names of these modules."""


class Certification(TypedDict):
    """The verdict on an artifact from its test results."""

    verdict: Literal["certified", "deployable", "not-deployable"]
    """The overall verdict."""
    deployable: bool
    """Whether the artifact may be deployed."""
    artifactTimestamp: float
    """The time at which it was built."""
    changes: list[LifecycleChange]
    """The features that become ``Done``, and those of which the module is certified."""
    left: list[ArtifactFeature]
    """The features that remain in ``Staging``: the artifact is not known to contain them."""
    untested: list[str]
    """Keys that remain in ``Staging``: the tests under Next Release did not evaluate them."""
    waiting: list[WaitingFeature]
    """The features that remain in ``Staging`` until other modules are certified too."""
    module: str | None
    """The module of the artifact, if it was named."""


class Decision(TypedDict):
    """The effect of a call of ``Flags.advance`` on the plan of one flag."""

    key: str
    """The flag's key."""
    decision: Literal[
        "waits", "next stage", "complete", "alarm", "malformed plan", "malformed flag"
    ]
    """The decision."""
    reason: str
    """The reason, in words."""
    stage: int | None
    """The index of the stage after it; None before the first one, or if an alarm turned it off."""
    share: float | None
    """The share of that stage, as a percentage."""
    until: float | None
    """When the next stage may begin; None if the time does not decide."""
    alarms: list[str]
    """The alarms that are on; without one, those whose state is unknown."""
    path: str | None
    """The place of the problem in a malformed plan or flag."""
    changed: bool
    """Whether the flag in the document changes."""


class Advance(NamedTuple):
    """The document after a step of each planned rollout, and the decisions in key order."""

    flags: "Flags"
    """The next document; equal to the previous one if no flag changes."""
    decisions: list[Decision]
    """The decision about each flag with a plan."""


class Deployment(TypedDict):
    """The effect of deploying an artifact."""

    features: list[ArtifactFeature]
    """The features in ``Staging``, ``Done`` and ``Finished``, in key order."""
    changes: list[LifecycleChange]
    """The changes that record for ``Beta`` what is deployed."""
