"""The compiled half of isoflag; import ``isoflag`` instead."""

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

from .lifecycle import Certification, Deployment, LifecycleChange, Status, StepResult

__all__ = [
    "SPEC_VERSION",
    "BoundFlags",
    "Consistency",
    "Context",
    "Diagnostic",
    "Diff",
    "DocumentHistory",
    "EvaluationDetail",
    "EvaluationDetails",
    "Explanation",
    "Flags",
    "Pinned",
    "Receipt",
    "__version__",
    "check_environments",
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

SPEC_VERSION: Final[int]
"""The version of the evaluation rules, raised when any answer for any document may change."""

__version__: Final[str]
"""The version of the package."""

@final
class Flags:
    """A document of flags and segments, ready to be evaluated.

    It never changes and may be shared between threads. Evaluating raises nothing for anything in
    the document or the context: where no variation can be served, the default is, and the reason
    says why. A malformed flag is isolated, answers ``MALFORMED_FLAG`` and stands in
    ``diagnostics``.

    A context is a ``Context`` or a mapping in LaunchDarkly's context JSON. ``big_segments`` is what
    a store said about big segments: ``{"status": "HEALTHY", "memberships": {<context key>:
    {"<segment key>.g<generation>": True}}}``.
    """

    @classmethod
    def from_json(cls, text: _Text) -> Flags:
        """Read a document from JSON text.

        It is ``{"flags": {...}, "segments": {...}}``, or the form of LaunchDarkly's stream or file
        source.

        Raises ``DocumentError`` where the text is none.
        """

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Flags:
        """Read a document from a mapping.

        Raises ``DocumentError`` where the mapping is none, or holds what has no JSON form.
        """

    @classmethod
    def from_flag_map(cls, flags: _Text | Mapping[str, Any]) -> Flags:
        """Read a bare map of flags, from JSON text or a mapping."""

    @classmethod
    def from_appconfig(cls, profile: _Text | Mapping[str, Any]) -> Flags:
        """Read a feature-flag profile of AWS AppConfig, as it is retrieved or as it is defined.

        Each of its flags becomes two: ``<key>`` is True where it is enabled, and
        ``<key>.attributes`` serves the dict of its attributes, or the default where it is not.

        Raises ``DocumentError``, whose ``code`` is ``appconfig-ion`` where the profile has variants
        and so is no JSON: AppConfig's agent decides those. The attribute ``lastModifiedTimestamp``,
        seconds since 1970 as a number or a text, is the time of the flag's last change for
        ``consistency``.
        """

    @classmethod
    def _from_configuration(cls, text: _Text) -> Flags:
        """Read what a configuration profile of AWS AppConfig gives, of either type.

        A feature-flag profile is read as ``from_appconfig`` does, anything else as ``from_json``.
        Raises ``DocumentError`` as these two.
        """

    def apply(self, patch: _Text | Mapping[str, Any]) -> Flags:
        """Take a patch in, ``{"flags": {...}, "segments": {...}}``, and return the new flags.

        An item is taken only if its ``version`` is higher than the one held; ``{"key": ...,
        "version": ..., "deleted": True}`` deletes it.
        """

    def keys(self) -> list[str]:
        """The flags' keys, in RFC 8785 order."""

    def __len__(self) -> int: ...
    def __contains__(self, key: object, /) -> bool: ...
    def supersedes(self, held: Flags | None, evidence: Mapping[str, Any]) -> bool:
        """Whether this document, just fetched, takes the place of the one that is held.

        ``evidence`` is ``{"authoritative": True}`` for a source that no cache answers for: it is
        believed, in whatever order it serves documents. For responses that a cache may have
        answered it is ``{"offered": {...}, "held": {...}}``, each with the headers
        ``last_modified``, ``date`` and ``age`` as text and ``received_ms``, when the response
        arrived; all may be absent. The document is refused only if they show that the origin made
        the offered response before the held one. What is malformed or of another type counts as
        absent. Raises ``ValueError`` if the evidence has no JSON form.
        """

    def steps_back_from(self, held: Flags) -> bool:
        """Whether taking this document in place of another goes back in time, as a rollback does.

        Its latest ``lastModifiedTimestamp`` is then earlier than that of the other, or missing.
        """

    @property
    def digest(self) -> str:
        """``"sha256:"`` and 64 hex digits over the normalised document, equal on every host."""

    @property
    def version(self) -> int | None:
        """``meta.version`` of the document."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with parts of the document."""

    def bind(self, context: _ContextLike, *, big_segments: _BigSegments = None) -> BoundFlags:
        """Read a context once for many evaluations."""

    def variation(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
    ) -> Any:
        """The value that the flag serves, or the default."""

    def variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
    ) -> EvaluationDetail[Any]:
        """The value, the variation's index and the reason."""

    def bool_variation(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> bool | _D:
        """As ``variation``, for a flag that serves a bool.

        Any other value gives the default.
        """

    def bool_variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> EvaluationDetail[bool | _D]:
        """As ``variation_detail``, for a flag that serves a bool.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def int_variation(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> int | _D:
        """As ``variation``, for a flag that serves a number, truncated toward zero.

        Any other value gives the default.
        """

    def int_variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> EvaluationDetail[int | _D]:
        """As ``variation_detail``, for a flag that serves a number, truncated toward zero.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def float_variation(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> float | _D:
        """As ``variation``, for a flag that serves a number, always as a float.

        Any other value gives the default.
        """

    def float_variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> EvaluationDetail[float | _D]:
        """As ``variation_detail``, for a flag that serves a number, always as a float.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def str_variation(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> str | _D:
        """As ``variation``, for a flag that serves a str.

        Any other value gives the default.
        """

    def str_variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: _D,
        *,
        big_segments: _BigSegments = None,
    ) -> EvaluationDetail[str | _D]:
        """As ``variation_detail``, for a flag that serves a str.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def json_variation(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
    ) -> Any:
        """As ``variation``, for a flag that serves JSON of any type."""

    def json_variation_detail(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
    ) -> EvaluationDetail[Any]:
        """As ``variation_detail``, for a flag that serves JSON of any type."""

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
        """Every flag at once, in the form that LaunchDarkly's browser SDKs start from.

        ``client_side_only`` leaves out flags that a browser may not see, ``with_reasons`` adds the
        reasons, ``details_only_for_tracked_flags`` drops versions and reasons that no event needs.
        ``now`` is in milliseconds since 1970; without it the host's clock is read.
        """

    def evaluate_many(
        self,
        keys: Iterable[str],
        contexts: Iterable[_ContextLike],
        *,
        big_segments: _BigSegments = None,
        threads: int | None = None,
    ) -> list[EvaluationDetails]:
        """Evaluate many flags for many contexts: for each context a row with a detail for each key.

        Other Python threads run meanwhile. Where there is enough to do the contexts are parted
        among ``threads``, or among as many as the host has; the rows are the same for any number.
        The value is None where ``variation_detail`` would serve the default.
        """

    def explain(
        self, key: str, context: _ContextLike, *, big_segments: _BigSegments = None
    ) -> Explanation:
        """Evaluate a flag and tell everything that was looked at on the way."""

    def big_segment_keys(self, context: _ContextLike) -> list[str]:
        """The context keys whose big-segment memberships an evaluation may ask for."""

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
        """Whether every instance of a back end that polls has noticed the flag's last change.

        ``now_ms`` is the wall clock in milliseconds since 1970, ``ttl_seconds`` how long an
        instance keeps a document before it polls again (see ``parse_ttl``), ``poll_timeout_ms`` how
        long a poll may take. The time of the change is the flag's
        ``lifecycle.lastModifiedTimestamp``, else the document's ``meta.lastModifiedTimestamp``.
        ``taken_ms`` is when this host took the document, if that went back in time
        (``steps_back_from``): the change then counts as made no earlier.
        """

    def receipt(
        self, key: str, context: _ContextLike, *, big_segments: _BigSegments = None
    ) -> Receipt:
        """Evaluate a flag, and give all that it takes to check the answer with ``replay``."""

    def with_strategy(
        self,
        strategy: str | Mapping[str, Any],
        *,
        on: Sequence[str] | None = None,
        off: Sequence[str] | None = None,
        deployed: Sequence[str] | None = None,
    ) -> Flags:
        """The document under a strategy, as a new object; raises ``StrategyError``.

        A strategy is ``"Flush Out"``, ``"Production State"``, ``"Next Release"``, ``"Custom"``,
        ``"Beta"``, ``"Production"`` or ``"Custom Production"``, or what ``strategy_for`` gives.
        ``on`` and ``off`` are the keys that a custom one turns on and off; ``deployed`` those whose
        features the deployed artifact holds, else the flags with ``lifecycle.deployedTimestamp``.
        """

    def strategy_for(
        self, system: Literal["development", "production"], context: _ContextLike
    ) -> dict[str, Any] | None:
        """The strategy that the system chooses for the context by ``meta.strategies``, or None."""

    def check(self, options: Mapping[str, Any] | None = None) -> list[Diagnostic]:
        """What loading says of the document, and the mistakes of its authors.

        The options are ``names``, ``owners``, ``environment``, ``now``, ``maxFlagsPerTeam`` and
        ``maxAgeDays``; without one the document's own ``meta.check`` counts.
        """

    def diff(self, later: Flags | _Text | Mapping[str, Any]) -> Diff:
        """What changed from this document to a later one."""

    def with_status(self, key: str, status: Status, now: float) -> Flags:
        """The document with another status of a flag, as a new object.

        One status follows the other: ``To Do``, ``Doing``, ``Staging``, ``Done``, ``Finished``, and
        back to ``Doing`` from ``Staging`` and ``Done``; a flag without one may get any. The
        ``version`` of the flag and of the document is raised by one. ``now`` is in seconds since
        1970, as everywhere in a ``lifecycle``.

        Only the order is checked: ``Done`` is set without a test that has passed, and ``Finished``
        of a flag that not everybody has. ``certification`` and ``finish`` check those.

        Raises ``LifecycleError``, whose ``legal`` says which statuses may follow.
        """

    def certification(
        self,
        *,
        production_state: StepResult,
        next_release: StepResult,
        now: float,
        artifact_time: float | None = None,
        evaluated: Mapping[str, Sequence[str]] | None = None,
    ) -> Certification:
        """What follows from the tests of an artifact under two strategies.

        Where all of them pass under Production State it may be deployed; where they pass under Next
        Release too, the features in it go from ``Staging`` to ``Done``. An artifact that is built
        from what is here now, without an ``artifact_time``, holds all of them.

        ``evaluated`` has the keys of the flags that the tests evaluated, as ``productionState`` and
        ``nextRelease``. With it, tests that evaluated no flag of the document count as not run, and
        a feature that those under Next Release did not evaluate stays in ``Staging``.

        Raises ``ValueError`` for what is no result or no time in seconds.
        """

    def deployment(self, artifact_time: float, now: float) -> Deployment:
        """Which features an artifact holds that was built at a moment and is deployed now.

        Those that are ``Done`` come into ``Beta``; those that an older artifact takes away leave
        it.

        Raises ``LifecycleError`` if the document does not remember that the artifact was certified
        as deployable, and ``ValueError`` for what is no time in seconds.
        """

    def finish(
        self, key: str, now: float, *, safety_period: float = 2419200.0
    ) -> LifecycleChange | None:
        """The end of a feature's rollout: what to write, or None where it is finished already.

        It has to stay able to be switched off for the safety period, in seconds (four weeks unless
        given), after which it should be removed.

        Raises ``LifecycleError`` if it is not ``Done``, is off, or does not serve its "on" to
        everybody.
        """

    def to_json(self) -> str:
        """The normalised document as canonical JSON text (RFC 8785), of which ``digest`` is."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class BoundFlags:
    """Flags for one context, from ``Flags.bind``.

    Its methods are those of ``Flags`` without the context. It never changes and may be shared
    between threads.
    """

    def variation(self, key: str, default: Any) -> Any:
        """The value that the flag serves, or the default."""

    def variation_detail(self, key: str, default: Any) -> EvaluationDetail[Any]:
        """The value, the variation's index and the reason."""

    def bool_variation(self, key: str, default: _D) -> bool | _D:
        """As ``variation``, for a flag that serves a bool.

        Any other value gives the default.
        """

    def bool_variation_detail(self, key: str, default: _D) -> EvaluationDetail[bool | _D]:
        """As ``variation_detail``, for a flag that serves a bool.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def int_variation(self, key: str, default: _D) -> int | _D:
        """As ``variation``, for a flag that serves a number, truncated toward zero.

        Any other value gives the default.
        """

    def int_variation_detail(self, key: str, default: _D) -> EvaluationDetail[int | _D]:
        """As ``variation_detail``, for a flag that serves a number, truncated toward zero.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def float_variation(self, key: str, default: _D) -> float | _D:
        """As ``variation``, for a flag that serves a number, always as a float.

        Any other value gives the default.
        """

    def float_variation_detail(self, key: str, default: _D) -> EvaluationDetail[float | _D]:
        """As ``variation_detail``, for a flag that serves a number, always as a float.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def str_variation(self, key: str, default: _D) -> str | _D:
        """As ``variation``, for a flag that serves a str.

        Any other value gives the default.
        """

    def str_variation_detail(self, key: str, default: _D) -> EvaluationDetail[str | _D]:
        """As ``variation_detail``, for a flag that serves a str.

        Any other value gives the default, with the reason ``ERROR``, ``WRONG_TYPE``.
        """

    def json_variation(self, key: str, default: Any) -> Any:
        """As ``variation``, for a flag that serves JSON of any type."""

    def json_variation_detail(self, key: str, default: Any) -> EvaluationDetail[Any]:
        """As ``variation_detail``, for a flag that serves JSON of any type."""

    def all_flags_state(
        self,
        *,
        client_side_only: bool = False,
        with_reasons: bool = False,
        details_only_for_tracked_flags: bool = False,
        now: float | None = None,
    ) -> dict[str, Any]:
        """Every flag at once, in the form that LaunchDarkly's browser SDKs start from.

        ``client_side_only`` leaves out flags that a browser may not see, ``with_reasons`` adds the
        reasons, ``details_only_for_tracked_flags`` drops versions and reasons that no event needs.
        ``now`` is in milliseconds since 1970; without it the host's clock is read.
        """

    def explain(self, key: str) -> Explanation:
        """Evaluate a flag and tell everything that was looked at on the way."""

    def consistency(
        self,
        key: str,
        now_ms: float,
        ttl_seconds: float,
        poll_timeout_ms: float = 3000.0,
        *,
        taken_ms: float | None = None,
    ) -> Consistency:
        """Whether every instance of a back end that polls has noticed the flag's last change."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...

@final
class Context:
    """Who a flag is evaluated for, read once; using it again costs no conversion.

    Every way to make one raises ``ContextError`` where it would be invalid.
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
        """Make a context of one kind.

        ``private`` holds references to attributes (``"email"``, ``"/address/street"``) that do not
        leave the process.
        """

    @classmethod
    def multi(cls, *contexts: _ContextLike) -> Context:
        """Join contexts of different kinds."""

    @classmethod
    def from_json(cls, text: _Text) -> Context:
        """Read a context from JSON text."""

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Context:
        """Read a context from a mapping."""

    def to_dict(self) -> dict[str, Any]:
        """The canonical context, as a new dict."""

    @property
    def key(self) -> str:
        """The fully-qualified key: ``"ada"`` for a user, ``"org:acme:user:ada"`` for two kinds."""

    def with_clock(self, now_ms: float, offset_minutes: int) -> Context:
        """Add a context of kind ``clock``, so that rules can ask for the time.

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
    """What a flag served, and why.

    A value that is a dict or list, and the reason, are made when they are first read. They belong
    to this detail: changing them changes no other answer. A detail unpacks into its three members.
    """

    __match_args__: ClassVar[tuple[str, str, str]] = ("value", "variation_index", "reason")

    def __new__(
        cls, value: _T_co, variation_index: int | None, reason: dict[str, Any]
    ) -> EvaluationDetail[_T_co]: ...
    @property
    def value(self) -> _T_co:
        """What was served: a variation's value, or the default."""

    @property
    def variation_index(self) -> int | None:
        """The variation's index in the flag, or None where the default was served."""

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
    """What many flags served one context, from ``Flags.evaluate_many``.

    A sequence with a detail for each key, in their order. Each is made when it is asked for, so
    that answers that nobody reads cost little. It is equal to a list of equal details.
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
    """An evaluation, watched. ``str()`` gives it as indented text."""

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON objects, made afresh by every call."""

    def to_json(self) -> str:
        """The canonical JSON text (RFC 8785), equal to the byte on every host."""

@final
class Diagnostic:
    """What is wrong with one place of a document that loaded all the same.

    The members are attributes, and are read by name as in JSON: ``d.code``, ``d["code"]``,
    ``dict(d)``.
    """

    @property
    def severity(self) -> Literal["error", "warning", "info"]:
        """How much it matters: an ``error`` is a part that cannot do what it says."""

    @property
    def code(self) -> str:
        """The stable name of the finding, such as ``invalid-regex``."""

    @property
    def path(self) -> str:
        """Where, such as ``flags.checkout.rules[2].clauses[0].values[1]``."""

    @property
    def message(self) -> str:
        """What is wrong and what to do."""

    def keys(self) -> list[str]:
        """The names of the members."""

    def __getitem__(self, name: str, /) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Consistency:
    """What the consistency gate says of a flag for a context.

    The members are attributes, and are read by name as in JSON: ``c.is_backend_consistent``,
    ``c["isBackendConsistent"]``, ``dict(c)``, where ``diagnostics`` stand only if there are any.
    """

    @property
    def enabled(self) -> bool:
        """Whether the flag is on for the context.

        It serves True; or, where it serves no bool, it is on and no error.
        """

    @property
    def is_backend_consistent(self) -> bool:
        """Whether a journey may start: on, and changed longer than one time to live ago."""

    @property
    def settled(self) -> bool:
        """Whether the last change is longer ago than two times to live and a poll's timeout.

        By then an instance has noticed even where one of its polls failed, whichever way the flag
        was changed.
        """

    @property
    def remaining_seconds(self) -> int | None:
        """Seconds until the change is one time to live ago, rounded up.

        None where nothing says when the change was.
        """

    @property
    def version(self) -> int | None:
        """``meta.version`` of the document."""

    @property
    def digest(self) -> str:
        """The document's digest."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the time of the last change: it is missing, or in the future."""

    def keys(self) -> list[str]:
        """The names of the members."""

    def __getitem__(self, name: str, /) -> Any: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class DocumentHistory:
    """Documents by digest: the one in force, and those that were before it.

    The oldest leave when a limit is passed; the newest never does. It holds what it is given and
    fetches nothing, and may be shared between threads. A document is ``Flags``, JSON text or a
    mapping.
    """

    def __new__(
        cls, *, max_documents: int | None = 16, max_bytes: int | None = 67108864
    ) -> DocumentHistory: ...
    def add(self, document: Flags | _Text | Mapping[str, Any], now_ms: float) -> None:
        """Take the document that is in force at a moment."""

    def keep(
        self, document: Flags | _Text | Mapping[str, Any], superseded_ms: float | None = None
    ) -> bool:
        """Keep a document that was in force until a moment; return whether it is held now.

        By default it was until the document in force was stamped or added, whichever is earlier.
        """

    def keep_fetched(self, document: Flags | _Text | Mapping[str, Any]) -> bool:
        """Keep a document that was fetched for a pin, where this host may be behind.

        One that is stamped later than the document in force is newer than it, any other is kept as
        by ``keep``. It must not be one that was withdrawn, as by a rollback.
        """

    def get(self, digest: str) -> Flags | None:
        """The document of that digest, if it is held."""

    @property
    def newest(self) -> Flags | None:
        """The document in force, if there is one."""

    def digests(self) -> list[str]:
        """The digests of all documents held, the newest first."""

    @property
    def size(self) -> int:
        """How many bytes of canonical JSON the documents have."""

    def pinned(
        self,
        digest: str,
        now_ms: float,
        ttl_seconds: float,
        poll_timeout_ms: float = 3000.0,
        *,
        max_pin_age_ms: float | None = None,
    ) -> Pinned:
        """The document of a pin: that very one.

        A flag that is off or gone in the newest document is off in it, unless the newest says
        ``lifecycle.offWaitsForPins``. The age of a pin is the time since its document is no longer
        in force; it may be two times to live and a poll's timeout where no other limit is given.

        Raises ``PinError`` where that document is not held or the pin is too old. A pin is never a
        security decision.
        """

    def __len__(self) -> int: ...

@final
class Pinned:
    """What answers a pin, from ``DocumentHistory.pinned``."""

    @property
    def flags(self) -> Flags:
        """The pinned document, with what was switched off since off in it."""

    @property
    def digest(self) -> str:
        """The digest that was pinned."""

    @property
    def switched_off(self) -> list[str]:
        """The keys of the flags that were switched off since."""

@final
class Diff:
    """What changed from one document to another, from ``Flags.diff``.

    ``str()`` gives it as text; it is false where nothing changed.
    """

    @property
    def answers(self) -> list[str]:
        """The keys of the flags whose answers can have changed."""

    def to_dict(self) -> dict[str, Any]:
        """What changed as JSON objects, made afresh by every call."""

    def to_markdown(self) -> str:
        """Markdown for a pull request."""

    def __bool__(self) -> bool: ...

@final
class Receipt:
    """An answer with everything that it takes to check it elsewhere, from ``Flags.receipt``."""

    def to_dict(self) -> dict[str, Any]:
        """The receipt as JSON objects, made afresh by every call."""

    def to_json(self) -> str:
        """The canonical JSON text (RFC 8785), equal to the byte on every host."""

    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

def check_environments(
    documents: Mapping[str, Flags | _Text | Mapping[str, Any]],
    options: Mapping[str, Any] | None = None,
) -> dict[str, list[Diagnostic]]:
    """As ``Flags.check`` for several environments of the same flags, each under its name.

    It also finds what is on outside development and not in it. The options are those of
    ``Flags.check``, but for ``environment``.
    """

def to_appconfig_key(key: str) -> str | None:
    """A flag's key as AWS AppConfig takes it; None where it would be too long."""

def from_appconfig_key(key: str) -> str | None:
    """The key that ``to_appconfig_key`` made this of; None for what it never makes."""

def parse_ttl(text: str) -> int:
    """Seconds from a time to live as the AppConfig extension takes it.

    That is ``45``, ``45s``, ``5m`` or ``1h``; raises ``ValueError`` for anything else.
    """

def printable(text: str) -> str:
    """The text with what a terminal or the log of a pipeline would obey written as escapes."""

def replay(
    receipt: Receipt | _Text,
    document: Flags | _Text | Mapping[str, Any],
    context: _ContextLike,
    *,
    big_segments: _BigSegments = None,
) -> Receipt:
    """Evaluate again what a receipt claims, and give it back where it is true to the byte.

    Raises ``ReceiptError``, which names the first step that differs.
    """

def secure_mode_hash(sdk_key: str, context: _ContextLike) -> str:
    """The hash by which a browser proves that its server knows the context.

    It is empty for an invalid context. Raises ``ValueError`` if the SDK key is empty or has a lone
    surrogate.
    """
