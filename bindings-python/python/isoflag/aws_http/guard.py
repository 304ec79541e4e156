"""Rejects requests to a Lambda handler while its flag is off."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeVar, cast

from isoflag import BoundFlags, Context, Flags, PinError
from isoflag._core import printable
from isoflag._errors import Picklable
from isoflag._logs import logger
from isoflag.source.deadline import lambda_context, until

from .bound_request import (
    BoundClient,
    BoundRequest,
    ContextOf,
    FlagsOrClient,
    bind_request,
    context_of,
)
from .cors import Cors
from .overrides import SignedOverrides
from .request import DOCUMENT_HEADER, BadRequestError, Request
from .response import Response, for_event, for_method, json_response

_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_ANONYMOUS: Final = Context("anonymous", anonymous=True)
_log = logger("isoflag.aws_http")


class FlagOffError(Picklable, RuntimeError):
    """The handler of a non-HTTP event was not run because its flag is off."""

    key: str
    """The key of the flag."""

    def __init__(self, key: str) -> None:
        """Creates the error for a flag's key."""
        super().__init__(f"the flag `{printable(key)}` is off; the handler was not run")
        self.key = key


def use(flags: FlagsOrClient) -> None:
    """Sets the default flags of every ``requires_flag`` and ``Guard`` without ``flags``."""
    _used.flags = flags


class _Used:
    flags: FlagsOrClient | None = None


_used: Final = _Used()


