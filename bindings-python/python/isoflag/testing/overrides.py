"""The flags of a test: values, failures, and a record of what was asked."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from isoflag import Flags
from isoflag._clients import clients, watchers
from isoflag.client import FlagClient

from .baseline import AllOff, AllOn, Baseline
from .entry_point import EntryPoint
from .evaluations import Evaluations
from .flag_items import FlagFailure, Item, failing, serving, switched
from .overridden_document import OverriddenDocument, Override, Plan
from .overriding_source import OverridingSource, SourceFailure, check
from .stand_in_client import StandInClient
from .watched_flags import WatchedFlags

if TYPE_CHECKING:
    from isoflag.activity import Activity

__all__ = ["FlagOverrides"]

_Document: TypeAlias = Flags | Mapping[str, Any] | str | bytes


class FlagOverrides(MutableMapping[str, Any]):
    """Overrides flags for every ``FlagClient`` of the process, from ``start`` to ``stop``.

    Nothing is fetched meanwhile: each client, also one that is made later, has a source that gives
    the document with the overrides patched in. The client loads it, and the core answers. Code that
    is given ``Flags`` is given ``flags``; a module that holds them has them replaced:
    ``replace(module, "FLAGS")``.

    As a mapping it has the values that are set: ``overrides["new-checkout"] = True`` serves True to
    everybody, and ``del`` gives the flag back to the document. It is a context manager, too.
    """

    evaluated: Evaluations
    """What was asked and answered."""

    client: FlagClient
    """A client of the test's own, for code that is given one."""

    flags: Flags
    """The flags of the moment, for code that is given ``Flags``; they follow the overrides."""

    def __init__(
        self, document: _Document | None = None, *, baseline: Baseline | None = None
    ) -> None:
        """Take the document that a test starts from; without one it is empty.

        ``baseline`` makes another of it, such as ``AllOff()``. Raises ``DocumentError`` where the
        document is none.
        """
        self._plan = Plan() if baseline is None else Plan(baseline)
        self._source_failure: SourceFailure | None = None
        self._started = False
        self._clients: list[tuple[FlagClient, dict[str, Any]]] = []
        self._undo: list[Callable[[], object]] = []
        self._document = self._overridden({"flags": {}} if document is None else document)
        self.evaluated = Evaluations()
        self.client = self._new_client()
        self.flags = self._watched(self._document)

    def start(self) -> "FlagOverrides":
        """Stand in for the source of every client."""
        if self._started:
            raise RuntimeError("these overrides have been started already")
        self._started = True
        watchers.append(self._stand_in)
        for client in list(clients):
            self._stand_in(client)
        return self

    def stop(self) -> None:
        """Give each client its own source, document and status back, and undo all the rest."""
        if not self._started:
            return
        self._started = False
        watchers.remove(self._stand_in)
        while self._undo:
            self._undo.pop()()
        while self._clients:
            client, own = self._clients.pop()
            client.__dict__ = own

    def __enter__(self) -> "FlagOverrides":  # noqa: PYI034 (Self is of Python 3.11)
        """As ``start``."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """As ``stop``."""
        self.stop()

    def replace(self, owner: Any, name: str) -> Flags:
        """Override the ``Flags`` that a module or class holds, until ``stop``.

        They keep their own document, with the overrides patched in. Raises ``TypeError`` where the
        attribute holds none.
        """
        own = getattr(owner, name)
        if not isinstance(own, Flags):
            raise TypeError(f"`{name}` holds no `Flags`; clients are overridden as they are")
        flags = self._watched(self._overridden(own))
        setattr(owner, name, flags)
        self._undo.append(partial(setattr, owner, name, own))
        return flags

    def watch(self, name: str) -> EntryPoint:
        """Count the calls of ``package.module.function`` until ``stop``.

        Raises ``ValueError`` where there is no such function.
        """
        entry_point = EntryPoint(name).start()
        self._undo.append(entry_point.stop)
        return entry_point

    def load(self, document: _Document) -> None:
        """Start from another document; overrides stay.

        Raises ``DocumentError`` where it is none.
        """
        self._document.replace(_loaded(document))
        # Not a successor of the one before, whose version may be higher.
        self._forget_documents()

    def __setitem__(self, key: str, value: Any) -> None:
        """Serve a value to everybody; raises ``DocumentError`` where it has no JSON form."""
        Flags.from_dict({"flags": {key: {"variations": [value]}}})
        self._set(key, Override(value, partial(serving, value=value)))

    def __getitem__(self, key: str) -> Any:
        """Give the value that was set; of ``on`` and ``off`` True and False."""
        override = self._plan.overrides[key]
        if override.failure is not None:
            raise KeyError(key)
        return override.value

    def __delitem__(self, key: str) -> None:
        """Let the document decide again."""
        overrides = dict(self._plan.overrides)
        del overrides[key]
        self._plan = replace(self._plan, overrides=overrides)

    def __iter__(self) -> Iterator[str]:
        """Give the keys that have a value."""
        return iter([key for key, each in self._plan.overrides.items() if each.failure is None])

    def __len__(self) -> int:
        """Count the keys that have a value."""
        return len(list(iter(self)))

    def __repr__(self) -> str:
        shown = {key: each.failure or each.value for key, each in self._plan.overrides.items()}
        return f"<FlagOverrides: {shown}>"

    # A mapping is equal by what it holds; this one is more than that.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def on(self, key: str) -> None:
        """Switch a flag on.

        One that can serve True serves it to everybody; any other decides by its rules. A flag that
        the document has not is a boolean.
        """
        self._set(key, Override(value=True, item=partial(switched, on=True)))

    def off(self, key: str) -> None:
        """Switch a flag off, so that it serves its ``offVariation``.

        A flag that the document has not is a boolean.
        """
        self._set(key, Override(value=False, item=partial(switched, on=False)))

    def fail(self, key: str, failure: FlagFailure) -> None:
        """Break a flag: ``missing``, ``malformed``, or ``wrong-type`` for its getter.

        Raises ``ValueError`` for any other failure.
        """
        failing(key, None, failure)
        self._set(key, Override(None, partial(failing, failure=failure), failure))

    @contextmanager
    def override(self, values: Mapping[str, Any]) -> Iterator["FlagOverrides"]:
        """Serve these values in a block; after it all flags do what they did before."""
        before = self._plan
        try:
            self.update(values)
            yield self
        finally:
            self._plan = before

    @property
    def baseline(self) -> Baseline:
        """What every flag does that is not overridden."""
        return self._plan.baseline

    @baseline.setter
    def baseline(self, baseline: Baseline) -> None:
        self._plan = replace(self._plan, baseline=baseline)

    def all_off(self) -> None:
        """Switch every flag off that is not overridden."""
        self.baseline = AllOff()

    def all_on(self) -> None:
        """Switch every flag on that is not overridden."""
        self.baseline = AllOn()

    def fail_source(self, failure: SourceFailure = "down", *, stale: bool = False) -> None:
        """Break the source of every client.

        It is ``down``, takes too long (``timeout``), may not be read (``unauthorized``), has no
        document (``missing``) or one that is cut off (``malformed``). Clients are as in a new
        process, without a document; with ``stale`` they keep the one of this moment. Raises
        ``ValueError`` for any other failure.
        """
        check(failure)
        if stale:
            for client in self._standing_in():
                client.refresh(force=True)
        else:
            self._forget_documents()
        self._source_failure = failure

    def repair_source(self) -> None:
        """Have the source give documents again."""
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
        # All that a client knows is in its dict. Its user's own part goes along.
        own = vars(client)
        self._clients.append((client, own))
        client.__dict__ = {
            **self._new_client(own["_activity"]).state(),
            "_listeners": own["_listeners"],
        }

    def _standing_in(self) -> list[FlagClient]:
        return [self.client, *(client for client, _ in self._clients)]

    def _forget_documents(self) -> None:
        for client in self._standing_in():
            now = vars(client)
            client.__dict__ = {
                **self._new_client(now["_activity"]).state(),
                "_listeners": now["_listeners"],
            }


def _loaded(document: _Document) -> Flags:
    if isinstance(document, str | bytes):
        return Flags.from_json(document)
    return document if isinstance(document, Flags) else Flags.from_dict(document)
