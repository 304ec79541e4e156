"""Types of the results of lifecycle methods such as ``Flags.certification``.

Times are in seconds since 1970. Missing information is None, or ``"unknown"`` in place of yes or
no.
"""

from typing import Any, Literal, TypeAlias, TypedDict

__all__ = [
    "Answer",
    "ArtifactFeature",
    "Certification",
    "Deployment",
    "LifecycleChange",
    "Status",
    "StepResult",
]

Status: TypeAlias = Literal["To Do", "Doing", "Staging", "Done", "Finished"]
"""The rollout status of a feature."""

StepResult: TypeAlias = Literal["passed", "failed", "not-run"]
"""The result of the tests under one strategy."""

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
    """Whether beta users get it: it is done, and the artifact is deployed."""


class Certification(TypedDict):
    """The verdict on an artifact from its test results."""

    verdict: Literal["certified", "deployable", "not-deployable"]
    """The overall verdict."""
    deployable: bool
    """Whether the artifact may be deployed."""
    artifactTimestamp: float
    """The time at which it was built."""
    changes: list[LifecycleChange]
    """The features that become ``Done``."""
    left: list[ArtifactFeature]
    """The features that remain in ``Staging``: the artifact is not known to contain them."""
    untested: list[str]
    """Keys that remain in ``Staging``: the tests under Next Release did not evaluate them."""


class Deployment(TypedDict):
    """The effect of deploying an artifact."""

    features: list[ArtifactFeature]
    """The features in ``Staging``, ``Done`` and ``Finished``, in key order."""
    changes: list[LifecycleChange]
    """The changes that record for ``Beta`` what is deployed."""
