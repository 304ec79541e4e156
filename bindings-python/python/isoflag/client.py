"""Flags that are fetched from a source and kept fresh, on use."""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ._clients import tell_of_client
from ._core import Consistency, Context, EvaluationDetail, Explanation, Flags
from ._wall_clock import wall_clock
from .bound_client import BoundFlagClient
from .client_status import ClientStatus
from .fresh_document import FreshDocument
from .gate_times import GateTimes
from .held_document import HeldDocument, StaleCopyError
from .source.protocol import Source

if TYPE_CHECKING:
    from .activity import Activity
    from .pins import Pins

__all__ = ["ClientStatus", "FlagClient", "StaleCopyError"]

_D = TypeVar("_D")
_ContextLike = Context | Mapping[str, Any]
_BigSegments = Mapping[str, Any] | None

_NO_FLAGS: Final = Flags.from_dict({"flags": {}})


class FlagClient(FreshDocument):
    """A document from a source, asked again once it is older than ``ttl``.

    Making one does nothing; the first evaluation fetches, and so does the first after ``ttl``
    seconds by the wall clock, since a frozen Lambda function's other clocks stand still. A fetch
    runs in a thread of its own, one at a time, and ends within the source's ``timeout``, which is 2
    seconds by default. Until the first document evaluations wait for it. Afterwards only the
    evaluation that starts a refresh waits, for ``max_wait`` at most; the refresh goes on without
    it, and all others are answered from the document held.

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
        max_wait: float = 0.5,
        load: Callable[[bytes], Flags] | None = None,
        activity: "Activity | None" = None,
        pins: "Pins | None" = None,
        gate: GateTimes | None = None,
        on_change: Callable[[Flags | None, Flags], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        clock: Callable[[], float] = wall_clock,
    ) -> None:
        """Take a source and a time to live, in seconds.

        ``max_wait`` is for how many seconds an evaluation waits for a refresh while a document is
        held. With 0 it never does; then a function that is frozen between invocations answers
        from the document of the invocation before.

        ``load`` makes flags of what the source gives. Unless given, it is the source's own
        ``load_document``, with which the sources of AppConfig recognize a feature-flag profile and
        read everything else as a flag document, or else ``Flags.from_json``. ``on_change`` is
        called with the flags before and after, ``on_error`` with each failure; what they raise is
        logged. ``activity`` counts evaluations. ``pins`` keeps earlier documents for journeys that
        began with them. ``gate`` is what ``consistency`` and pins go by: unless given, the
        AppConfig Agent's interval (``AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS``, else 45
        seconds) and ``ttl`` on top. ``clock`` gives seconds since 1970. Raises ``ValueError`` if a
        time is negative, and ``TypeError`` if ``source`` has no method ``fetch``, a time is not a
        number, or a function cannot be called.
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
        )
        self._activity = _with_evidence(activity)
        self._pins = pins
        self._gate = gate
        tell_of_client(self)

    def after_fork(self) -> None:
        """Let go of the locks that a thread of the parent holds, in a process that was forked."""
        super().after_fork()
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

        After a rollback the gate counts from when this client took the earlier document. Before the
        first document nothing is on.
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
        # Whoever sends what no document has must not have the source asked each time.
        if not self._since <= self._clock() < self._since + self._retry:
            self._refresh(force=True, seconds=None)

    def _bound(
        self, held: HeldDocument | None, context: _ContextLike, big_segments: _BigSegments
    ) -> BoundFlagClient:
        flags = _NO_FLAGS if held is None else held.flags
        bound = flags.bind(context, big_segments=big_segments)
        return BoundFlagClient(bound, held, self._activity, self._moment)

    def _take(self, flags: Flags, now_ms: float) -> None:
        if self._pins is not None:
            self._pins.take(flags, now_ms)


def _with_evidence(activity: "Activity | None") -> "Activity | None":
    """The activity, recorded for ``isoflag certify`` too while that runs the tests."""
    if not os.environ.get("ISOFLAG_EVIDENCE"):
        return activity
    from .evidence import Evidence  # noqa: PLC0415

    return activity if isinstance(activity, Evidence) else Evidence(activity)
