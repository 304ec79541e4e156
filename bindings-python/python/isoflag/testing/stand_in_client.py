"""A client that uses a test's source and records its evaluations."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from isoflag import BoundFlags, Context, EvaluationDetail, Flags, PinError
from isoflag._core import printable
from isoflag.client import FlagClient
from isoflag.client.bound_client import BoundFlagClient
from isoflag.source import Source

from .evaluations import Evaluation, WatchedFlags
from .flag_items import Item

if TYPE_CHECKING:
    from isoflag.activity import Activity
    from isoflag.client.held_document import HeldDocument
    from isoflag.gate_times import GateTimes

_D = TypeVar("_D")
_OnEvaluation = Callable[[Evaluation], object]


class StandInClient(FlagClient):
    """A client that polls its source for each evaluation, and records each."""

    def __init__(
        self,
        source: Source,
        on_evaluation: _OnEvaluation,
        made_up: Callable[[str], Item | None],
        activity: "Activity | None" = None,
    ) -> None:
        """Takes the source, a callback for evaluations, and a factory of missing flags."""

        def load(document: bytes) -> Flags:
            flags = Flags.from_json(document)
            return cast("Flags", WatchedFlags(lambda: flags, made_up, on_evaluation))

        self._on_evaluation = on_evaluation
        super().__init__(source, ttl=0, retry=0, load=load, activity=activity)

    def state(self) -> dict[str, Any]:
        """Returns the instance dict that makes another client behave like this one."""
        return {**vars(self), "_bound": self._bound, "_pinned": self._pinned}

    def _pinned(self, digest: str) -> "HeldDocument":
        held = self._fresh()
        if held is not None and digest == held.digest():
            return held
        raise PinError(
            f"the document `{printable(digest[:80])}` is not available: a test holds only its own",
            code="document-not-held",
            held=[] if held is None else [held.digest()],
        )

    def _bound(
        self,
        held: "HeldDocument | None",
        context: Context | Mapping[str, Any],
        big_segments: Mapping[str, Any] | None,
        change: "Callable[[Flags], Flags] | None" = None,
    ) -> BoundFlagClient:
        bound = super()._bound(held, context, big_segments, change)
        if held is not None:
            return bound
        return _UnreadyFlagClient(bound, self._activity, self._moment, self._on_evaluation, context)


class _UnreadyFlagClient(BoundFlagClient):
    """Records evaluations before the first document, when no flags exist that could do so."""

    __slots__ = ("_context", "_on_evaluation")

    def __init__(
        self,
        bound: BoundFlagClient,
        activity: "Activity | None",
        moment: "Callable[[], tuple[float, GateTimes]]",
        on_evaluation: _OnEvaluation,
        context: Context | Mapping[str, Any],
    ) -> None:
        super().__init__(cast("BoundFlags", bound), None, activity, moment)
        self._on_evaluation = on_evaluation
        self._context = context

    def _not_ready(self, key: str, default: _D) -> EvaluationDetail[_D]:
        detail = super()._not_ready(key, default)
        self._on_evaluation(Evaluation(key, self._context, default, detail))
        return detail
