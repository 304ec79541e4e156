"""What the methods about a flag's life give, for type checkers: ``Flags.certification`` and others.

Moments are seconds since 1970. What is not known is None, or ``"unknown"`` where it could be a yes
or a no.
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
"""How far a feature is on its way to everybody."""

StepResult: TypeAlias = Literal["passed", "failed", "not-run"]
"""How the tests under one strategy ended."""

Answer: TypeAlias = Literal["yes", "no", "unknown"]
"""Yes, no, or nobody knows."""

# In the form with a call, since `from` is a word of Python.
LifecycleChange = TypedDict(
    "LifecycleChange",
    {"key": str, "from": Status | None, "to": Status, "set": dict[str, Any]},
)
"""What to write into a flag's ``lifecycle``.

``from`` is the status before, ``to`` the one after, which may be the same; ``set`` has the members
to write, of which a None says that nothing is known any more.
"""


class ArtifactFeature(TypedDict):
    """A feature, and whether an artifact holds it."""

    key: str
    """The flag's key."""
    status: Status
    """How far the feature is."""
    included: Answer
    """Whether it was on the main branch when the artifact was built."""
    beta: bool
    """Whether chosen users get it: it is done, and the artifact is deployed."""


class Certification(TypedDict):
    """What follows from the tests of an artifact."""

    verdict: Literal["certified", "deployable", "not-deployable"]
    """In a word."""
    deployable: bool
    """Whether the artifact may be deployed."""
    artifactTimestamp: float
    """When it was built."""
    changes: list[LifecycleChange]
    """The features that become ``Done``."""
    left: list[ArtifactFeature]
    """The features that stay in ``Staging``, since the artifact is not known to hold them."""
    untested: list[str]
    """The keys of those that stay there, since the tests under Next Release did not evaluate them.
    """


class Deployment(TypedDict):
    """What the deployment of an artifact brings."""

    features: list[ArtifactFeature]
    """The features in ``Staging``, ``Done`` and ``Finished``, in the order of the keys."""
    changes: list[LifecycleChange]
    """What to write, so that ``Beta`` knows what is deployed."""
