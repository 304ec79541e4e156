"""A client that evaluates flags of a document which it fetches and refreshes on use."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakSet

from isoflag._core import (
    BoundFlags,
    Consistency,
    Context,
    EvaluationDetail,
    Explanation,
    Flags,
)
from isoflag._errors import ContextError
from isoflag._logs import logger
from isoflag._process import wall_clock
from isoflag.source.bounded_call import bounded
from isoflag.source.deadline import seconds_left

from .bound_client import BoundFlagClient
from .fresh_document import FreshDocument
from .held_document import HeldDocument, StaleCopyError
from .status import ClientStatus

if TYPE_CHECKING:
    from isoflag.activity import Activity
    from isoflag.gate_times import GateTimes
    from isoflag.pins import Pins
    from isoflag.source.protocol import Source

    from .evaluation_event import EvaluationEvent
    from .local_clock import LocalClock

__all__ = ["ClientStatus", "FlagClient", "StaleCopyError"]

_D = TypeVar("_D")
_ContextLike = Context | Mapping[str, Any]
_BigSegments = Mapping[str, Any] | None

_NO_FLAGS: Final = Flags.from_dict({"flags": {}})
_STORE_ERROR: Final[Mapping[str, Any]] = {"status": "STORE_ERROR", "memberships": {}}
_SECONDS_WITHOUT_MEMBERSHIPS: Final = 5.0
_SECONDS_BETWEEN_WARNINGS: Final = 300.0

_logger = logger("isoflag")


class FlagClient(FreshDocument):
    """Evaluates flags of a document from a source, refreshed once it is older than ``ttl``.

    The constructor fetches nothing. The first evaluation fetches, and so does the first one after
    ``ttl`` seconds by the wall clock (the other clocks stop while a Lambda function is frozen). A
    fetch runs in its own thread, one at a time, and ends within the source's ``timeout``, by
    default 2 seconds. Evaluations wait for the first document. Afterwards only the evaluation that
    starts a refresh waits, at most ``max_wait`` seconds; the refresh continues in the background
    and all other evaluations use the current document.

    Getters are those of ``isoflag.Flags`` and never raise. Before the first document they return
    the default, with the reason ``ERROR``, ``CLIENT_NOT_READY``. If a refresh fails, the last good
    document is kept, ``status`` and the logger ``isoflag`` report the error, and the source is
    retried after ``retry`` seconds, then with doubled pauses up to ``ttl`` or five minutes.

    A client may be created before a process forks; each process then fetches on its own.
    """

    def __init__(
        self,
        source: Source,
        ttl: float = 60.0,
        *,
        retry: float = 1.0,
        max_wait: float = 0.5,
        load: Callable[[bytes], Flags] | None = None,
        activity: Activity | None = None,
        pins: Pins | None = None,
        gate: GateTimes | None = None,
        on_change: Callable[[Flags | None, Flags], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        on_evaluation: Callable[[EvaluationEvent], object] | None = None,
        sampling: float = 1.0,
        initial: Flags | None = None,
        timezone: str | None = None,
        clock: Callable[[], float] = wall_clock,
    ) -> None:
        """Creates a client of ``source`` with a TTL in seconds; fetches nothing yet.

        ``retry`` is the pause in seconds after the first failed fetch. ``max_wait`` is the longest
        time in seconds that an evaluation waits for a refresh once a document has loaded. With 0 it
        never waits; a function that is frozen between invocations then evaluates with the document
        of the previous invocation.

        ``load`` converts the bytes of the source to ``Flags``. It defaults to the source's
        ``load_document``, which for AppConfig also accepts a feature-flag profile, else to
        ``Flags.from_json``. ``on_change`` is called with the flags before and after, ``on_error``
        with each failure; their exceptions are logged. ``activity`` counts evaluations. ``pins``
        keeps earlier documents for journeys that began with them. ``gate`` has the times that
        ``consistency`` and pins use. They default to the AppConfig Agent's interval
        (``AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS``, else 45 seconds) plus ``ttl``.

        ``initial`` is the document until the first fetch succeeds, such as one in the deployment
        package. ``timezone``, such as ``Europe/Berlin``, adds the kind ``clock`` to every context,
        so that rules can test the local time (see ``Context.with_clock``). ``on_evaluation`` is
        called with an ``EvaluationEvent`` for the share ``sampling`` of the evaluations; its
        exceptions are logged. ``clock`` returns seconds since 1970.

        Raises ``ValueError`` if a time is negative or the time zone is unknown (a
        ``TimezoneError``), and ``TypeError`` for an argument of another type.
        """
        super().__init__(
            source,
            ttl,
            retry=retry,
            max_wait=max_wait,
            load=getattr(source, "load_document", Flags.from_json) if load is None else load,
            on_change=on_change,
            on_error=on_error,
            clock=clock,
            initial=initial,
        )
        self._activity = _with_evidence(activity)
        self._hook: Callable[[Callable[[], EvaluationEvent]], None] | None = None
        if on_evaluation is not None:
            from .evaluation_event import sampled  # noqa: PLC0415

            self._hook = sampled(on_evaluation, sampling)
        self._local_clock = None if timezone is None else _local_clock(timezone)
        self._reads_memberships = False
        """Whether evaluations read memberships of big segments from the source."""
        # Read by no evaluation until this time, and not reported before that one.
        self._memberships_failed = (0.0, 0.0)
        self._is_plain = False
        """Whether evaluations are passed on to the document directly."""
        self._adapt_to(initial)
        self._pins = pins
        self._gate = gate
        clients.add(self)
        for watch in tuple(watchers):
            watch(self)

    def after_fork(self) -> None:
        """Releases locks that threads of the parent hold; called in a forked process."""
        super().after_fork()
        if self._pins is not None:
            self._pins.after_fork()

    def __repr__(self) -> str:
        return f"<FlagClient of {self._source!r}>"

    @property
    def flags(self) -> Flags:
        """The current flags, fetched first if a refresh is due; empty before the first document.

        To evaluate many flags of one document for a request, read this property once. Its
        evaluations are not counted as activity.
        """
        held = self._fresh()
        return _NO_FLAGS if held is None else held.flags

    @property
    def pins(self) -> Pins | None:
        """The store of earlier documents, or None if the client keeps none."""
        return self._pins

    @property
    def gate(self) -> GateTimes:
        """The times that ``consistency`` and pins use; the environment is read on first access."""
        if self._gate is None:
            from isoflag.gate_times import GateTimes  # noqa: PLC0415

            self._gate = GateTimes.from_environment(self._ttl)
        return self._gate

    def bind(
        self,
        context: _ContextLike,
        *,
        pin: str | None = None,
        big_segments: _BigSegments = None,
    ) -> BoundFlagClient:
        """Returns the current flags bound to a context, for many evaluations of one document.

        ``context`` is a ``Context`` or a mapping in LaunchDarkly's context JSON. With ``pin``, a
        digest, the evaluations use that document instead, except for flags that the newest document
        has switched off. If the client does not hold it, the source is polled, unless that was done
        less than ``retry`` seconds ago. Raises ``PinError`` if the pinned document is unavailable
        or was superseded too long ago. Never base a security decision on a pin.
        """
        held = self._fresh()
        return self._bound(held if pin is None else self._pinned(pin), context, big_segments)

    def bind_changed(
        self, context: _ContextLike, change: Callable[[Flags], Flags]
    ) -> BoundFlagClient:
        """Returns the current flags as changed by a function, bound to a context.

        The client itself is unchanged. Before the first document nothing is changed.
        """
        held = self._fresh()
        return self._bound(None if held is None else held.changed(change), context, None)

    def variation(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> Any:
        """Returns the value that the flag serves, or ``default``."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).variation(key, default)

    def variation_detail(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[Any]:
        """Returns the value that the flag serves, its variation index and the reason."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).variation_detail(key, default)

    def bool_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> bool | _D:
        """Returns the bool that the flag serves, or ``default``."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.bool_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).bool_variation(key, default)

    def bool_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[bool | _D]:
        """Returns the bool that the flag serves, its variation index and the reason."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.bool_variation_detail(
                key, context, default, big_segments=big_segments
            )
        return self._bound(held, context, big_segments).bool_variation_detail(key, default)

    def int_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> int | _D:
        """Returns the number that the flag serves, truncated toward zero, or ``default``."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.int_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).int_variation(key, default)

    def int_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[int | _D]:
        """Returns the number, truncated toward zero, its variation index and the reason."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.int_variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).int_variation_detail(key, default)

    def float_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> float | _D:
        """Returns the number that the flag serves, as a float, or ``default``."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.float_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).float_variation(key, default)

    def float_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[float | _D]:
        """Returns the number as a float, its variation index and the reason."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.float_variation_detail(
                key, context, default, big_segments=big_segments
            )
        return self._bound(held, context, big_segments).float_variation_detail(key, default)

    def str_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> str | _D:
        """Returns the str that the flag serves, or ``default``."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.str_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).str_variation(key, default)

    def str_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[str | _D]:
        """Returns the str that the flag serves, its variation index and the reason."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.str_variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).str_variation_detail(key, default)

    def json_variation(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> Any:
        """Returns the value, of any JSON type, that the flag serves, or ``default``."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.json_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).json_variation(key, default)

    def json_variation_detail(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[Any]:
        """Returns the value, of any JSON type, its variation index and the reason."""
        if (held := self._fresh()) is not None and self._is_plain:
            return held.flags.json_variation_detail(
                key, context, default, big_segments=big_segments
            )
        return self._bound(held, context, big_segments).json_variation_detail(key, default)

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

        The parameters are those of ``Flags.all_flags_state``. ``$valid`` is False before the first
        document or for an invalid context.
        """
        return self.bind(context, big_segments=big_segments).all_flags_state(
            client_side_only=client_side_only,
            with_reasons=with_reasons,
            details_only_for_tracked_flags=details_only_for_tracked_flags,
            now=now,
        )

    def explain(
        self, key: str, context: _ContextLike, *, big_segments: _BigSegments = None
    ) -> Explanation:
        """Evaluates a flag and returns a trace of every rule and clause that was considered.

        Before the first document the flag is reported as not found.
        """
        return self.bind(context, big_segments=big_segments).explain(key)

    def consistency(
        self,
        key: str,
        context: _ContextLike,
        now_ms: float | None = None,
        ttl_seconds: float | None = None,
        poll_timeout_ms: float | None = None,
        *,
        big_segments: _BigSegments = None,
    ) -> Consistency:
        """Returns whether every polling back-end instance has picked up the flag's last change.

        ``now_ms`` is in milliseconds since 1970, by default now; ``ttl_seconds`` and
        ``poll_timeout_ms`` default to the times of ``gate``. After a rollback the change counts as
        made when this client loaded the earlier document. Before the first document no flag is on.
        """
        bound = self.bind(context, big_segments=big_segments)
        return bound.consistency(key, now_ms, ttl_seconds, poll_timeout_ms)

    @property
    def _may_wait(self) -> bool:
        """Whether the next evaluation may wait for the source."""
        return self.due or self._reads_memberships

    def _moment(self) -> tuple[float, GateTimes]:
        return self._clock() * 1000.0, self.gate

    def _pinned(self, digest: str) -> HeldDocument:
        if (pins := self._pins) is None:
            from isoflag.pins import Pins  # noqa: PLC0415

            # Only the current document is available.
            pins = Pins(max_documents=1)
        is_current = getattr(self._source, "is_current", False) is True
        return pins.find(
            digest,
            lambda: self._held,
            self._poll,
            self._moment,
            self._load,
            is_current=is_current,
        )

    def _poll(self) -> None:
        # Requests with an unknown pin must not poll the source each time.
        if not self._since <= self._clock() < self._since + self._retry:
            self._refresh(force=True, seconds=None)

    def _bound(
        self, held: HeldDocument | None, context: _ContextLike, big_segments: _BigSegments
    ) -> BoundFlagClient:
        flags = _NO_FLAGS if held is None else held.flags
        if self._local_clock is not None:
            # An invalid context is left to the evaluation, which returns defaults.
            with suppress(ContextError):
                context = self._local_clock.added(context, self._clock())
        if big_segments is None and self._reads_memberships:
            bound = self._bound_to_memberships(flags, context)
        else:
            bound = flags.bind(context, big_segments=big_segments)
        return BoundFlagClient(bound, held, self._activity, self._moment, self._hook)

    def _bound_to_memberships(self, flags: Flags, context: _ContextLike) -> BoundFlags:
        """Binds a context to the memberships that the source returns, if flags need any.

        An error of the source becomes ``STORE_ERROR``, for five seconds: each attempt may take as
        long as the source's timeout.
        """
        keys = flags.big_segment_keys(context)
        if not keys:
            return flags.bind(context)
        now = self._clock()
        failed_at, warned_at = self._memberships_failed
        if not 0 <= now - failed_at < _SECONDS_WITHOUT_MEMBERSHIPS:
            source: Any = self._source
            try:
                read = bounded(source, self._calls, lambda: source.big_segments(keys))
                return flags.bind(context, big_segments=read)
            except Exception as error:  # noqa: BLE001 (sources are user code)
                if not 0 <= now - warned_at < _SECONDS_BETWEEN_WARNINGS:
                    _logger.warning("cannot read big segments: %s", error)
                    warned_at = now
                # The end of an invocation says nothing about the source.
                if seconds_left(1.0) > 0:
                    failed_at = self._clock()
                self._memberships_failed = (failed_at, warned_at)
        return flags.bind(context, big_segments=_STORE_ERROR)

    def _adapt_to(self, flags: Flags | None) -> None:
        self._reads_memberships = (
            flags is not None and hasattr(self._source, "big_segments") and flags._has_big_segments  # noqa: SLF001 (our own)
        )
        adds = (self._activity, self._hook, self._local_clock)
        self._is_plain = not self._reads_memberships and all(each is None for each in adds)

    def _take(self, flags: Flags, now_ms: float) -> None:
        self._adapt_to(flags)
        if self._pins is not None:
            self._pins.take(flags, now_ms)


def _local_clock(timezone: str) -> LocalClock:
    from .local_clock import LocalClock  # noqa: PLC0415

    return LocalClock(timezone)


clients: Final[WeakSet[FlagClient]] = WeakSet()
"""Every live client of the process, whose sources ``isoflag.testing`` replaces."""

watchers: Final[list[Callable[[FlagClient], object]]] = []
"""Callbacks that receive each new client."""


def _with_evidence(activity: Activity | None) -> Activity | None:
    """Wraps the activity to record evidence while ``isoflag certify`` runs the tests."""
    if not os.environ.get("ISOFLAG_EVIDENCE"):
        return activity
    from isoflag.evidence import Evidence  # noqa: PLC0415

    return activity if isinstance(activity, Evidence) else Evidence(activity)
