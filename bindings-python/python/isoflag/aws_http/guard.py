"""Keeps a Lambda handler from running while its flag is off."""

import functools
import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, cast

from isoflag import Context

from .asking import ContextOf, FlagsOrClient, ask, context_of
from .config import DOCUMENT_HEADER
from .cors import Cors
from .request import BadRequestError, Request
from .response import Response, json_response

_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_ANYBODY: Final = Context("anonymous", anonymous=True)
_log = logging.getLogger("isoflag.aws_http")


class FlagOffError(RuntimeError):
    """A handler that was not run for an event that is no HTTP request, since its flag is off."""

    key: str
    """The key of the flag."""

    def __init__(self, key: str) -> None:
        """Name the flag."""
        super().__init__(f"the flag `{key}` is off; the handler has not been run")
        self.key = key


def requires_flag(
    key: str,
    flags: FlagsOrClient,
    *,
    context: ContextOf = _ANYBODY,
    origins: Cors | Iterable[str] = (),
    retry_after: int = 60,
) -> Callable[[_Handler], _Handler]:
    """Decorate a Lambda handler so that it runs only where a boolean flag is on.

    Where the flag is off, unknown, no boolean, or there are no flags yet, an HTTP request is
    answered with 503 Service Unavailable, to be asked again in ``retry_after`` seconds, and any
    other event raises ``FlagOffError``, so that a queue keeps its messages. The handler may be a
    coroutine function, and is not called in either case.

    ``context`` is whom the flag is asked for: the same for everybody unless given. ``origins`` are
    the other origins whose pages may read the 503; with them preflights are answered here.
    """
    cors = origins if isinstance(origins, Cors) else Cors(origins)
    guard = _Guard(key, flags, context, cors, retry_after)

    def decorate(handler: _Handler) -> _Handler:
        if inspect.iscoroutinefunction(handler):

            @functools.wraps(handler)
            async def guarded_async(event: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
                refused = guard.refuse(event)
                return await handler(event, *rest, **named) if refused is None else refused

            return cast("_Handler", guarded_async)

        @functools.wraps(handler)
        def guarded(event: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
            refused = guard.refuse(event)
            return handler(event, *rest, **named) if refused is None else refused

        return cast("_Handler", guarded)

    return decorate


@dataclass(frozen=True)
class _Guard:
    key: str
    flags: FlagsOrClient
    context: ContextOf
    cors: Cors
    retry_after: int

    def refuse(self, event: Mapping[str, Any]) -> Response | None:
        """Give the answer instead of the handler's, None where the handler is to run."""
        request = Request.from_event(event)
        if not request.is_http:
            if self._ask(request) is not True:
                raise FlagOffError(self.key)
            return None
        preflight = self.cors.preflight(request, _METHODS)
        if preflight is not None:
            return preflight
        headers = self.cors.headers(request)
        try:
            on = self._ask(request)
        except BadRequestError as error:
            return json_response(400, {"error": str(error)}, headers)
        if on is True:
            return None
        if on is not None:
            headers[DOCUMENT_HEADER] = on
        headers["Retry-After"] = str(self.retry_after)
        return json_response(503, {"error": "this is switched off for now"}, headers)

    def _ask(self, request: Request) -> Literal[True] | str | None:
        """Give True where the flag is on, else the digest of the document that says so, if any."""
        asked = ask(self.flags, context_of(self.context, request))
        # The default is what a flag of another type gives, and what there is before any document.
        if asked.bound.bool_variation(self.key, default=False):
            return True
        _log.info("the flag `%s` is off; the handler is not run", self.key)
        return asked.digest
