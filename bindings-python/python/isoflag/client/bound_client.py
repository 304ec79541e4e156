"""A flag client bound to one context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from isoflag._core import BoundFlags, Consistency, EvaluationDetail, Explanation, Flags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isoflag.activity import Activity
    from isoflag.gate_times import GateTimes

    from .evaluation_event import EvaluationEvent
    from .held_document import HeldDocument

__all__ = ["BoundFlagClient"]

_D = TypeVar("_D")

NO_DIGEST: Final = "none"
"""The digest under which activity counts evaluations before the first document."""


class BoundFlagClient:
    """Flags of one document bound to one context, from ``FlagClient.bind``.

    It never fetches. Its methods are those of ``FlagClient`` without the context.
    """

    __slots__ = ("_activity", "_bound", "_held", "_hook", "_moment")

    def __init__(
        self,
        bound: BoundFlags,
        held: HeldDocument | None,
        activity: Activity | None,
        moment: Callable[[], tuple[float, GateTimes]],
        hook: Callable[[Callable[[], EvaluationEvent]], None] | None = None,
    ) -> None:
        """Called by ``FlagClient.bind``."""
        self._bound = bound
        self._hook = hook
        self._held = held
        self._activity = activity
        self._moment = moment

    @property
    def digest(self) -> str | None:
        """The digest of the document, as it was pinned, without its strategy; None before any."""
        return None if self._held is None else self._held.digest()

    @property
    def flags(self) -> Flags | None:
        """The document in use, under the strategy if any; None before the first document."""
        return None if self._held is None else self._held.flags

    @property
    def strategy(self) -> Mapping[str, Any] | None:
        """The strategy that the client's system has chosen for the context, or None.

        It has the form of ``Flags.strategy_for``; its name is the member ``strategy``.
        """
        return None if self._held is None else self._held.strategy

    @property
    def version(self) -> int | None:
        """``meta.version`` of the document in use."""
        return None if self._held is None else self._held.flags.version

    def variation(self, key: str, default: Any, *, copy: bool = True) -> Any:
        """Returns the value that the flag serves, or ``default``."""
        return self.variation_detail(key, default, copy=copy).value

    def variation_detail(
        self, key: str, default: Any, *, copy: bool = True
    ) -> EvaluationDetail[Any]:
        """Returns the value that the flag serves, its variation index and the reason."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.variation_detail(key, default, copy=copy))

    def bool_variation(self, key: str, default: _D) -> bool | _D:
        """Returns the bool that the flag serves, or ``default``."""
        return self.bool_variation_detail(key, default).value

    def bool_variation_detail(self, key: str, default: _D) -> EvaluationDetail[bool | _D]:
        """Returns the bool that the flag serves, its variation index and the reason."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.bool_variation_detail(key, default))

    def int_variation(self, key: str, default: _D) -> int | _D:
        """Returns the number that the flag serves, truncated toward zero, or ``default``."""
        return self.int_variation_detail(key, default).value

    def int_variation_detail(self, key: str, default: _D) -> EvaluationDetail[int | _D]:
        """Returns the number, truncated toward zero, its variation index and the reason."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.int_variation_detail(key, default))

    def float_variation(self, key: str, default: _D) -> float | _D:
        """Returns the number that the flag serves, as a float, or ``default``."""
        return self.float_variation_detail(key, default).value

    def float_variation_detail(self, key: str, default: _D) -> EvaluationDetail[float | _D]:
        """Returns the number as a float, its variation index and the reason."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.float_variation_detail(key, default))

    def str_variation(self, key: str, default: _D) -> str | _D:
        """Returns the str that the flag serves, or ``default``."""
        return self.str_variation_detail(key, default).value

    def str_variation_detail(self, key: str, default: _D) -> EvaluationDetail[str | _D]:
        """Returns the str that the flag serves, its variation index and the reason."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.str_variation_detail(key, default))

    def json_variation(self, key: str, default: Any, *, copy: bool = True) -> Any:
        """Returns the value, of any JSON type, that the flag serves, or ``default``."""
        return self.json_variation_detail(key, default, copy=copy).value

    def json_variation_detail(
        self, key: str, default: Any, *, copy: bool = True
    ) -> EvaluationDetail[Any]:
        """Returns the value, of any JSON type, its variation index and the reason."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.json_variation_detail(key, default, copy=copy))

    def all_flags_state(
        self,
        *,
        client_side_only: bool = False,
        with_reasons: bool = False,
        details_only_for_tracked_flags: bool = False,
        now: float | None = None,
    ) -> dict[str, Any]:
        """Evaluates every flag and returns the bootstrap state of LaunchDarkly's browser SDKs.

        The parameters are those of ``FlagClient.all_flags_state``. ``$valid`` is False before the
        first document or for an invalid context.
        """
        state = self._bound.all_flags_state(
            client_side_only=client_side_only,
            with_reasons=with_reasons,
            details_only_for_tracked_flags=details_only_for_tracked_flags,
            now=now,
        )
        return {**state, "$valid": False} if self._held is None else state

    def explain(self, key: str) -> Explanation:
        """Evaluates a flag and returns a trace of every rule and clause that was considered.

        Before the first document the flag is reported as not found.
        """
        return self._bound.explain(key)

    def consistency(
        self,
        key: str,
        now_ms: float | None = None,
        ttl_seconds: float | None = None,
        poll_timeout_ms: float | None = None,
    ) -> Consistency:
        """Returns whether every polling back-end instance has picked up the flag's last change.

        ``now_ms`` is in milliseconds since 1970, by default now; ``ttl_seconds`` and
        ``poll_timeout_ms`` default to the times of the client's ``gate``.
        """
        present_ms, times = self._moment()
        stepped_back_at = None if self._held is None else self._held.stepped_back_at
        return self._bound.consistency(
            key,
            present_ms if now_ms is None else now_ms,
            times.ttl_seconds if ttl_seconds is None else ttl_seconds,
            times.poll_timeout_ms if poll_timeout_ms is None else poll_timeout_ms,
            taken_ms=None if stepped_back_at is None else stepped_back_at * 1000.0,
        )

    @property
    def strategy_name(self) -> str | None:
        """The name of the strategy, such as ``Beta``, or None."""
        strategy = self.strategy
        return None if strategy is None else strategy["strategy"]

    @property
    def _context_key(self) -> str | None:
        return self._bound._context_key  # noqa: SLF001 (our own)

    def _openfeature_reason(self, key: str, reason: Mapping[str, Any]) -> str:
        return self._bound._openfeature_reason(key, reason)  # noqa: SLF001 (our own)

    def _flag_state(self, key: str, client_side_only: bool) -> tuple[Any, Mapping[str, Any]] | None:  # noqa: FBT001
        return self._bound._flag_state(key, client_side_only)  # noqa: SLF001 (our own)

    def _not_ready(self, key: str, default: _D) -> EvaluationDetail[_D]:
        if not isinstance(key, str):
            # As an evaluation does once there is a document.
            raise TypeError(f"invalid key of type `{type(key).__name__}`: expected a str")
        reason = {"kind": "ERROR", "errorKind": "CLIENT_NOT_READY"}
        return self._counted(key, EvaluationDetail(default, None, reason))

    def _counted(self, key: str, detail: EvaluationDetail[_D]) -> EvaluationDetail[_D]:
        if self._activity is not None:
            digest = self.digest or NO_DIGEST
            if (strategy := self.strategy_name) is None:
                self._activity.record(key, detail.variation_index, digest)
            else:
                self._activity.record(key, detail.variation_index, digest, strategy)
        if self._hook is not None:
            self._hook(lambda: self._event(key, detail))
        return detail

    def _event(self, key: str, detail: EvaluationDetail[_D]) -> EvaluationEvent:
        from .evaluation_event import EvaluationEvent  # noqa: PLC0415

        return EvaluationEvent(
            key,
            detail.value,
            detail.variation_index,
            detail.reason,
            self._bound._context_key,  # noqa: SLF001 (our own)
            self.digest,
        )
