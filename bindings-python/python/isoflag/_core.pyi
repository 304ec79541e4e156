"""Types of the compiled extension module; import ``isoflag`` instead."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    final,
    overload,
)

from typing_extensions import Self

from .lifecycle import (
    Advance,
    Certification,
    Deployment,
    LifecycleChange,
    Status,
    StepResult,
)

__all__ = [
    "OPENFEATURE_ERRORS",
    "SPEC_VERSION",
    "BoundFlags",
    "Consistency",
    "Context",
    "Conversion",
    "Diagnostic",
    "Diff",
    "DocumentHistory",
    "EvaluationDetail",
    "EvaluationDetails",
    "Explanation",
    "Flags",
    "Impact",
    "Pinned",
    "Receipt",
    "__version__",
    "check_environments",
    "convert",
    "edit",
    "from_appconfig_key",
    "parse_ttl",
    "printable",
    "replay",
    "secure_mode_hash",
    "to_appconfig_key",
]

_D = TypeVar("_D")
_T_co = TypeVar("_T_co", covariant=True)

_Text: TypeAlias = str | bytes | bytearray
_ContextLike: TypeAlias = Context | Mapping[str, Any]
_BigSegments: TypeAlias = Mapping[str, Any] | None

OPENFEATURE_ERRORS: Final[Mapping[str, tuple[str, str]]]
"""For each ``errorKind`` of a reason, OpenFeature's error code and its message."""
SPEC_VERSION: Final[int]
"""Version of the evaluation rules; incremented if a result for any document may change."""

__version__: Final[str]
"""The version of the package."""

