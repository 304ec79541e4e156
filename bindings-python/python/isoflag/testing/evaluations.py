"""A record of what was asked and answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, overload

from isoflag import Context, EvaluationDetail

__all__ = ["Evaluation", "Evaluations"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation, as its caller saw it."""

    key: str
    """The flag that was asked for."""

    context: Context | Mapping[str, Any]
    """Who was asked about."""

    default: Any
    """The caller's default; None of ``evaluate_many``, which takes none."""

    detail: EvaluationDetail[Any]
    """What was answered: the default where its ``variation_index`` is None."""

    @property
    def value(self) -> Any:
        """The value that was answered."""
        return self.detail.value

    def __str__(self) -> str:
        reason = self.detail.reason
        why = [str(reason[name]) for name in ("kind", "errorKind") if name in reason]
        return f"{self.key} = {self.value!r} ({', '.join(why)})"


class Evaluations:
    """Every evaluation so far, in order: it has a length, and is indexed and iterated as a list is.

    ``"new-checkout" in evaluated`` says whether a flag was asked for.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._list: list[Evaluation] = []

    def add(self, evaluation: Evaluation) -> None:
        """Record one more."""
        self._list.append(evaluation)

    def clear(self) -> None:
        """Forget what was recorded."""
        self._list.clear()

    def keys(self) -> list[str]:
        """Give the flags that were asked for, each once, in the order of the first time."""
        return list(dict.fromkeys(each.key for each in self._list))

    def of(self, key: str) -> list[Evaluation]:
        """Give the evaluations of one flag."""
        return [each for each in self._list if each.key == key]

    def __contains__(self, asked: object) -> bool:
        return any(asked in (each, each.key) for each in self._list)

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
