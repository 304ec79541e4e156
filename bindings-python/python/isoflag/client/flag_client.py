"""A client that evaluates flags of a document which it fetches and refreshes on use."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakSet

from isoflag._core import Consistency, Context, EvaluationDetail, Explanation, Flags
from isoflag._errors import ContextError
from isoflag._logs import logger
from isoflag._process import wall_clock

from .bound_client import BoundFlagClient
from .fresh_document import FreshDocument
from .held_document import ClientStatus, HeldDocument, StaleCopyError
from .memberships import Memberships

if TYPE_CHECKING:
    from isoflag.activity import Activity
    from isoflag.gate_times import GateTimes
    from isoflag.lifecycle import System
    from isoflag.pins import Pins
    from isoflag.source.protocol import Source

    from .evaluation_event import EvaluationEvent
    from .local_clock import LocalClock

__all__ = ["ClientStatus", "FlagClient", "StaleCopyError"]

_D = TypeVar("_D")
_ContextLike = Context | Mapping[str, Any]
_BigSegments = Mapping[str, Any] | None

_NO_FLAGS: Final = Flags.from_dict({"flags": {}})

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
    retried after ``retry`` seconds, then with doubled pauses up to ``ttl`` or five minutes. The
    ``retry_after`` of a ``SourceError`` makes a pause longer within the same limit.

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
        system: System | None = None,
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
        package. ``system``, ``development`` or ``production``, evaluates under the strategy that
        ``meta.strategies`` chooses for the context; invalid strategies are logged and ignored.
        ``timezone``, such as ``Europe/Berlin``, adds the kind ``clock`` to every context,
        so that rules can test the local time (see ``Context.with_clock``). ``on_evaluation`` is
        called with an ``EvaluationEvent`` for the share ``sampling`` of the evaluations; its
        exceptions are logged. ``clock`` returns seconds since 1970.

        Raises ``ValueError`` if a time is negative, the system is unknown or the time zone is
        unknown (a ``TimezoneError``), and ``TypeError`` for an argument of another type.
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
        if os.environ.get("ISOFLAG_EVIDENCE"):
            # While `isoflag certify` runs the tests.
            from isoflag.evidence import with_evidence  # noqa: PLC0415

            activity = with_evidence(activity)
        self._activity = activity
        self._hook: Callable[[Callable[[], EvaluationEvent]], None] | None = None
        if on_evaluation is not None:
            from .evaluation_event import sampled  # noqa: PLC0415

            self._hook = sampled(on_evaluation, sampling)
        self._local_clock: LocalClock | None = None
        if timezone is not None:
            from .local_clock import LocalClock  # noqa: PLC0415

            self._local_clock = LocalClock(timezone)
        self._reads_memberships = False
        """Whether evaluations read memberships of big segments from the source."""
        self._memberships = Memberships(source, self._calls, clock)
        if system is not None:
            # Raises for an unknown one.
            _NO_FLAGS._strategy_problems(system)  # noqa: SLF001 (our own)
        self._system = system
        if self._held is not None:
            self._adapt_to(self._held)
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
        evaluations are not counted as activity and use no strategy; ``bind(context).flags`` is the
        document under the strategy of a context.
        """
        held = self._fresh()
        return _NO_FLAGS if held is None else held.flags

    @property
    def system(self) -> System | None:
        """The system whose strategies apply, or None."""
        return self._system

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
        digest, the evaluations use that document and its strategies instead, except for flags that
        the newest document has switched off. If the client does not hold it, the source is polled,
        unless that was done less than ``retry`` seconds ago. Raises ``PinError`` if the pinned
        document is unavailable or was superseded too long ago. Never base a security decision on a
        pin.
        """
        held = self._fresh()
        return self._bound(held if pin is None else self._pinned(pin), context, big_segments)

    def bind_changed(
        self, context: _ContextLike, change: Callable[[Flags], Flags]
    ) -> BoundFlagClient:
        """Returns the current flags as changed by a function, bound to a context.

        The function gets the document under the context's strategy, if any. The client itself is
        unchanged. Before the first document nothing is changed.
        """
        return self._bound(self._fresh(), context, None, change)

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
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.variation(key, context, default, big_segments=big_segments, copy=copy)
        return self._bound(held, context, big_segments).variation(key, default, copy=copy)

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
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.variation_detail(
                key, context, default, big_segments=big_segments, copy=copy
            )
        return self._bound(held, context, big_segments).variation_detail(key, default, copy=copy)

    def bool_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> bool | _D:
        """Returns the bool that the flag serves, or ``default``."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.bool_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).bool_variation(key, default)

    def bool_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[bool | _D]:
        """Returns the bool that the flag serves, its variation index and the reason."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.bool_variation_detail(
                key, context, default, big_segments=big_segments
            )
        return self._bound(held, context, big_segments).bool_variation_detail(key, default)

    def int_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> int | _D:
        """Returns the number that the flag serves, truncated toward zero, or ``default``."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.int_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).int_variation(key, default)

    def int_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[int | _D]:
        """Returns the number, truncated toward zero, its variation index and the reason."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.int_variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).int_variation_detail(key, default)

    def float_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> float | _D:
        """Returns the number that the flag serves, as a float, or ``default``."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.float_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).float_variation(key, default)

    def float_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[float | _D]:
        """Returns the number as a float, its variation index and the reason."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.float_variation_detail(
                key, context, default, big_segments=big_segments
            )
        return self._bound(held, context, big_segments).float_variation_detail(key, default)

    def str_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> str | _D:
        """Returns the str that the flag serves, or ``default``."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.str_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).str_variation(key, default)

    def str_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[str | _D]:
        """Returns the str that the flag serves, its variation index and the reason."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.str_variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).str_variation_detail(key, default)

    def json_variation(
        self,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: _BigSegments = None,
        copy: bool = True,
    ) -> Any:
        """Returns the value, of any JSON type, that the flag serves, as ``variation`` does."""
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.json_variation(
                key, context, default, big_segments=big_segments, copy=copy
            )
        return self._bound(held, context, big_segments).json_variation(key, default, copy=copy)

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
        if (held := self._fresh()) is not None and held.is_plain:
            return held.flags.json_variation_detail(
                key, context, default, big_segments=big_segments, copy=copy
            )
        return self._bound(held, context, big_segments).json_variation_detail(
            key, default, copy=copy
        )

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
        found = pins.find(
            digest,
            lambda: self._held,
            self._poll,
            self._moment,
            self._load,
            is_current=is_current,
        )
        if found.system is None and self._problems(found.flags) is not None:
            found.system = self._system
        return found

    def _poll(self) -> None:
        # Requests with an unknown pin must not poll the source each time.
        if not self._since <= self._clock() < self._since + self._retry:
            self._refresh(force=True, seconds=None)

    def _bound(
        self,
        held: HeldDocument | None,
        context: _ContextLike,
        big_segments: _BigSegments,
        change: Callable[[Flags], Flags] | None = None,
    ) -> BoundFlagClient:
        if self._local_clock is not None:
            # An invalid context is left to the evaluation, which returns defaults.
            with suppress(ContextError):
                context = self._local_clock.added(context, self._clock())
        if held is None:
            bound = _NO_FLAGS.bind(context, big_segments=big_segments)
            return BoundFlagClient(bound, None, self._activity, self._moment, self._hook)
        bind = partial(self._bound_to, held, context, change)
        if big_segments is None and self._reads_memberships:
            keys = held.flags.big_segment_keys(context)
            return self._memberships.bound(keys, bind) if keys else bind(None)
        return bind(big_segments)

    def _bound_to(
        self,
        held: HeldDocument,
        context: _ContextLike,
        change: Callable[[Flags], Flags] | None,
        big_segments: _BigSegments,
    ) -> BoundFlagClient:
        if held.system is not None:
            # An invalid context has no strategy.
            with suppress(ContextError):
                context = Context._from_host(context)  # noqa: SLF001 (our own)
                held = held.under_strategy(context, big_segments)
        if change is not None:
            held = held.changed(change)
        bound = held.flags.bind(context, big_segments=big_segments)
        return BoundFlagClient(bound, held, self._activity, self._moment, self._hook)

    def _adapt_to(self, held: HeldDocument) -> None:
        flags = held.flags
        self._reads_memberships = hasattr(self._source, "big_segments") and flags._has_big_segments  # noqa: SLF001 (our own)
        problems = self._problems(flags)
        for problem in problems or ():
            _logger.warning("ignoring an invalid strategy: %s", problem)
        held.system = None if problems is None else self._system
        adds = (self._activity, self._hook, self._local_clock, held.system)
        held.is_plain = not self._reads_memberships and all(each is None for each in adds)

    def _problems(self, flags: Flags) -> list[str] | None:
        """Returns problems of the strategies; None if there are no strategies for the system."""
        return None if self._system is None else flags._strategy_problems(self._system)  # noqa: SLF001 (our own)

    def _take(self, held: HeldDocument, now_ms: float) -> None:
        self._adapt_to(held)
        if self._pins is not None:
            self._pins.take(held.flags, now_ms)


clients: Final[WeakSet[FlagClient]] = WeakSet()
"""Every live client of the process, whose sources ``isoflag.testing`` replaces."""

watchers: Final[list[Callable[[FlagClient], object]]] = []
"""Callbacks that receive each new client."""