@final
class Flags:
    """An immutable document of flags and segments, ready to evaluate.

    Threads may share it. A malformed flag does not affect others; it evaluates to
    ``MALFORMED_FLAG`` and is listed in ``diagnostics``.

    Getters take the key of a flag, a context and a default of any type. A context is a ``Context``
    or a mapping in LaunchDarkly's context JSON. Nothing in the document or the context makes a
    getter raise: it returns the default if the flag is missing or malformed or has no variation to
    serve, if the context is invalid, or if the value is not of the getter's type. A getter with
    ``_detail`` returns the reason too, and None as the variation index of a default: the reason is
    then usually ``ERROR`` with an ``errorKind``, one of ``FLAG_NOT_FOUND``, ``MALFORMED_FLAG``,
    ``USER_NOT_SPECIFIED`` and ``WRONG_TYPE``.

    ``big_segments`` is the response of a big-segment store: ``{"status": "HEALTHY", "memberships":
    {<context key>: {"<segment key>.g<generation>": True}}}``.
    """

    @classmethod
    def from_json(cls, text: _Text) -> Flags:
        """Loads a document from JSON text.

        The document is ``{"flags": {...}, "segments": {...}}``, or in the form of LaunchDarkly's
        stream or file source.

        Raises ``DocumentError`` if the text is not JSON, is not a flag document or exceeds a limit.
        A malformed flag is not an error; see ``diagnostics``.
        """

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Flags:
        """Loads a document from a mapping.

        Raises ``DocumentError`` if the mapping is not a flag document or contains values that JSON
        cannot represent.
        """

    @classmethod
    def from_flag_map(cls, flags: _Text | Mapping[str, Any]) -> Flags:
        """Loads a bare map of flags by key, from JSON text or a mapping.

        Raises ``DocumentError`` like ``from_json`` and ``from_dict``.
        """

    @classmethod
    def from_appconfig(cls, profile: _Text | Mapping[str, Any]) -> Flags:
        """Loads a feature-flag profile of AWS AppConfig, in its retrieved or its definition form.

        Each flag of the profile becomes two: ``<key>`` serves True if it is enabled, and
        ``<key>.attributes`` serves the dict of its attributes, or the default if it is disabled.
        The attribute ``lastModifiedTimestamp``, seconds since 1970 as a number or text, is the time
        of the flag's last change for ``consistency``.

        Raises ``DocumentError``; its ``code`` is ``appconfig-ion`` if the profile has
        variants. Such a profile is not JSON: let AppConfig's agent evaluate it.
        """

    @classmethod
    def _from_configuration(cls, text: _Text) -> Flags:
        """Loads a configuration of AWS AppConfig of either profile type.

        A feature-flag profile is loaded by ``from_appconfig``, anything else by ``from_json``.
        Raises ``DocumentError`` like these two.
        """

    def apply(self, patch: _Text | Mapping[str, Any]) -> Flags:
        """Returns new ``Flags`` with a patch applied: ``{"flags": {...}, "segments": {...}}``.

        An item is applied only if its ``version`` is higher than the current one; ``{"key": ...,
        "version": ..., "deleted": True}`` deletes an item. Raises ``DocumentError`` if the argument
        is not a patch.
        """

    def keys(self) -> list[str]:
        """Returns the keys of the flags, in RFC 8785 order."""

    def __len__(self) -> int: ...
    def __contains__(self, key: object, /) -> bool: ...
    def supersedes(self, held: Flags | None, evidence: Mapping[str, Any]) -> bool:
        """Returns whether this document, just fetched, replaces the ``held`` one.

        ``evidence`` is ``{"authoritative": True}`` if no cache lies between the source and this
        process: every document of such a source is accepted, in any order. For responses that a
        cache may have answered it is ``{"offered": {...}, "held": {...}}``, each with the headers
        ``last_modified``, ``date`` and ``age`` as text and the arrival time ``received_ms``; all
        are optional, and a malformed one counts as absent. The document is rejected only if they
        prove that the origin created the offered response before the held one. Raises
        ``ValueError`` if JSON cannot represent the evidence.
        """

    def steps_back_from(self, held: Flags) -> bool:
        """Returns whether replacing ``held`` by this document goes back in time, like a rollback.

        That is the case if its latest ``lastModifiedTimestamp`` is missing or earlier than that of
        ``held``.
        """

    @property
    def digest(self) -> str:
        """``"sha256:"`` and 64 hex digits over the normalised document, equal on every runtime."""

    @property
    def _has_big_segments(self) -> bool: ...
    @property
    def version(self) -> int | None:
        """``meta.version`` of the document."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Errors, warnings and notes of loading the document."""

    def bind(self, context: _ContextLike, *, big_segments: _BigSegments = None) -> BoundFlags:
        """Returns the flags bound to a context, which is converted once for many evaluations."""

    def variation(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
        copy: bool = True,
    ) -> Any:
        """Returns the value that the flag serves, or ``default``.

        An object or array is a copy that the caller may change; with ``copy=False`` all such
        callers get one object, which must not be changed.
        """

    def variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
        copy: bool = True,
    ) -> EvaluationDetail[Any]:
        """Returns the value that the flag serves, its variation index and the reason."""

    def bool_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> bool | _D:
        """Returns the bool that the flag serves, or ``default``."""

    def bool_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[bool | _D]:
        """Returns the bool that the flag serves, its variation index and the reason."""

    def int_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> int | _D:
        """Returns the number that the flag serves, truncated toward zero, or ``default``."""

    def int_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[int | _D]:
        """Returns the number, truncated toward zero, its variation index and the reason."""

    def float_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> float | _D:
        """Returns the number that the flag serves, as a float, or ``default``."""

    def float_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[float | _D]:
        """Returns the number as a float, its variation index and the reason."""

    def str_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> str | _D:
        """Returns the str that the flag serves, or ``default``."""

    def str_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[str | _D]:
        """Returns the str that the flag serves, its variation index and the reason."""

    def json_variation(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
        copy: bool = True,
    ) -> Any:
        """Returns the value, of any JSON type, that the flag serves, or ``default``.

        An object or array is a copy that the caller may change; with ``copy=False`` all such
        callers get one object, which must not be changed.
        """

    def json_variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
        copy: bool = True,
    ) -> EvaluationDetail[Any]:
        """Returns the value, of any JSON type, its variation index and the reason."""

    def all_flags_state(
        self,
        context: _ContextLike,
        *,
        client_side_only: bool = False,
        with_reasons: bool = False,
        details_only_for_tracked_flags: bool = False,
        now: float | None = None,
        big_segments: _BigSegments = None,
    ) -> dict[str, Any]:
        """Evaluates every flag and returns the bootstrap state of LaunchDarkly's browser SDKs.

        ``client_side_only`` omits flags that browsers may not see, ``with_reasons`` adds reasons,
        ``details_only_for_tracked_flags`` omits versions and reasons that no event needs. ``now``
        is in milliseconds since 1970, by default the system clock.
        """

    def evaluate_many(
        self,
        keys: Iterable[str],
        contexts: Iterable[_ContextLike],
        *,
        big_segments: _BigSegments = None,
        threads: int | None = None,
    ) -> list[EvaluationDetails]:
        """Evaluates many flags for many contexts; returns one row for each context.

        A row has a detail for each key, in their order. The value is None if ``variation_detail``
        would return the default. The GIL is released meanwhile. Large inputs are split among
        ``threads`` threads, by default one for each CPU; their number does not change the rows.
        """

    def explain(
        self, key: str, context: _ContextLike, *, big_segments: _BigSegments = None
    ) -> Explanation:
        """Evaluates a flag and returns a trace of every rule and clause that was considered."""

    def big_segment_keys(self, context: _ContextLike) -> list[str]:
        """Returns the context keys whose big-segment memberships an evaluation may need."""

    def consistency(
        self,
        key: str,
        context: _ContextLike,
        now_ms: float,
        ttl_seconds: float,
        poll_timeout_ms: float = 3000.0,
        *,
        taken_ms: float | None = None,
        big_segments: _BigSegments = None,
    ) -> Consistency:
        """Returns whether every polling back-end instance has picked up the flag's last change.

        ``now_ms`` is the wall clock in milliseconds since 1970, ``ttl_seconds`` the time between
        two polls of an instance (see ``parse_ttl``), ``poll_timeout_ms`` the longest time of one
        poll. The time of the change is the flag's ``lifecycle.lastModifiedTimestamp``, else the
        document's ``meta.lastModifiedTimestamp``. Pass ``taken_ms``, the time at which this process
        loaded the document, if that went back in time (``steps_back_from``): the change then counts
        as made no earlier.
        """

    def receipt(
        self,
        key: str,
        context: _ContextLike,
        *,
        system: Literal["development", "production"] | None = None,
        big_segments: _BigSegments = None,
    ) -> Receipt:
        """Evaluates a flag and returns a receipt that ``replay`` can verify.

        With a system, the flag is evaluated under the strategy that the system chooses for the
        context, as by ``FlagClient(system=…)``; the receipt then names the strategy.
        """

    def with_strategy(
        self,
        strategy: str | Mapping[str, Any],
        *,
        on: Sequence[str] | None = None,
        off: Sequence[str] | None = None,
        deployed: Sequence[str] | None = None,
    ) -> Flags:
        """Returns the document with a strategy applied, as new ``Flags``.

        A strategy is ``"Flush Out"``, ``"Production State"``, ``"Next Release"``, ``"Custom"``,
        ``"Beta"``, ``"Production"`` or ``"Custom Production"``, or a result of ``strategy_for``.
        ``on`` and ``off`` are the keys that a custom strategy turns on and off; ``deployed`` those
        whose features the deployed artifact contains, by default the flags that have a
        ``lifecycle.deployedTimestamp``. Raises ``StrategyError`` for an unknown strategy or key.
        """

    def strategy_for(
        self, system: Literal["development", "production"], context: _ContextLike
    ) -> dict[str, Any] | None:
        """Returns the strategy that ``meta.strategies`` selects for a context, or None."""

    def _strategy_problems(self, system: str) -> list[str] | None: ...
    def _under_strategy(
        self, system: str, context: _ContextLike, big_segments: _BigSegments = None
    ) -> tuple[int, Flags] | None: ...
    def _strategy(self, system: str, index: int) -> dict[str, Any] | None: ...
    def check(self, options: Mapping[str, Any] | None = None) -> list[Diagnostic]:
        """Returns the diagnostics of loading, and those of checks such as unreachable rules.

        The options are ``names``, ``owners``, ``environment``, ``now``, ``maxFlagsPerTeam``,
        ``maxAgeDays`` and ``allow``; an absent option defaults to the document's ``meta.check``.
        """

    def diff(self, later: Flags | _Text | Mapping[str, Any]) -> Diff:
        """Returns the changes from this document to a later one."""

    def impact(
        self,
        new: Flags | _Text | Mapping[str, Any],
        contexts: Iterable[_ContextLike] | None = None,
        *,
        by: Iterable[str] = (),
    ) -> Impact:
        """Returns the answers that change with a new document.

        Shares that follow from the documents are exact; those that depend on attributes are only
        counted over ``contexts``, one after the other. ``by`` groups the contexts by attributes
        such as ``country``, ``/address/city`` or ``org.plan``.
        """

    def project(
        self,
        *,
        visibility: Literal["client"] = "client",
        known: Mapping[str, Mapping[str, Any] | None] | None = None,
        private: Iterable[str] = (),
    ) -> Flags:
        """Returns the document that a client needs, as new ``Flags``.

        It has the flags that are available to browsers, and what they depend on. ``known`` has the
        known attributes of a context by kind, such as ``{"user": {"key": "ada", "plan": "pro"}}``;
        None is a kind or an attribute that the context lacks. Everything that they decide is
        folded: every context that has these attributes gets the same value, variation and reason.

        ``private`` lists attributes such as ``user.email`` whose values must not be in the
        document. A flag that would show one is left out, see ``projection_report``. Keys in target
        lists and segments are values of ``user.key``.

        Raises ``ValueError`` if an argument is invalid.
        """

    @property
    def parent_digest(self) -> str | None:
        """The digest of the whole document, if this one is a projection."""

    def _projected_json(
        self, known: Mapping[str, Mapping[str, Any] | None], private: Iterable[str]
    ) -> str: ...
    @staticmethod
    def patch_between(held: Flags, next: Flags) -> dict[str, Any] | None:  # noqa: A002
        """Returns the patch for a client that holds one document and needs another, as a new dict.

        ``held.apply(patch)`` then has the digest of ``next``. None if no patch does that, so that
        the client needs the whole document: a patch raises versions and removes nothing.
        """

    def projection_report(self) -> dict[str, Any] | None:
        """Returns the report on a projection that ``project`` has just made, as a new dict.

        It has ``digest``, ``parentDigest``, ``bytes``, ``parentBytes``, ``flags``, ``parentFlags``,
        ``decided`` (the flags with one answer left), ``refused`` (the flags that are left out, each
        with ``key``, ``private`` and ``place``), ``unusedPrivate``, and ``strings``: each string
        that a reader sees, with ``what``, ``text``, ``path`` and ``count``. Other ``Flags`` have
        None.
        """

    def with_status(self, key: str, status: Status, now: float) -> Flags:
        """Returns the document with a new status of a flag, as new ``Flags``.

        The order is ``To Do``, ``Doing``, ``Staging``, ``Done``, ``Finished``; ``Staging`` and
        ``Done`` may go back to ``Doing``, and a flag without a status may get any. The ``version``
        of the flag and of the document is incremented. ``now`` is in seconds since 1970, as all
        times of a ``lifecycle``.

        Only the order is checked, not whether tests passed or the rollout is complete; use
        ``certification`` and ``finish`` for that.

        Raises ``LifecycleError``, whose ``legal`` lists the statuses that may follow.
        """

    def certification(
        self,
        *,
        production_state: StepResult,
        next_release: StepResult,
        now: float,
        artifact_time: float | None = None,
        evaluated: Mapping[str, Sequence[str]] | None = None,
        module: str | None = None,
    ) -> Certification:
        """Returns the verdict on an artifact from its test results under two strategies.

        The artifact is deployable if all tests pass under Production State. If they also pass under
        Next Release, its features move from ``Staging`` to ``Done``. Without ``artifact_time`` the
        artifact is assumed to be built from the current sources and to contain every feature.

        ``evaluated`` has the keys of the flags that the tests evaluated, as ``productionState`` and
        ``nextRelease``. With it, tests that evaluated no flag of the document count as not run, and
        a feature that the tests under Next Release did not evaluate remains in ``Staging``.

        The artifact of a ``module`` contains the features that name it in ``lifecycle.modules``.
        Such a feature is ``Done`` once each of its modules is certified.

        Raises ``ValueError`` for an invalid result or a time that is not in seconds.
        """

    def deployment(
        self, artifact_time: float, now: float, *, module: str | None = None
    ) -> Deployment:
        """Returns the features of an artifact built at ``artifact_time`` and deployed at ``now``.

        Features that are ``Done`` enter ``Beta``; features that an older artifact lacks leave it.
        The artifact of a ``module`` contains the features that name it in ``lifecycle.modules``.
        Such a feature enters ``Beta`` once it is deployed in each of its modules.

        Raises ``LifecycleError`` if the document has no record that the artifact was certified as
        deployable, and ``ValueError`` for a time that is not in seconds.
        """

    def finish(
        self, key: str, now: float, *, safety_period: float = 2419200.0
    ) -> LifecycleChange | None:
        """Returns the change that finishes a rollout, or None if the flag is finished already.

        The flag is kept as a kill switch for ``safety_period`` seconds, four weeks by default, and
        should be removed afterwards.

        Raises ``LifecycleError`` if the flag is not ``Done``, is off, or does not serve its "on"
        variation to every context.
        """

    def advance(self, alarms: Mapping[str, str], now: float) -> Advance:
        """Returns the document after at most one step of each plan in a ``lifecycle.rollout``.

        ``alarms`` has the state of alarms by name: ``"ok"`` or ``"alarm"``, or as CloudWatch writes
        it. A plan waits while the state of one of its alarms is unknown. An alarm takes the share
        back to that of the stage before; before the first stage the flag is turned off. A malformed
        plan has no effect, and a decision that names the problem.

        The versions of each changed flag and of the document are incremented. The flags whose
        answers change, also those that require them, have ``now`` (seconds since 1970) as their
        ``lastModifiedTimestamp``.

        Raises ``ValueError`` for an invalid state or a time that is not in seconds.
        """

    def to_json(self) -> str:
        """Returns the normalised document as canonical JSON (RFC 8785), the input of ``digest``."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class BoundFlags:
    """Flags bound to one context, from ``Flags.bind``.

    Its methods are those of ``Flags`` without the context. It is immutable; threads may share it.
    """

    @property
    def _context_key(self) -> str | None: ...
    def _openfeature_reason(self, key: str, reason: Mapping[str, Any]) -> str: ...
    def _flag_state(
        self, key: str, client_side_only: bool
    ) -> tuple[Any, dict[str, Any]] | None: ...
    def variation(self, key: str, default: Any, *, copy: bool = True) -> Any:
        """Returns the value that the flag serves, or ``default``."""

    def variation_detail(
        self, key: str, default: Any, *, copy: bool = True
    ) -> EvaluationDetail[Any]:
        """Returns the value that the flag serves, its variation index and the reason."""

    def bool_variation(self, key: str, default: _D) -> bool | _D:
        """Returns the bool that the flag serves, or ``default``."""

    def bool_variation_detail(self, key: str, default: _D) -> EvaluationDetail[bool | _D]:
        """Returns the bool that the flag serves, its variation index and the reason."""

    def int_variation(self, key: str, default: _D) -> int | _D:
        """Returns the number that the flag serves, truncated toward zero, or ``default``."""

    def int_variation_detail(self, key: str, default: _D) -> EvaluationDetail[int | _D]:
        """Returns the number, truncated toward zero, its variation index and the reason."""

    def float_variation(self, key: str, default: _D) -> float | _D:
        """Returns the number that the flag serves, as a float, or ``default``."""

    def float_variation_detail(self, key: str, default: _D) -> EvaluationDetail[float | _D]:
        """Returns the number as a float, its variation index and the reason."""

    def str_variation(self, key: str, default: _D) -> str | _D:
        """Returns the str that the flag serves, or ``default``."""

    def str_variation_detail(self, key: str, default: _D) -> EvaluationDetail[str | _D]:
        """Returns the str that the flag serves, its variation index and the reason."""

    def json_variation(self, key: str, default: Any, *, copy: bool = True) -> Any:
        """Returns the value, of any JSON type, that the flag serves, or ``default``."""

    def json_variation_detail(
        self, key: str, default: Any, *, copy: bool = True
    ) -> EvaluationDetail[Any]:
        """Returns the value, of any JSON type, its variation index and the reason."""

    def all_flags_state(
        self,
        *,
        client_side_only: bool = False,
        with_reasons: bool = False,
        details_only_for_tracked_flags: bool = False,
        now: float | None = None,
    ) -> dict[str, Any]:
        """Evaluates every flag and returns the bootstrap state of LaunchDarkly's browser SDKs.

        The parameters are those of ``Flags.all_flags_state``.
        """

    def explain(self, key: str) -> Explanation:
        """Evaluates a flag and returns a trace of every rule and clause that was considered."""

    def consistency(
        self,
        key: str,
        now_ms: float,
        ttl_seconds: float,
        poll_timeout_ms: float = 3000.0,
        *,
        taken_ms: float | None = None,
    ) -> Consistency:
        """Returns whether every polling back-end instance has picked up the flag's last change.

        The parameters are those of ``Flags.consistency``.
        """

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...

@final
class Context:
    """An evaluation context, parsed once, so that evaluations need no conversion.

    Every constructor raises ``ContextError`` if the context is invalid.
    """

    def __new__(
        cls,
        key: str,
        kind: str = "user",
        name: str | None = None,
        anonymous: bool = False,
        attributes: Mapping[str, Any] | None = None,
        private: Iterable[str] = (),
    ) -> Context:
        """Creates a context of one kind.

        ``private`` lists references to attributes (``"email"``, ``"/address/street"``) that must
        not leave the process.
        """

    @classmethod
    def multi(cls, *contexts: _ContextLike) -> Context:
        """Returns a multi-kind context from contexts of different kinds."""

    @classmethod
    def from_json(cls, text: _Text) -> Context:
        """Parses a context from JSON text; raises ``ContextError`` if it is invalid."""

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Context:
        """Creates a context from a mapping; raises ``ContextError`` if it is invalid."""

    @classmethod
    def _from_host(cls, context: _ContextLike) -> Context: ...
    def to_dict(self) -> dict[str, Any]:
        """Returns the canonical context as a new dict."""

    @property
    def key(self) -> str:
        """The fully-qualified key: ``"ada"`` for a user, ``"org:acme:user:ada"`` for two kinds."""

    def with_clock(self, now_ms: float, offset_minutes: int) -> Context:
        """Returns the context with a ``clock`` kind added, so that rules can test the time.

        Its attributes are ``epochMillis``, ``minuteOfDay`` (0 to 1439), ``dayOfWeek`` (1 to 7,
        Monday is 1) and ``date``, in the zone ``offset_minutes`` east of UTC.
        """

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class EvaluationDetail(Generic[_T_co]):
    """The result of an evaluation: value, variation index and reason.

    A dict or list value and the reason are created when first read. They belong to this detail:
    modifying them does not affect other results. A detail unpacks into its three members.
    """

    __match_args__: ClassVar[tuple[str, str, str]] = ("value", "variation_index", "reason")

    def __new__(
        cls, value: _T_co, variation_index: int | None, reason: dict[str, Any]
    ) -> EvaluationDetail[_T_co]: ...
    @property
    def value(self) -> _T_co:
        """The value of the served variation, or the default."""

    @property
    def variation_index(self) -> int | None:
        """Index of the variation in the flag, or None if the default was returned."""

    @property
    def reason(self) -> dict[str, Any]:
        """LaunchDarkly's reason: ``{"kind": "RULE_MATCH", "ruleIndex": 0, "ruleId": ...}``."""

    def __iter__(self) -> Iterator[Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __reduce__(self) -> tuple[Any, tuple[_T_co, int | None, dict[str, Any]]]: ...
    @classmethod
    def __class_getitem__(cls, key: Any) -> Any: ...

@final
class EvaluationDetails:
    """The results of many flags for one context, from ``Flags.evaluate_many``.

    A sequence with a detail for each key, in their order. A detail is created when it is accessed,
    so unread results cost little. It is equal to a list of equal details.
    """

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> EvaluationDetail[Any]: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[EvaluationDetail[Any]]: ...
    def __iter__(self) -> Iterator[EvaluationDetail[Any]]: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Explanation:
    """The trace of an evaluation; ``str()`` returns it as indented text."""

    def to_dict(self) -> dict[str, Any]:
        """Returns the explanation as a new dict."""

    def to_json(self) -> str:
        """Returns canonical JSON (RFC 8785), byte-for-byte identical on every runtime."""

@final
class Diagnostic:
    """A finding about one part of a loaded document.

    Members are attributes and can be read by their JSON names: ``d.code``, ``d["code"]``,
    ``dict(d)``.
    """

    @property
    def severity(self) -> Literal["error", "warning", "info"]:
        """Severity of the finding; a part with an ``error`` cannot work as written."""

    @property
    def code(self) -> str:
        """The stable name of the finding, such as ``invalid-regex``."""

    @property
    def path(self) -> str:
        """Path in the document, such as ``flags.checkout.rules[2].clauses[0].values[1]``."""

    @property
    def message(self) -> str:
        """Description of the problem and its remedy."""

    def keys(self) -> list[str]:
        """Returns the names of the members."""

    def __getitem__(self, name: str, /) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Consistency:
    """The consistency of a flag's last change among back-end instances, for one context.

    Members are attributes and can be read by their JSON names: ``c.is_backend_consistent``,
    ``c["isBackendConsistent"]``, ``dict(c)``; ``diagnostics`` is absent there if empty.
    """

    @property
    def enabled(self) -> bool:
        """Whether the flag is on for the context.

        A flag that serves a bool is on if it serves True, any other if it is switched on and
        evaluates without an error.
        """

    @property
    def is_backend_consistent(self) -> bool:
        """Whether a journey may start: the flag is on and changed more than one TTL ago."""

    @property
    def settled(self) -> bool:
        """Whether the last change has propagated: it is older than two TTLs and a poll timeout.

        By then every instance has picked it up, even if one of its polls failed.
        """

    @property
    def remaining_seconds(self) -> int | None:
        """Seconds until the change is one TTL old, rounded up; None if its time is unknown."""

    @property
    def version(self) -> int | None:
        """``meta.version`` of the document."""

    @property
    def digest(self) -> str:
        """The document's digest."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Problems with the time of the last change: it is missing, or in the future."""

    def keys(self) -> list[str]:
        """Returns the names of the members."""

    def __getitem__(self, name: str, /) -> Any: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class DocumentHistory:
    """Documents by digest: the current one and its predecessors.

    If a limit is exceeded the oldest are evicted, never the newest. Nothing is fetched. Threads may
    share a history. A document is ``Flags``, JSON text or a mapping.
    """

    def __new__(
        cls, *, max_documents: int | None = 16, max_bytes: int | None = 67108864
    ) -> DocumentHistory: ...
    def add(self, document: Flags | _Text | Mapping[str, Any], now_ms: float) -> None:
        """Adds the document that is current at ``now_ms``, milliseconds since 1970."""

    def keep(
        self, document: Flags | _Text | Mapping[str, Any], superseded_ms: float | None = None
    ) -> bool:
        """Keeps a document that was current until ``superseded_ms``; returns whether it is held.

        By default that is when the current document was last modified or was added, whichever is
        earlier.
        """

    def keep_fetched(self, document: Flags | _Text | Mapping[str, Any]) -> bool:
        """Keeps a document that was fetched for a pin, if this process may lag behind the source.

        A document with a later last-modified timestamp than the current one counts as newer; any
        other is kept as by ``keep``. Do not pass a document that was withdrawn, for example by a
        rollback.
        """

    def get(self, digest: str) -> Flags | None:
        """Returns the document with this digest, or None if it is not held."""

    @property
    def newest(self) -> Flags | None:
        """The current document, or None before the first."""

    def digests(self) -> list[str]:
        """Returns the digests of all documents held, the newest first."""

    @property
    def size(self) -> int:
        """Total size of the documents, in bytes of canonical JSON."""

    def pinned(
        self,
        digest: str,
        now_ms: float,
        ttl_seconds: float,
        poll_timeout_ms: float = 3000.0,
        *,
        max_pin_age_ms: float | None = None,
    ) -> Pinned:
        """Returns the pinned document, with flags off that were switched off since.

        A flag that is off or missing in the newest document is off in the pinned one, unless the
        newest sets ``lifecycle.offWaitsForPins``. The age of a pin is the time since its document
        stopped being current; the limit is two TTLs and a poll timeout unless
        ``max_pin_age_ms`` sets another.

        Raises ``PinError`` if the document is not held or the pin is too old. Never base a security
        decision on a pin.
        """

    def __len__(self) -> int: ...

@final
class Pinned:
    """A pinned document, from ``DocumentHistory.pinned``."""

    @property
    def flags(self) -> Flags:
        """The pinned document, with flags off that were switched off since."""

    @property
    def digest(self) -> str:
        """The digest that was pinned."""

    @property
    def switched_off(self) -> list[str]:
        """The keys of the flags that were switched off since the pinned document."""

@final
class Diff:
    """The changes between two documents, from ``Flags.diff``.

    ``str()`` returns them as text; a ``Diff`` without changes is false.
    """

    @property
    def answers(self) -> list[str]:
        """The keys of the flags whose results may have changed."""

    def to_dict(self) -> dict[str, Any]:
        """Returns the changes as a new dict."""

    def to_markdown(self) -> str:
        """Returns the changes as Markdown for a pull request."""

    def __bool__(self) -> bool: ...

@final
class Impact:
    """The answers that change between two documents, from ``Flags.impact``.

    ``str()`` returns them as text.
    """

    def to_dict(self) -> dict[str, Any]:
        """Returns the impact as a new dict."""

@final
class Receipt:
    """A verifiable record of an evaluation, from ``Flags.receipt``."""

    def to_dict(self) -> dict[str, Any]:
        """Returns the receipt as a new dict."""

    def to_json(self) -> str:
        """Returns canonical JSON (RFC 8785), byte-for-byte identical on every runtime."""

    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Conversion:
    """A converted document, from ``isoflag.convert``; ``str()`` returns it as indented text."""

    @property
    def flags(self) -> Flags:
        """The document."""

    @property
    def notes(self) -> list[Diagnostic]:
        """What was not converted, or needs something from the caller."""

def convert(text: _Text, source: Literal["powertools", "appconfig"] = "powertools") -> Conversion:
    """Converts the flags of Powertools for AWS Lambda or AWS AppConfig to a document.

    A part without an equivalent is left out and noted. Raises ``DocumentError`` if the text is not
    JSON or does not have the format.
    """

def edit(text: _Text, edits: Sequence[Mapping[str, Any]], *, now: float | None = None) -> str:
    """Returns the text of a document after edits of its flags; no other byte changes.

    Each edit has a ``key`` and an ``op``, and is applied together with the others:

    - ``add`` adds a flag that is off, with the members of ``flag``, if any;
    - ``on`` and ``off`` switch a flag; ``off`` is rejected if a flag that is on has it as a
      prerequisite, unless ``force`` is true;
    - ``rollout`` changes the fallthrough: ``percent`` is the share of ``variation`` (default: the
      "on" variation), or ``weights`` lists ``{"variation", "weight"}`` that sum to 100,000;
    - ``target`` serves ``variation`` to the keys in ``values`` of ``contextKind`` (default:
      ``user``), or removes them from all lists if it is None;
    - ``remove`` removes a flag that no other flag requires.

    Versions are raised by one, and flags whose answers can differ get the time ``now``, in seconds
    since 1970 (default: the host's clock). Raises ``DocumentError`` if the text is not a document,
    or an edit is invalid or does not fit it.
    """

def check_environments(
    documents: Mapping[str, Flags | _Text | Mapping[str, Any]],
    options: Mapping[str, Any] | None = None,
) -> dict[str, list[Diagnostic]]:
    """Checks the documents of several environments, each under its name, like ``Flags.check``.

    It also reports flags that are on in another environment but not in development. The options
    are those of ``Flags.check`` except ``environment``.
    """

def to_appconfig_key(key: str) -> str | None:
    """Encodes a flag's key in the form that AWS AppConfig accepts; None if it is too long."""

def from_appconfig_key(key: str) -> str | None:
    """Decodes a key that ``to_appconfig_key`` encoded; None for any other text."""

def parse_ttl(text: str) -> int:
    """Parses a TTL in the form of the AppConfig extension and returns seconds.

    Valid are ``45``, ``45s``, ``5m`` and ``1h``; raises ``ValueError`` for anything else.
    """

def printable(text: str) -> str:
    """Returns the text with terminal and CI-log control sequences escaped."""

def replay(
    receipt: Receipt | _Text,
    document: Flags | _Text | Mapping[str, Any],
    context: _ContextLike,
    *,
    big_segments: _BigSegments = None,
) -> Receipt:
    """Re-evaluates a receipt and returns the new one if it is byte-for-byte identical.

    Raises ``ReceiptError`` otherwise, which names the first step that differs.
    """

def secure_mode_hash(sdk_key: str, context: _ContextLike) -> str:
    """Returns the hash that proves to LaunchDarkly that the server vouches for a context.

    It is empty for an invalid context. Raises ``ValueError`` if the SDK key is empty or contains a
    lone surrogate.
    """
