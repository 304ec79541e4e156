"""Recorded evaluations, and flags that record them."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias, overload

from isoflag import BoundFlags, Context, EvaluationDetail, Flags
from isoflag._core import printable
from isoflag.evidence import EVIDENCE, record
from isoflag.source.protocol import require_list

from .flag_items import Item, patched

__all__ = ["Evaluation", "Evaluations", "WatchedFlags"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation, as its caller saw it."""

    key: str
    """The key of the evaluated flag."""

    context: Context | Mapping[str, Any]
    """The context of the evaluation."""

    default: Any
    """The caller's default; None for ``evaluate_many``, which takes no default."""

    detail: EvaluationDetail[Any]
    """The result; the default if its ``variation_index`` is None."""

    @property
    def value(self) -> Any:
        """The resulting value."""
        return self.detail.value

    def __str__(self) -> str:
        reason = self.detail.reason
        why = [str(reason[name]) for name in ("kind", "errorKind") if name in reason]
        return printable(f"{self.key} = {self.value!r} ({', '.join(why)})")


class Evaluations:
    """Every evaluation so far, in order, with the length, indexing and iteration of a list.

    ``"new-checkout" in evaluated`` tests whether a flag was evaluated.
    """

    def __init__(self) -> None:
        """Creates an empty record."""
        self._list: list[Evaluation] = []

    def add(self, evaluation: Evaluation) -> None:
        """Appends an evaluation."""
        self._list.append(evaluation)

    def clear(self) -> None:
        """Removes all evaluations."""
        self._list.clear()

    def keys(self) -> list[str]:
        """Returns the keys of the evaluated flags, without duplicates, by first evaluation."""
        return list(dict.fromkeys(each.key for each in self._list))

    def of(self, key: str) -> list[Evaluation]:
        """Returns the evaluations of one flag."""
        return [each for each in self._list if each.key == key]

    def __contains__(self, item: object) -> bool:
        return any(item in (each, each.key) for each in self._list)

    def __len__(self) -> int:
        return len(self._list)

    def __iter__(self) -> Iterator[Evaluation]:
        return iter(tuple(self._list))

    @overload
    def __getitem__(self, index: int) -> Evaluation: ...
    @overload
    def __getitem__(self, index: slice) -> list[Evaluation]: ...
    def __getitem__(self, index: int | slice) -> Evaluation | list[Evaluation]:
        return self._list[index]

    def __repr__(self) -> str:
        return f"<evaluated: {'; '.join(map(str, self._list)) or 'nothing'}>"


_ContextLike: TypeAlias = Context | Mapping[str, Any]
_OnEvaluation: TypeAlias = Callable[[Evaluation], object]
_MadeUp: TypeAlias = Callable[[str], Item | None]

_DETAILS: Final = tuple(
    f"{of}variation_detail" for of in ("", "bool_", "int_", "float_", "str_", "json_")
)
_VALUES: Final = tuple(name.removesuffix("_detail") for name in _DETAILS)


def _record_evidence(key: str, detail: EvaluationDetail[Any], flags: Flags) -> None:
    """Records the evaluation as evidence while ``isoflag certify`` runs the tests."""
    if os.environ.get(EVIDENCE):
        record(key, detail.variation_index, flags.digest)


