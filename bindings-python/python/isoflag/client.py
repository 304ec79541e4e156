"""Flags that are fetched from a source and kept fresh, on use."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ._clients import tell_of_client
from ._core import Consistency, Context, EvaluationDetail, Explanation, Flags
from ._fork import tell_after_fork
from ._wall_clock import wall_clock
from .bound_client import BoundFlagClient
from .client_status import ClientStatus
from .gate_times import GateTimes
from .held_document import HeldDocument, OlderVersionError
from .source.errors import SourceContentError, SourceError
from .source.protocol import UNCHANGED, Fetched, Source

if TYPE_CHECKING:
    from .activity import Activity
    from .pins import Pins

__all__ = ["ClientStatus", "FlagClient", "OlderVersionError"]

_D = TypeVar("_D")
_ContextLike = Context | Mapping[str, Any]
_BigSegments = Mapping[str, Any] | None

_logger = logging.getLogger("isoflag")

_LONGEST_PAUSE: Final = 300.0
_NO_FLAGS: Final = Flags.from_dict({"flags": {}})


class FlagClient:
    """A document from a source, asked again once it is older than ``ttl``.

    Making one does nothing; the first evaluation fetches, and so does the first after ``ttl``
    seconds by the wall clock, since a frozen Lambda function's other clocks stand still. There are
    no threads. While one thread fetches, others are answered from the document held; only where
    there is none yet do they wait.

    Nothing here raises. Whatever goes wrong, the last good document keeps answering, ``status`` and
    the log (``isoflag``) say what it was, and the source is tried again after ``retry`` seconds,
    then twice that, up to ``ttl`` or five minutes. Before the first document every answer is the
    default, with the reason ``ERROR``, ``CLIENT_NOT_READY``.

    A client may be made before a process forks; each process then fetches for itself.
    """

    def __init__(
        self,
        source: Source,
        ttl: float = 60.0,
        *,
        retry: float = 1.0,
        load: Callable[[bytes], Flags] = Flags.from_json,
        activity: "Activity | None" = None,
        pins: "Pins | None" = None,
        gate: GateTimes | None = None,
        on_change: Callable[[Flags | None, Flags], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        clock: Callable[[], float] = wall_clock,
    ) -> None:
        """Take a source and a time to live, in seconds.

        ``load`` makes flags of what the source gives: ``Flags.from_appconfig`` for a feature-flag
        profile of AppConfig. ``on_change`` is called with the flags before and after, ``on_error``
        with each failure; what they raise is logged. ``activity`` counts evaluations. ``pins``
        keeps earlier documents for journeys that began with them. ``gate`` is what ``consistency``
        and pins go by: unless given, the AppConfig Agent's interval
        (``AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS``, else 45 seconds) and ``ttl`` on top.
        ``clock`` gives seconds since 1970. Raises ``ValueError`` where a time is negative.
        """
        if not ttl >= 0 or not retry >= 0:
            raise ValueError(f"`ttl` and `retry` are seconds from 0 up, not `{ttl}` and `{retry}`")
        self._source = source
        self._ttl = ttl
        self._retry = retry
        self._load = load
        self._activity = activity
        self._pins = pins
        self._gate = gate
        self._clock = clock
        self._listeners: tuple[_Listener, ...] = ()
        self._held: HeldDocument | None = None
        self._seen: Fetched | None = None
        self._refused: Exception | None = None
        self._trouble: _Trouble | None = None
        # Between these two times nothing is fetched. A clock that was set back is before both.
        self._since = 0.0
        self._next = 0.0
        if on_change is not None or on_error is not None:
            self.listen(on_change=on_change, on_error=on_error)
        self.after_fork()
        tell_after_fork(self)
        tell_of_client(self)

    def after_fork(self) -> None:
        """Let go of a lock that a thread of the parent holds, in a process that was forked."""
        self._lock = Lock()
        self._fetching: int | None = None
        if self._pins is not None:
            self._pins.after_fork()

    def __repr__(self) -> str:
        return f"<FlagClient of {self._source!r}>"

    @property
    def flags(self) -> Flags:
        """The flags as they are now, fetched first where that is due.

        Before the first document there are none. What they answer is not counted as activity.

        Whoever evaluates many flags for one request takes these once, so that all answers are of
        one document.
        """
        held = self._fresh()
        return _NO_FLAGS if held is None else held.flags

    @property
    def due(self) -> bool:
        """Whether the next evaluation would fetch."""
        return not self._since <= self._clock() < self._next

    @property
    def status(self) -> ClientStatus:
        """How the client is doing; asking fetches nothing."""
        held, trouble = self._held, self._trouble
        return ClientStatus(
            ready=held is not None,
            version=None if held is None else held.flags.version,
            digest=None if held is None else held.digest(),
            source_version=None if held is None else held.fetched.version,
            age=None if held is None else max(0.0, self._clock() - held.confirmed),
            error=None if trouble is None else trouble.error,
            error_since=None if trouble is None else trouble.since,
            failures=0 if trouble is None else trouble.failures,
        )

    def refresh(self, *, force: bool = False) -> ClientStatus:
        """Fetch if it is due, or in any case with ``force``; give the status after it.

        Called while a function starts, it takes the first fetch out of the first request.
        """
        self._refresh(force=force, wait=True)
        return self.status

    def listen(
        self,
        *,
        on_change: Callable[[Flags | None, Flags], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        on_recovery: Callable[[], object] | None = None,
    ) -> Callable[[], None]:
        """Have these called as in the constructor; give what ends that.

        ``on_recovery`` is called with the first success after failures. All are called by the
        thread that fetched, after it.
        """
        listener = _Listener(on_change, on_error, on_recovery)
        self._listeners = (*self._listeners, listener)

        def forget() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return forget

    @property
    def pins(self) -> "Pins | None":
        """What earlier documents are kept by; None where they are not."""
        return self._pins

    @property
    def gate(self) -> GateTimes:
        """What ``consistency`` and pins go by; the environment is read when first asked."""
        if self._gate is None:
            self._gate = GateTimes.from_environment(self._ttl)
        return self._gate

    def bind(
        self,
        context: _ContextLike,
        *,
        pin: str | None = None,
        big_segments: _BigSegments = None,
    ) -> BoundFlagClient:
        """Read a context once for many evaluations, all of the document that is held now.

        With ``pin``, a digest, all are of that very document, but for the flags that the newest
        document has switched off. Where it is not held the source is asked for a newer one, unless
        it was asked less than ``retry`` seconds ago. Raises ``PinError`` where it cannot be had or
        is out of force for too long. A pin is never a security decision.
        """
        held = self._fresh()
        return self._bound(held if pin is None else self._pinned(pin), context, big_segments)

    def variation(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> Any:
        """As ``Flags.variation``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).variation(key, default)

    def variation_detail(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[Any]:
        """As ``Flags.variation_detail``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).variation_detail(key, default)

    def bool_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> bool | _D:
        """As ``Flags.bool_variation``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.bool_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).bool_variation(key, default)

    def bool_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[bool | _D]:
        """As ``Flags.bool_variation_detail``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.bool_variation_detail(
                key, context, default, big_segments=big_segments
            )
        return self._bound(held, context, big_segments).bool_variation_detail(key, default)

    def int_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> int | _D:
        """As ``Flags.int_variation``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.int_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).int_variation(key, default)

    def int_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[int | _D]:
        """As ``Flags.int_variation_detail``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.int_variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).int_variation_detail(key, default)

    def float_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> float | _D:
        """As ``Flags.float_variation``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.float_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).float_variation(key, default)

    def float_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[float | _D]:
        """As ``Flags.float_variation_detail``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.float_variation_detail(
                key, context, default, big_segments=big_segments
            )
        return self._bound(held, context, big_segments).float_variation_detail(key, default)

    def str_variation(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> str | _D:
        """As ``Flags.str_variation``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.str_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).str_variation(key, default)

    def str_variation_detail(
        self, key: str, context: _ContextLike, default: _D, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[str | _D]:
        """As ``Flags.str_variation_detail``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.str_variation_detail(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).str_variation_detail(key, default)

    def json_variation(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> Any:
        """As ``Flags.json_variation``."""
        if (held := self._fresh()) is not None and self._activity is None:
            return held.flags.json_variation(key, context, default, big_segments=big_segments)
        return self._bound(held, context, big_segments).json_variation(key, default)

    def json_variation_detail(
        self, key: str, context: _ContextLike, default: Any, *, big_segments: _BigSegments = None
    ) -> EvaluationDetail[Any]:
        """As ``Flags.json_variation_detail``."""
        if (held := self._fresh()) is not None and self._activity is None:
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
        """As ``Flags.all_flags_state``; ``$valid`` is False before the first document."""
        return self.bind(context, big_segments=big_segments).all_flags_state(
            client_side_only=client_side_only,
            with_reasons=with_reasons,
            details_only_for_tracked_flags=details_only_for_tracked_flags,
            now=now,
        )

    def explain(
        self, key: str, context: _ContextLike, *, big_segments: _BigSegments = None
    ) -> Explanation:
        """As ``Flags.explain``; before the first document no flag is found."""
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
        """As ``Flags.consistency``, now and by ``gate`` unless other times are given.

        Before the first document nothing is on.
        """
        bound = self.bind(context, big_segments=big_segments)
        return bound.consistency(key, now_ms, ttl_seconds, poll_timeout_ms)

    def _moment(self) -> tuple[float, GateTimes]:
        return self._clock() * 1000.0, self.gate

    def _pinned(self, digest: str) -> HeldDocument:
        if (pins := self._pins) is None:
            from .pins import Pins  # noqa: PLC0415

            # Nothing but the document held can answer.
            pins = Pins(max_documents=1)
        return pins.find(digest, lambda: self._held, self._poll, self._moment, self._load)

    def _poll(self) -> None:
        # Whoever sends what no document has must not have the source asked each time.
        if not self._since <= self._clock() < self._since + self._retry:
            self._refresh(force=True, wait=True)

    def _bound(
        self, held: HeldDocument | None, context: _ContextLike, big_segments: _BigSegments
    ) -> BoundFlagClient:
        flags = _NO_FLAGS if held is None else held.flags
        bound = flags.bind(context, big_segments=big_segments)
        return BoundFlagClient(bound, held, self._activity, self._moment)

    def _fresh(self) -> HeldDocument | None:
        # As `due`, which would be one more call for each evaluation.
        if not self._since <= self._clock() < self._next:
            self._refresh(force=False, wait=self._held is None)
        return self._held

    def _refresh(self, *, force: bool, wait: bool) -> None:
        if self._fetching == get_ident():
            # A source, or the log that it writes to, asks for a flag: nothing to wait for.
            return
        if not self._lock.acquire(blocking=wait):
            return
        outcome: _Outcome | None = None
        try:
            self._fetching = get_ident()
            # Whoever waited may find that it has been done.
            if force or self.due:
                outcome = self._attempt()
        finally:
            self._fetching = None
            self._lock.release()
        if outcome is not None:
            self._report(outcome)

    def _attempt(self) -> "_Outcome":
        before, trouble = self._held, self._trouble
        try:
            held = self._fetch(before)
        except Exception as error:  # noqa: BLE001 (a source is anybody's)
            now = self._clock()
            self._trouble = _Trouble(
                error,
                since=now if trouble is None else trouble.since,
                failures=1 if trouble is None else trouble.failures + 1,
            )
            self._postpone(now, self._pause(self._trouble.failures))
            return _Outcome(before, before, error, first=trouble is None, recovered=False)
        now = self._clock()
        held.confirmed = now
        if self._pins is not None and (before is None or before.flags is not held.flags):
            self._pins.take(held.flags, now * 1000.0)
        self._held = held
        self._trouble = None
        self._postpone(now, self._ttl)
        return _Outcome(before, held, None, first=False, recovered=trouble is not None)

    def _pause(self, failures: int) -> float:
        longest = max(min(self._ttl, _LONGEST_PAUSE), self._retry)
        # Larger powers of two are no floats, and past any pause anyway.
        return min(longest, self._retry * 2.0 ** min(failures - 1, 1000))

    def _postpone(self, now: float, seconds: float) -> None:
        # In this order another thread finds it due once too often rather than never.
        self._next = now + seconds
        self._since = now

    def _fetch(self, held: HeldDocument | None) -> HeldDocument:
        """Give what is to be held from here on, or raise why it cannot be."""
        answer = self._source.fetch(self._seen)
        if answer is UNCHANGED:
            self._refuse_again()
            if held is None:
                raise SourceContentError(
                    "unchanged, but nothing was given yet; its `fetch` has to give the document "
                    "where `previous` is None",
                    where=repr(self._source),
                )
            return held
        fetched = answer if isinstance(answer, Fetched) else Fetched(bytes(answer))
        before, self._seen = self._seen, fetched
        if before is not None and before.document == fetched.document:
            self._refuse_again()
        if held is not None and held.fetched.document == fetched.document:
            self._refused = None
            return HeldDocument(held.flags, fetched)
        try:
            flags = self._load(fetched.document)
            if held is not None:
                held.check_successor(flags, fetched, where=repr(self._source))
        except Exception as error:
            self._refused = error
            raise
        self._refused = None
        return HeldDocument(flags, fetched)

    def _refuse_again(self) -> None:
        if self._refused is not None:
            # Its traceback would grow by each time that it is raised.
            raise self._refused.with_traceback(None)

    def _report(self, outcome: "_Outcome") -> None:
        error, before, after = outcome.error, outcome.before, outcome.after
        if error is not None:
            kept = "no flags yet" if before is None else "the last good document is kept"
            level = logging.WARNING if outcome.first else logging.DEBUG
            # An error of a source names it.
            where = "" if isinstance(error, SourceError) else f"{self._source!r}: "
            _logger.log(level, "flags cannot be refreshed, %s: %s%s", kept, where, error)
        elif outcome.recovered:
            _logger.info("flags are refreshed again")
        for listener in self._listeners:
            if error is not None and listener.on_error is not None:
                _call(listener.on_error, error)
            if outcome.recovered and listener.on_recovery is not None:
                _call(listener.on_recovery)
            if after is None or listener.on_change is None:
                continue
            if before is None or before.flags is not after.flags:
                _call(listener.on_change, None if before is None else before.flags, after.flags)


@dataclass(frozen=True, slots=True)
class _Listener:
    on_change: Callable[[Flags | None, Flags], object] | None
    on_error: Callable[[Exception], object] | None
    on_recovery: Callable[[], object] | None


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Failures since the last success."""

    error: Exception
    since: float
    failures: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an attempt came to, for those who are told of it."""

    before: HeldDocument | None
    after: HeldDocument | None
    error: Exception | None
    first: bool
    recovered: bool


def _call(callback: Callable[..., object], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:
        _logger.exception("a callback of the flag client failed")
