"""The answers of a flag client for one context."""

from typing import TYPE_CHECKING, Any, Final, TypeVar

from ._core import BoundFlags, Consistency, EvaluationDetail, Explanation

if TYPE_CHECKING:
    from collections.abc import Callable

    from .activity import Activity
    from .gate_times import GateTimes
    from .held_document import HeldDocument

__all__ = ["BoundFlagClient"]

_D = TypeVar("_D")

NO_DIGEST: Final = "none"
"""Under which activity counts what was asked before the first document."""


class BoundFlagClient:
    """Flags for one context, from ``FlagClient.bind``: the document that was held then.

    It fetches nothing. Its methods are those of ``Flags`` without the context.
    """

    __slots__ = ("_activity", "_bound", "_held", "_moment")

    def __init__(
        self,
        bound: BoundFlags,
        held: "HeldDocument | None",
        activity: "Activity | None",
        moment: "Callable[[], tuple[float, GateTimes]]",
    ) -> None:
        """Made by ``FlagClient.bind``."""
        self._bound = bound
        self._held = held
        self._activity = activity
        self._moment = moment

    @property
    def digest(self) -> str | None:
        """The digest of the document that answers, as it was pinned; None before the first."""
        return None if self._held is None else self._held.digest()

    @property
    def version(self) -> int | None:
        """``meta.version`` of the document that answers."""
        return None if self._held is None else self._held.flags.version

    def variation(self, key: str, default: Any) -> Any:
        """As ``Flags.variation``."""
        return self.variation_detail(key, default).value

    def variation_detail(self, key: str, default: Any) -> EvaluationDetail[Any]:
        """As ``Flags.variation_detail``."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.variation_detail(key, default))

    def bool_variation(self, key: str, default: _D) -> bool | _D:
        """As ``Flags.bool_variation``."""
        return self.bool_variation_detail(key, default).value

    def bool_variation_detail(self, key: str, default: _D) -> EvaluationDetail[bool | _D]:
        """As ``Flags.bool_variation_detail``."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.bool_variation_detail(key, default))

    def int_variation(self, key: str, default: _D) -> int | _D:
        """As ``Flags.int_variation``."""
        return self.int_variation_detail(key, default).value

    def int_variation_detail(self, key: str, default: _D) -> EvaluationDetail[int | _D]:
        """As ``Flags.int_variation_detail``."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.int_variation_detail(key, default))

    def float_variation(self, key: str, default: _D) -> float | _D:
        """As ``Flags.float_variation``."""
        return self.float_variation_detail(key, default).value

    def float_variation_detail(self, key: str, default: _D) -> EvaluationDetail[float | _D]:
        """As ``Flags.float_variation_detail``."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.float_variation_detail(key, default))

    def str_variation(self, key: str, default: _D) -> str | _D:
        """As ``Flags.str_variation``."""
        return self.str_variation_detail(key, default).value

    def str_variation_detail(self, key: str, default: _D) -> EvaluationDetail[str | _D]:
        """As ``Flags.str_variation_detail``."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.str_variation_detail(key, default))

    def json_variation(self, key: str, default: Any) -> Any:
        """As ``Flags.json_variation``."""
        return self.json_variation_detail(key, default).value

    def json_variation_detail(self, key: str, default: Any) -> EvaluationDetail[Any]:
        """As ``Flags.json_variation_detail``."""
        if self._held is None:
            return self._not_ready(key, default)
        return self._counted(key, self._bound.json_variation_detail(key, default))

    def all_flags_state(
        self,
        *,
        client_side_only: bool = False,
        with_reasons: bool = False,
        details_only_for_tracked_flags: bool = False,
        now: float | None = None,
    ) -> dict[str, Any]:
        """As ``Flags.all_flags_state``; ``$valid`` is False before the first document."""
        state = self._bound.all_flags_state(
            client_side_only=client_side_only,
            with_reasons=with_reasons,
            details_only_for_tracked_flags=details_only_for_tracked_flags,
            now=now,
        )
        return {**state, "$valid": False} if self._held is None else state

    def explain(self, key: str) -> Explanation:
        """As ``Flags.explain``; before the first document no flag is found."""
        return self._bound.explain(key)

    def consistency(
        self,
        key: str,
        now_ms: float | None = None,
        ttl_seconds: float | None = None,
        poll_timeout_ms: float | None = None,
    ) -> Consistency:
        """As ``Flags.consistency``, now and by the client's ``gate`` unless times are given."""
        present_ms, times = self._moment()
        stepped_back_at = None if self._held is None else self._held.stepped_back_at
        return self._bound.consistency(
            key,
            present_ms if now_ms is None else now_ms,
            times.ttl_seconds if ttl_seconds is None else ttl_seconds,
            times.poll_timeout_ms if poll_timeout_ms is None else poll_timeout_ms,
            taken_ms=None if stepped_back_at is None else stepped_back_at * 1000.0,
        )

    def _not_ready(self, key: str, default: _D) -> EvaluationDetail[_D]:
        reason = {"kind": "ERROR", "errorKind": "CLIENT_NOT_READY"}
        return self._counted(key, EvaluationDetail(default, None, reason))

    def _counted(self, key: str, detail: EvaluationDetail[_D]) -> EvaluationDetail[_D]:
        if self._activity is not None:
            self._activity.record(key, detail.variation_index, self.digest or NO_DIGEST)
        return detail
