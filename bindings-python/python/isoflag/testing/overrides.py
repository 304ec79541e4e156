"""Flag overrides of a test: values, failures, and a record of evaluations."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from isoflag import Flags
from isoflag._core import printable
from isoflag.client import FlagClient
from isoflag.client.flag_client import clients, watchers

from .entry_point import EntryPoint
from .evaluations import Evaluations, WatchedFlags
from .flag_items import FlagFailure, Item, failing, serving, switched
from .overridden_document import (
    AllOff,
    AllOn,
    Baseline,
    OverriddenDocument,
    Override,
    OverridingSource,
    Plan,
    SourceFailure,
    check_failure,
)
from .stand_in_client import StandInClient

if TYPE_CHECKING:
    from isoflag.activity import Activity

__all__ = ["FlagOverrides"]

_KEPT: Final = ("_listeners", "_hook", "_local_clock")
"""What a client keeps while it is overridden, besides its activity."""

_Document: TypeAlias = Flags | Mapping[str, Any] | str | bytes


class FlagOverrides(MutableMapping[str, Any]):
    """Overrides flags for every ``FlagClient`` of the process, from ``start`` to ``stop``.

    Nothing is fetched meanwhile: each client, also one created later, gets a source that returns
    the document with the overrides applied, and evaluates as usual. Pass ``flags`` to code that
    takes ``Flags``; for a module that holds ``Flags`` call ``replace(module, "FLAGS")``.

    It is a mapping of the values that are set: ``overrides["new-checkout"] = True`` serves True to
    every context, and ``del`` restores the document's flag. It is a context manager, too.
    """

    evaluated: Evaluations
    """The evaluations so far."""

    client: FlagClient
    """A client for code that takes one."""

    flags: Flags
    """The current flags with the overrides, for code that takes ``Flags``."""

    def __init__(
        self, document: _Document | None = None, *, baseline: Baseline | None = None
    ) -> None:
        """Takes the document that a test starts from, by default an empty one.

        ``baseline`` transforms it, for example ``AllOff()``. Raises ``DocumentError`` if the
        argument is not a flag document.
        """
        self._plan = Plan() if baseline is None else Plan(baseline)
        self._source_failure: SourceFailure | None = None
        self._started = False
        self._clients: list[tuple[FlagClient, dict[str, Any]]] = []
        self._replaced: list[tuple[Any, str, Flags, Flags]] = []
        self._undo: list[Callable[[], object]] = []
        self._document = self._overridden({"flags": {}} if document is None else document)
        self.evaluated = Evaluations()
        self.client = self._new_client()
        self.flags = self._watched(self._document)

    def start(self) -> "FlagOverrides":
        """Replaces the source of every client; raises ``RuntimeError`` if already started."""
        if self._started:
            raise RuntimeError("the overrides are already started; call `stop` first")
        self._started = True
        _started.append(self)
        watchers.append(self._stand_in)
        for client in list(clients):
            self._stand_in(client)
        return self

    def stop(self) -> None:
        """Restores the source, document and status of each client, and undoes all overrides.

        Overrides that were started later and are not stopped remain in use.
        """
        if not self._started:
            return
        self._started = False
        watchers.remove(self._stand_in)
        later = _started[_started.index(self) + 1 :]
        _started.remove(self)
        while self._undo:
            self._undo.pop()()
        while self._replaced:
            owner, name, own_flags, flags = self._replaced.pop()
            if not any(each._give_flags(owner, name, own_flags, flags) for each in later):  # noqa: SLF001
                setattr(owner, name, own_flags)
        while self._clients:
            client, own = self._clients.pop()
            if not any(each._give_state(client, own) for each in later):  # noqa: SLF001
                client.__dict__ = own

    def __enter__(self) -> "FlagOverrides":  # noqa: PYI034 (Self is of Python 3.11)
        """Calls ``start``."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Calls ``stop``."""
        self.stop()

    def replace(self, owner: Any, name: str) -> Flags:
        """Overrides the ``Flags`` in an attribute of a module or class, until ``stop``.

        They keep their own document, with the overrides applied. Raises ``TypeError`` if the
        attribute is not ``Flags``.
        """
        own = getattr(owner, name)
        if not isinstance(own, Flags):
            raise TypeError(
                f"`{printable(name)}` is not a `Flags` object; clients are overridden automatically"
            )
        flags = self._watched(self._overridden(own))
        setattr(owner, name, flags)
        self._replaced.append((owner, name, own, flags))
        return flags

    def watch(self, name: str) -> EntryPoint:
        """Counts the calls of ``package.module.function`` until ``stop``.

        Raises ``ValueError`` if the function does not exist.
        """
        entry_point = EntryPoint(name).start()
        self._undo.append(entry_point.stop)
        return entry_point

    def load(self, document: _Document) -> None:
        """Replaces the document that the test starts from; overrides are kept.

        Raises ``DocumentError`` if the argument is not a flag document.
        """
        self._document.replace(_loaded(document))
        # Clients must not compare it with the previous document, whose version may be higher.
        self._forget_documents()

    def __setitem__(self, key: str, value: Any) -> None:
        """Serves a value to every context; raises ``DocumentError`` if JSON cannot represent it."""
        Flags.from_dict({"flags": {key: {"variations": [value]}}})
        self._set(key, Override(value, partial(serving, value=value)))

    def __getitem__(self, key: str) -> Any:
        """Returns the value that was set; True after ``on`` and False after ``off``."""
        override = self._plan.overrides[key]
        if override.failure is not None:
            raise KeyError(key)
        return override.value

    def __delitem__(self, key: str) -> None:
        """Removes the override of a flag."""
        overrides = dict(self._plan.overrides)
        del overrides[key]
        self._plan = replace(self._plan, overrides=overrides)

    def __iter__(self) -> Iterator[str]:
        """Iterates over the keys with a value."""
        return iter([key for key, each in self._plan.overrides.items() if each.failure is None])

    def __len__(self) -> int:
        """Returns the number of keys with a value."""
        return len(list(iter(self)))

    def __repr__(self) -> str:
        shown = {key: each.failure or each.value for key, each in self._plan.overrides.items()}
        return f"<FlagOverrides: {shown}>"

    # Overrides have an identity, so they do not compare by contents like other mappings.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def on(self, key: str) -> None:
        """Switches a flag on.

        A flag with the variation True serves it to every context; any other follows its rules. If
        the document lacks the flag, a boolean one is added.
        """
        self._set(key, Override(value=True, item=partial(switched, on=True)))

    def off(self, key: str) -> None:
        """Switches a flag off, so that it serves its ``offVariation``.

        If the document lacks the flag, a boolean one is added.
        """
        self._set(key, Override(value=False, item=partial(switched, on=False)))

    def fail(self, key: str, failure: FlagFailure) -> None:
        """Makes a flag fail: ``missing``, ``malformed``, or ``wrong-type`` for its getter.

        Raises ``ValueError`` for any other failure.
        """
        failing(key, None, failure)
        self._set(key, Override(None, partial(failing, failure=failure), failure))

    @contextmanager
    def override(self, values: Mapping[str, Any]) -> Iterator["FlagOverrides"]:
        """Serves these values within a block, and restores all overrides after it."""
        before = self._plan
        try:
            self.update(values)
            yield self
        finally:
            self._plan = before

    @property
    def baseline(self) -> Baseline:
        """The baseline of all flags that are not overridden."""
        return self._plan.baseline

    @baseline.setter
    def baseline(self, baseline: Baseline) -> None:
        self._plan = replace(self._plan, baseline=baseline)

    def all_off(self) -> None:
        """Switches every flag off that is not overridden."""
        self.baseline = AllOff()

    def all_on(self) -> None:
        """Switches every flag on that is not overridden."""
        self.baseline = AllOn()

    def fail_source(self, failure: SourceFailure = "down", *, stale: bool = False) -> None:
        """Makes the source of every client fail.

        It is ``down``, takes too long (``timeout``), denies access (``unauthorized``), has no
        document (``missing``) or a truncated one (``malformed``). Clients lose their document, as
        in a new process; with ``stale`` they keep the current one. Raises ``ValueError`` for any
        other failure.
        """
        check_failure(failure)
        if stale:
            for client in self._standing_in():
                client.refresh(force=True)
        else:
            self._forget_documents()
        self._source_failure = failure

    def repair_source(self) -> None:
        """Ends the failure of the source."""
        self._source_failure = None

    def _set(self, key: str, override: Override) -> None:
        self._plan = replace(self._plan, overrides={**self._plan.overrides, key: override})

    def _overridden(self, document: _Document) -> OverriddenDocument:
        return OverriddenDocument(_loaded(document), lambda: self._plan)

    def _watched(self, document: OverriddenDocument) -> Flags:
        watched = WatchedFlags(document.present, self._made_up, self.evaluated.add)
        return cast("Flags", watched)

    def _made_up(self, key: str) -> Item | None:
        return self._plan.baseline.unknown(key)

    def _new_client(self, activity: "Activity | None" = None) -> StandInClient:
        source = OverridingSource(self._document.present, lambda: self._source_failure)
        return StandInClient(source, self.evaluated.add, self._made_up, activity)

    def _stand_in(self, client: FlagClient) -> None:
        if isinstance(client, StandInClient):
            return
        # The state of a client is its dict.
        own = vars(client)
        self._clients.append((client, own))
        client.__dict__ = self._state_in_place_of(own)

    def _state_in_place_of(self, own: dict[str, Any]) -> dict[str, Any]:
        stand_in = self._new_client(own["_activity"])
        vars(stand_in).update({name: own[name] for name in _KEPT})
        return stand_in.state()

    def _give_state(self, client: FlagClient, own: dict[str, Any]) -> bool:
        """Takes over the state that ``stop`` restores, if this overrides the client too."""
        for index, (overridden, _) in enumerate(self._clients):
            if overridden is client:
                self._clients[index] = (client, own)
                return True
        return False

    def _give_flags(self, owner: Any, name: str, own: Flags, flags: Flags) -> bool:
        """Takes over the flags that ``stop`` restores, if this replaced the others."""
        for index, (of, named, replaced, by) in enumerate(self._replaced):
            if of is owner and named == name and replaced is flags:
                self._replaced[index] = (owner, name, own, by)
                return True
        return False

    def _standing_in(self) -> list[FlagClient]:
        return [self.client, *(client for client, _ in self._clients)]

    def _forget_documents(self) -> None:
        later = _started[_started.index(self) + 1 :] if self._started else []
        for client in self._standing_in():
            state = self._state_in_place_of(vars(client))
            # Overrides that were started later remain in use.
            if not any(each._give_state(client, state) for each in later):  # noqa: SLF001
                client.__dict__ = state


_started: list[FlagOverrides] = []
"""The overrides that are in use, in the order in which they were started."""


def _loaded(document: _Document) -> Flags:
    if isinstance(document, str | bytes):
        return Flags.from_json(document)
    return document if isinstance(document, Flags) else Flags.from_dict(document)