class Guard:
    """Settings of ``requires_flag`` that the endpoints of one function share.

    ::

        guard = Guard(client, context=visitor, origins=["https://shop.example"])


        @guard.requires_flag("feature-x")
        def submit(event, context): ...
    """

    def __init__(
        self,
        flags: FlagsOrClient | None = None,
        *,
        context: ContextOf = _ANONYMOUS,
        origins: Cors | Iterable[str] = (),
        retry_after: int = 60,
        pins: bool = True,
        overrides: SignedOverrides | None = None,
    ) -> None:
        """Takes the parameters of the function ``requires_flag``, except the key.

        ``overrides`` verifies the tokens of sessions for which flags are set.
        """
        self._flags = flags
        self._context = context
        self._cors = origins if isinstance(origins, Cors) else Cors(origins)
        self._retry_after = retry_after
        self._pins = pins
        self._overrides = overrides

    def requires_flag(self, key: str) -> Callable[[_Handler], _Handler]:
        """Decorates a handler, which may be a method, like the function ``requires_flag``."""

        def decorate(handler: _Handler) -> _Handler:
            if inspect.isfunction(handler) and handler.__code__.co_varnames[:1] == ("self",):

                @functools.wraps(handler)
                def method(self: object, *rest: Any, **named: Any) -> Any:
                    return decorate(functools.partial(handler, self))(*rest, **named)

                return cast("_Handler", method)

            # The handler may be an object with the coroutine function `__call__`.
            if any(map(inspect.iscoroutinefunction, (handler, type(handler).__call__))):

                @functools.wraps(handler)
                async def guarded_async(event: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
                    with until(lambda_context(rest, named)):
                        refused = await self._check_without_blocking(event, key)
                    if refused is not None:
                        return refused
                    return self._readable(event, await handler(event, *rest, **named))

                return cast("_Handler", guarded_async)

            @functools.wraps(handler)
            def guarded(event: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
                with until(lambda_context(rest, named)):
                    refused = self.check(event, key)
                if refused is not None:
                    return refused
                return self._readable(event, handler(event, *rest, **named))

            return cast("_Handler", guarded)

        return decorate

    def bind(self, event: Mapping[str, Any]) -> BoundFlags | BoundClient:
        """Returns the flags bound to the context of an event, for use in the handler.

        They are of the document that the page pins, if any. Raises ``PinError`` if that document is
        unavailable (``pin_refused`` makes the response) and ``BadRequestError``.
        """
        return self._bind(Request.from_event(event)).bound

    async def _check_without_blocking(self, event: Mapping[str, Any], key: str) -> Response | None:
        """Calls ``check`` in another thread if it could wait for a source."""
        client = self._holder()
        pinned = self._pins and Request.from_event(event).pin is not None
        due = getattr(client, "due", not isinstance(client, Flags))
        if pinned or getattr(client, "_may_wait", due):
            # Most handlers are not coroutine functions, and the import is slow.
            import asyncio  # noqa: PLC0415

            return await asyncio.to_thread(self.check, event, key)
        # The refresh may become due in between; the next request then starts it.
        with until(0.0):
            return self.check(event, key)

    def _readable(self, event: Mapping[str, Any], response: Any) -> Any:
        """Returns a handler's response with the headers that let the page read it."""
        request = Request.from_event(event)
        return self._cors.applied(request, response) if request.is_http else response

    def _holder(self) -> FlagsOrClient:
        flags = _used.flags if self._flags is None else self._flags
        if flags is None:
            raise RuntimeError(
                "no flags are configured; call `isoflag.aws_http.use(client)` first, or pass "
                "the client"
            )
        return flags

    def _bind(self, request: Request) -> BoundRequest:
        flags = self._holder()
        change = None if self._overrides is None else self._overrides.change(request)
        return bind_request(
            flags, context_of(self._context, request), request.pin if self._pins else None, change
        )

    def check(self, event: Mapping[str, Any], key: str) -> Response | None:
        """Returns the response that replaces a handler's, or None if the handler may run.

        Call it in the route of a web framework, and return the response in the framework's form. It
        is that of ``requires_flag``; for an event other than an HTTP request it raises
        ``FlagOffError``.
        """
        request = Request.from_event(event)
        if not request.is_http:
            if self._is_on(key, request) is not True:
                raise FlagOffError(key)
            return None
        refused = self._refusal(key, request)
        return None if refused is None else for_event(event, for_method(request.method, refused))

    def _refusal(self, key: str, request: Request) -> Response | None:
        preflight = self._cors.preflight(request, _METHODS)
        if preflight is not None:
            return preflight
        headers = self._cors.headers(request)
        try:
            on = self._is_on(key, request)
        except BadRequestError as error:
            return json_response(400, {"error": str(error)}, headers)
        except PinError as error:
            # Without any document the page cannot evaluate again.
            if error.held:
                return _pin_refused(error, request, self._cors)
            on = None
        if on is True:
            return None
        if on is not None:
            headers[DOCUMENT_HEADER] = on
        headers["Retry-After"] = str(self._retry_after)
        return json_response(503, {"error": "this feature is currently disabled"}, headers)

    def _is_on(self, key: str, request: Request) -> Literal[True] | str | None:
        """Returns True if the flag is on, else the digest of the evaluated document, if any."""
        bound_request = self._bind(request)
        # The default also covers flags of another type, and the time before the first document.
        if bound_request.bound.bool_variation(key, default=False):
            return True
        _log.info("the flag `%s` is off; the handler is not run", key)
        return bound_request.digest


def requires_flag(
    key: str,
    flags: FlagsOrClient | None = None,
    *,
    context: ContextOf = _ANONYMOUS,
    origins: Cors | Iterable[str] = (),
    retry_after: int = 60,
    pins: bool = True,
) -> Callable[[_Handler], _Handler]:
    """Returns a decorator that runs a Lambda handler only if a boolean flag is on.

    If the flag is off, unknown or not boolean, or no flags have loaded yet, an HTTP request gets
    status 503 with ``Retry-After`` set to ``retry_after`` seconds, and any other event raises
    ``FlagOffError``, so that a queue keeps its messages. The handler is not called in either case.
    For a coroutine function the guard, ``context`` included, runs in another thread if a refresh
    could block the event loop. A refresh takes at most half of the invocation's remaining time,
    which is read from the handler's Lambda context.

    A page can send the digest of the document that it used in ``Isoflag-Document``. The guard then
    evaluates with that document, or responds with 409 Conflict and the available digests; a flag
    that was switched off since is off. With ``pins=False`` the header is ignored. Never base a
    security decision on a pin.

    ``flags`` defaults to the argument of ``use``; a client with a ``system`` evaluates under the
    strategy that it chooses for the context. ``context`` defaults to one anonymous context for
    all requests. ``origins`` are the other origins whose pages may read the responses: the guard
    adds CORS headers to its own and to the handler's, and responds to preflights. Use ``Guard`` to
    share these settings among handlers.
    """
    guard = Guard(flags, context=context, origins=origins, retry_after=retry_after, pins=pins)
    return guard.requires_flag(key)


def pin_refused(
    error: PinError, event: Mapping[str, Any], origins: Cors | Iterable[str] = ()
) -> Response:
    """Returns status 409 with the reason and the available digests, the newest first.

    The page should evaluate again with a newer document.
    """
    cors = origins if isinstance(origins, Cors) else Cors(origins)
    request = Request.from_event(event)
    return for_event(event, for_method(request.method, _pin_refused(error, request, cors)))


def _pin_refused(error: PinError, request: Request, cors: Cors) -> Response:
    headers = cors.headers(request)
    if error.held:
        headers[DOCUMENT_HEADER] = error.held[0]
    body = {"error": str(error), "code": error.code, "held": error.held}
    return json_response(409, body, headers)