class WatchedFlags:
    """Evaluates like the current flags, and records each evaluation.

    It has all members of ``Flags`` and passes ``isinstance``. ``all_flags_state`` and ``explain``
    are not recorded.
    """

    def __init__(
        self, present: Callable[[], Flags], made_up: _MadeUp, on_evaluation: _OnEvaluation
    ) -> None:
        """Takes a function that returns the current flags, called for each evaluation.

        ``made_up`` returns a flag for a boolean getter's key that the document lacks, or None.
        """
        self._present = present
        self._made_up = made_up
        self._on_evaluation = on_evaluation

    # Code that tests `isinstance(flags, Flags)` behaves as in production.
    @property  # type: ignore[misc]
    def __class__(self) -> type[Flags]:  # type: ignore[override]
        return Flags

    def bind(
        self, context: _ContextLike, *, big_segments: Mapping[str, Any] | None = None
    ) -> "WatchedBoundFlags":
        """See ``Flags.bind``."""
        return WatchedBoundFlags(
            self._present(), self._made_up, self._on_evaluation, context, big_segments=big_segments
        )

    def evaluate_many(
        self, keys: Iterable[str], contexts: Iterable[_ContextLike], **options: Any
    ) -> list[Any]:
        """See ``Flags.evaluate_many``."""
        require_list(keys=keys)
        keys, contexts, flags = list(keys), list(contexts), self._present()
        rows = flags.evaluate_many(keys, contexts, **options)
        for context, row in zip(contexts, rows, strict=True):
            for key, detail in zip(keys, row, strict=True):
                self._on_evaluation(Evaluation(key, context, None, detail))
                _record_evidence(key, detail, flags)
        return list(rows)

    def supersedes(self, held: Flags | None, evidence: Mapping[str, Any]) -> bool:
        """See ``Flags.supersedes``; the held flags may be watched too."""
        return self._present().supersedes(None if held is None else _unwatched(held), evidence)

    def steps_back_from(self, held: Flags) -> bool:
        """See ``Flags.steps_back_from``; the held flags may be watched too."""
        return self._present().steps_back_from(_unwatched(held))

    def __getattr__(self, name: str) -> Any:
        if name in _DETAILS:
            return partial(self._detail, name)
        if name in _VALUES:
            return partial(self._value, f"{name}_detail")
        return getattr(self._present(), name)

    def __len__(self) -> int:
        return len(self._present())

    def __contains__(self, key: object) -> bool:
        return key in self._present()

    def __repr__(self) -> str:
        return repr(self._present())

    def __copy__(self) -> "WatchedFlags":
        return self

    def __deepcopy__(self, memo: Any) -> "WatchedFlags":
        return self

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return self._present().__reduce__()

    def _detail(
        self,
        name: str,
        key: str,
        context: _ContextLike,
        default: Any,
        *,
        big_segments: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> EvaluationDetail[Any]:
        bound = self.bind(context, big_segments=big_segments)
        detail: EvaluationDetail[Any] = getattr(bound, name)(key, default, **options)
        return detail

    def _value(self, name: str, *arguments: Any, **named: Any) -> Any:
        return self._detail(name, *arguments, **named).value


def _unwatched(flags: Flags) -> Flags:
    present: Callable[[], Flags] | None = getattr(flags, "_present", None)
    return flags if present is None else present()


class WatchedBoundFlags:
    """``WatchedFlags`` bound to one context."""

    def __init__(
        self,
        flags: Flags,
        made_up: _MadeUp,
        on_evaluation: _OnEvaluation,
        context: _ContextLike,
        *,
        big_segments: Mapping[str, Any] | None,
    ) -> None:
        """Called by ``WatchedFlags.bind``."""
        self._flags = flags
        self._made_up = made_up
        self._on_evaluation = on_evaluation
        self._context = context
        self._big_segments = big_segments
        self._bound = flags.bind(context, big_segments=big_segments)

    @property  # type: ignore[misc]
    def __class__(self) -> type[BoundFlags]:  # type: ignore[override]
        return BoundFlags

    @property
    def digest(self) -> str:
        """The digest of the document in use."""
        return self._flags.digest

    def __getattr__(self, name: str) -> Any:
        if name in _DETAILS:
            return partial(self._detail, name)
        if name in _VALUES:
            return partial(self._value, f"{name}_detail")
        return getattr(self._bound, name)

    def __copy__(self) -> "WatchedBoundFlags":
        return self

    def __deepcopy__(self, memo: Any) -> "WatchedBoundFlags":
        return self

    def _detail(self, name: str, key: str, default: Any, **options: Any) -> EvaluationDetail[Any]:
        if key not in self._flags and (name.startswith("bool_") or isinstance(default, bool)):
            self._add(key)
        detail: EvaluationDetail[Any] = getattr(self._bound, name)(key, default, **options)
        self._on_evaluation(Evaluation(key, self._context, default, detail))
        _record_evidence(key, detail, self._flags)
        return detail

    def _value(self, name: str, *arguments: Any, **named: Any) -> Any:
        return self._detail(name, *arguments, **named).value

    def _add(self, key: str) -> None:
        item = self._made_up(key)
        if item is not None:
            self._flags = patched(self._flags, {key: item})
            self._bound = self._flags.bind(self._context, big_segments=self._big_segments)
