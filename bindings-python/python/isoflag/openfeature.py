"""An OpenFeature provider; requires ``pip install isoflag[openfeature]``.

::

    from openfeature import api
    from isoflag.openfeature import IsoflagProvider

    api.set_provider(IsoflagProvider(client))  # a FlagClient, or immutable Flags
    api.get_client().get_boolean_value("checkout", False, EvaluationContext("ada"))

Contexts are mapped as in LaunchDarkly's OpenFeature provider; reasons are OpenFeature's, ``SPLIT``
if a percentage decided.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEventDetails
from openfeature.exception import ErrorCode, ProviderNotReadyError
from openfeature.flag_evaluation import FlagMetadata, FlagResolutionDetails, FlagValueType
from openfeature.provider import AbstractProvider, Metadata

from . import BoundFlags, EvaluationDetail, Flags
from ._core import OPENFEATURE_ERRORS
from ._logs import logger
from .client import FlagClient
from .client.bound_client import NO_DIGEST, BoundFlagClient
from .openfeature_context import context_json
from .source.deadline import until

if TYPE_CHECKING:
    from .activity import Activity

__all__ = ["IsoflagProvider", "to_isoflag_context"]

_T = TypeVar("_T")
_Object = Sequence[FlagValueType] | Mapping[str, FlagValueType]

_logger = logger("isoflag")

_REASON_MEMBERS: Final = (
    "ruleIndex",
    "ruleId",
    "prerequisiteKey",
    "inExperiment",
    "bigSegmentsStatus",
)


def _async(resolve: Callable[..., object]) -> Any:
    """Returns the async version of a method, which does not block the event loop."""

    @wraps(resolve)
    async def resolve_async(provider: "IsoflagProvider", *arguments: Any, **named: Any) -> Any:
        client = provider._flags  # noqa: SLF001 (our own)
        method = getattr(provider, resolve.__name__)
        if isinstance(client, FlagClient) and client._may_wait:  # noqa: SLF001 (our own)
            return await asyncio.to_thread(method, *arguments, **named)
        # The refresh may become due in between; the next evaluation then starts it.
        with until(0.0):
            return method(*arguments, **named)

    return resolve_async


class IsoflagProvider(AbstractProvider):
    """An OpenFeature provider that evaluates in this process.

    With a ``FlagClient`` it becomes ready once a document has loaded, emits a change event for each
    new document (with the flags whose values may differ), is stale while refreshes fail and ready
    again afterwards. With ``Flags`` it is always ready. If the client has a ``system``, the
    metadata of a flag name the strategy.
    """

    def __init__(self, flags: Flags | FlagClient, *, activity: "Activity | None" = None) -> None:
        """Creates a provider of immutable flags, or of the current flags of a client.

        ``activity`` counts the evaluations of this provider, independently of the client's own.
        """
        super().__init__()
        self._flags = flags
        self._activity = activity
        self._forget: Callable[[], None] | None = None

    def get_metadata(self) -> Metadata:
        """Returns the provider's name."""
        return Metadata(name="isoflag")

    def initialize(self, evaluation_context: EvaluationContext) -> None:  # noqa: ARG002
        """Fetches the first document; raises ``ProviderNotReadyError`` if that fails.

        The client keeps retrying, and the provider becomes ready once a retry succeeds.
        """
        client = self._flags
        if not isinstance(client, FlagClient):
            return
        status = client.refresh()
        if self._forget is None:
            self._forget = client.listen(
                on_change=self._changed,
                on_error=partial(self._failed, client),
                on_recovery=self._recovered,
            )
        if not status.ready:
            raise ProviderNotReadyError(f"cannot load a flag document: {status.error}")

    def shutdown(self) -> None:
        """Unregisters from the client."""
        if self._forget is not None:
            self._forget()
            self._forget = None

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,  # noqa: FBT001 (OpenFeature's signature)
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Evaluates a bool flag; any other value resolves to the default."""
        return self._resolve("bool", flag_key, default_value, evaluation_context)

    def resolve_string_details(
        self,
        flag_key: str,
        default_value: str,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[str]:
        """Evaluates a str flag; any other value resolves to the default."""
        return self._resolve("str", flag_key, default_value, evaluation_context)

    def resolve_integer_details(
        self,
        flag_key: str,
        default_value: int,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[int]:
        """Evaluates a number flag, truncated toward zero; other values resolve to the default."""
        return self._resolve("int", flag_key, default_value, evaluation_context)

    def resolve_float_details(
        self,
        flag_key: str,
        default_value: float,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[float]:
        """Evaluates a number flag; any other value resolves to the default."""
        return self._resolve("float", flag_key, default_value, evaluation_context)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: _Object,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[_Object]:
        """Evaluates a flag with objects or arrays; other values resolve to the default."""
        return self._resolve("json", flag_key, default_value, evaluation_context)

    resolve_boolean_details_async = _async(resolve_boolean_details)
    resolve_string_details_async = _async(resolve_string_details)
    resolve_integer_details_async = _async(resolve_integer_details)
    resolve_float_details_async = _async(resolve_float_details)
    resolve_object_details_async = _async(resolve_object_details)

    def _resolve(
        self,
        getter: str,
        flag_key: str,
        default_value: _T,
        context: EvaluationContext | None,
    ) -> FlagResolutionDetails[_T]:
        bound = self._bind(context)
        detail: EvaluationDetail[Any] = getattr(bound, f"{getter}_variation_detail")(
            flag_key, default_value
        )
        is_scalar = not isinstance(detail.value, dict | list)
        if getter == "json" and is_scalar and detail.variation_index is not None:
            wrong = {"kind": "ERROR", "errorKind": "WRONG_TYPE"}
            detail = EvaluationDetail(default_value, None, wrong)
        return self._resolved(bound, flag_key, detail, default_value)

    def _bind(self, context: EvaluationContext | None) -> BoundFlags | BoundFlagClient:
        return self._flags.bind(to_isoflag_context(context))

    def _resolved(
        self,
        bound: BoundFlags | BoundFlagClient,
        flag_key: str,
        detail: EvaluationDetail[Any],
        default_value: _T,
    ) -> FlagResolutionDetails[_T]:
        reason, index = detail.reason, detail.variation_index
        document = self._document(bound)
        if self._activity is not None:
            digest, strategy = document.get("digest", NO_DIGEST), document.get("strategy")
            under = () if strategy is None else (str(strategy),)
            self._activity.record(flag_key, index, str(digest), *under)
        kind = str(reason.get("kind", ""))
        metadata: dict[str, bool | int | float | str] = {
            name: value
            for name in _REASON_MEMBERS
            if isinstance(value := reason.get(name), bool | int | float | str)
        }
        if index is not None:
            metadata["variationIndex"] = index
        error = _error(str(reason.get("errorKind"))) if kind == "ERROR" else (None, None)
        return FlagResolutionDetails(
            value=default_value if index is None else detail.value,
            reason=bound._openfeature_reason(flag_key, reason),  # noqa: SLF001 (our own)
            variant=None if index is None else str(index),
            error_code=error[0],
            error_message=error[1],
            flag_metadata={**metadata, **document},
        )

    def _document(self, bound: BoundFlags | BoundFlagClient) -> FlagMetadata:
        """Returns metadata of the evaluated document; empty before the first document."""
        if isinstance(bound, BoundFlagClient):
            metadata = _document_metadata(bound.digest, bound.version)
            strategy = bound.strategy_name
            return metadata if strategy is None else {**metadata, "strategy": strategy}
        flags = self._flags
        return _document_metadata(flags.digest, flags.version) if isinstance(flags, Flags) else {}

    def _changed(self, before: Flags | None, after: Flags) -> None:
        # The first document emits the ready event instead.
        if before is not None:
            details = ProviderEventDetails(
                flags_changed=self._changed_keys(before, after),
                metadata=dict(_document_metadata(after.digest, after.version)),
            )
            self.emit_provider_configuration_changed(details)

    def _changed_keys(self, before: Flags, after: Flags) -> list[str]:
        system = getattr(self._flags, "system", None)
        documents = (before, after)
        if system is None or all(
            each._strategy_problems(system) is None  # noqa: SLF001 (our own)
            for each in documents
        ):
            return before.diff(after).answers
        # Under a strategy, a status changes answers too.
        return sorted({*before.keys(), *after.keys()})

    def _failed(self, client: FlagClient, error: Exception) -> None:
        status = client.status
        if status.ready and status.failures == 1:
            self.emit_provider_stale(ProviderEventDetails(message=str(error)))

    def _recovered(self) -> None:
        self.emit_provider_ready(ProviderEventDetails())


def _document_metadata(digest: str | None, version: int | None) -> FlagMetadata:
    named = {"digest": digest, "version": version}
    return {name: value for name, value in named.items() if value is not None}


def to_isoflag_context(context: EvaluationContext | None) -> dict[str, Any]:
    """Returns an OpenFeature context as LaunchDarkly's context JSON; invalid if it has no key.

    The mapping is that of ``isoflag.openfeature_context.context_json``.
    """
    return {} if context is None else context_json(context.attributes, context.targeting_key)


def _error(kind: str) -> tuple[ErrorCode, str | None]:
    """Returns OpenFeature's code and message for the kind of an error."""
    code, message = OPENFEATURE_ERRORS.get(kind, (ErrorCode.GENERAL.value, None))
    return ErrorCode(code), message
