"""A record of evaluations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, overload

from isoflag import Context, EvaluationDetail
from isoflag._core import printable

__all__ = ["Evaluation", "Evaluations"]


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
