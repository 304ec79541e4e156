"""Compares the answers that a page used with the function's own, and counts disagreements.

For a share of its requests a page sends the header ``Isoflag-Answers``: the digest of its document
(of a projection, that of the whole document), the hash of its answers and the keys of their flags
(``ParityReporter`` of ``isoflag/activity``)::

    parity = ParityCheck(client, context=visitor)


    def handler(event, context):
        parity.check(event)
        ...
        print(parity.to_emf("Shop/Flags"))

The hash is the digest of the document ``{"flags": {}, "answers": {<key>: <value>}}``.
"""

import json
import re
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, Final, Literal, Protocol, TypeAlias
from urllib.parse import unquote

from isoflag import Flags
from isoflag._emf import emf
from isoflag._process import register_after_fork

from .bound_request import ContextLike, ContextOf, context_of
from .request import ANSWERS_HEADER, BadRequestError, Request

__all__ = ["ParityCheck", "ParityOutcome"]

ParityOutcome: TypeAlias = Literal["agreements", "disagreements", "other-document", "malformed"]
"""The counter of a request, which is also the name of its metric."""

_COUNTERS: Final = ("agreements", "disagreements", "other-document", "malformed")
_MAX_LENGTH: Final = 4096
_MAX_FLAGS: Final = 64
_DIGEST: Final = "sha256:[0-9a-f]{64}"
_CLAIM: Final = re.compile(f"({_DIGEST}),({_DIGEST}),([!%'()*,.0-9A-Z_a-z~-]*)")


class FlagsHolder(Protocol):
    """A holder of the current document, such as ``isoflag.FlagClient``."""

    @property
    def flags(self) -> Flags:
        """The current document."""


class ParityCheck:
    """Counts the requests whose page decided as this function, and keeps the other decisions.

    Threads may share one; a forked process starts empty. A sender can forge the header, so alarm on
    ``disagreements`` but decide nothing by them.
    """

    def __init__(
        self,
        flags: Flags | FlagsHolder,
        *,
        context: ContextOf,
        max_disagreements: int = 16,
        max_bytes: int = 1 << 18,
    ) -> None:
        """Takes flags or a client, and a context or a function of the request, as ``Guard`` does.

        At most ``max_disagreements`` are kept until ``take``, with receipts of at most
        ``max_bytes`` in total.
        """
        self._flags = flags
        self._context = context
        self._max_disagreements = max_disagreements
        self._max_bytes = max_bytes
        self.after_fork()
        register_after_fork(self)

    def after_fork(self) -> None:
        """Resets the counts; called in a forked process."""
        self._lock = Lock()
        self._counts: dict[str, int] = dict.fromkeys(_COUNTERS, 0)
        self._reported = self._counts
        self._kept: list[str] = []

    def check(
        self, event: Mapping[str, Any], *, big_segments: Mapping[str, Any] | None = None
    ) -> ParityOutcome | None:
        """Compares the answers of a request with those of its context, and counts the outcome.

        Returns the name of the counter, or None if the request has no such header or an invalid
        context. No header raises. Call it before the handler takes longer, since the client may
        load another document.
        """
        request = Request.from_event(event)
        claim = request.headers.get(ANSWERS_HEADER.lower())
        if claim is None:
            return None
        try:
            context = context_of(self._context, request)
        except BadRequestError:
            return None
        outcome = self._outcome(claim, context, big_segments)
        with self._lock:
            self._counts = {**self._counts, outcome: self._counts[outcome] + 1}
        return outcome

    def _outcome(
        self, claim: str, context: ContextLike, big_segments: Mapping[str, Any] | None
    ) -> ParityOutcome:
        parts = _parse(claim)
        if parts is None:
            return "malformed"
        digest, claimed, keys = parts
        flags = self._flags if isinstance(self._flags, Flags) else self._flags.flags
        if digest not in (flags.digest, flags.parent_digest):
            return "other-document"
        if not all(key in flags for key in keys):
            return "malformed"
        system = getattr(self._flags, "system", None)
        if system is None:
            evaluated = flags
        else:
            chosen = flags._under_strategy(system, context, big_segments)  # noqa: SLF001 (our own)
            evaluated = flags if chosen is None else chosen[1]
        bound = evaluated.bind(context, big_segments=big_segments)
        details = {key: bound.variation_detail(key, None) for key in keys}
        found = hash_of({key: detail.value for key, detail in details.items()})
        if found == claimed:
            return "agreements"
        if len(self._kept) < self._max_disagreements:
            receipts = (
                flags.receipt(key, context, system=system, big_segments=big_segments).to_json()
                for key in keys
            )
            self._keep({"claim": claim, "answers": found}, receipts)
        return "disagreements"

    def _keep(self, disagreement: dict[str, str], receipts: Iterable[str]) -> None:
        """Keeps a disagreement with as many receipts as fit."""
        with self._lock:
            left = self._max_bytes - sum(map(len, self._kept))
        fitting = []
        for receipt in receipts:
            # Quotes are escaped, so that it can be verified byte for byte.
            left -= len(json.dumps(receipt))
            if left < 0:
                break
            fitting.append(receipt)
        text = json.dumps({**disagreement, "receipts": fitting})
        with self._lock:
            if len(self._kept) < self._max_disagreements:
                self._kept.append(text)

    def to_dict(self) -> dict[str, int]:
        """Returns the counts since the start, by the name of the counter."""
        with self._lock:
            return {**self._counts}

    def to_emf(self, namespace: str, *, environment: str | None = None) -> str:
        """Returns the counts since the last call as a line of CloudWatch's embedded metric format.

        The metrics are ``agreements``, ``disagreements``, ``other-document`` and ``malformed``,
        with the dimension ``environment`` if given. The text is empty if nothing was counted.
        """
        with self._lock:
            before, self._reported = self._reported, self._counts
            counts = self._counts
        deltas = {name: (counts[name] - before[name], "Count") for name in _COUNTERS}
        if not any(delta for delta, _ in deltas.values()):
            return ""
        return emf(namespace, {} if environment is None else {"environment": environment}, deltas)

    def take(self) -> list[str]:
        """Returns the kept disagreements as JSON texts, and forgets them.

        Each has the header as ``claim``, the hash of this function's ``answers``, and a receipt of
        each flag in ``receipts``, which ``isoflag.replay`` verifies.
        """
        with self._lock:
            kept, self._kept = self._kept, []
        return kept


def _parse(claim: str) -> tuple[str, str, list[str]] | None:
    """Returns the digest, the hash and the keys of a header, or None if it is malformed."""
    parts = _CLAIM.fullmatch(claim) if len(claim) <= _MAX_LENGTH else None
    if parts is None:
        return None
    digest, claimed, names = parts.groups()
    try:
        keys = [unquote(name, errors="strict") for name in names.split(",")]
    except UnicodeDecodeError:
        return None
    return (digest, claimed, keys) if len({*keys}) == len(keys) <= _MAX_FLAGS else None


def hash_of(answers: Mapping[str, Any]) -> str:
    """Returns the hash of answers by flag key; the default is null."""
    return Flags.from_dict({"flags": {}, "answers": dict(answers)}).digest
