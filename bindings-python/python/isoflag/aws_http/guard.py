"""Keeps a Lambda handler from running while its flag is off."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeVar, cast

from isoflag import BoundFlags, Context, Flags, PinError
from isoflag._logs import logger
from isoflag.source.deadline import lambda_context, until

from .asking import Asked, BoundClient, ContextOf, FlagsOrClient, ask, context_of
from .cors import Cors
from .request import DOCUMENT_HEADER, BadRequestError, Request
from .response import Response, json_response

_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_ANYBODY: Final = Context("anonymous", anonymous=True)
_log = logger("isoflag.aws_http")


class FlagOffError(RuntimeError):
    """A handler that was not run for an event that is no HTTP request, since its flag is off."""

    key: str
    """The key of the flag."""

    def __init__(self, key: str) -> None:
        """Name the flag."""
        super().__init__(f"the flag `{key}` is off; the handler has not been run")
        self.key = key


def use(flags: FlagsOrClient) -> None:
    """Have every ``requires_flag`` and ``Guard`` that was given no flags ask these."""
    _used.flags = flags


class _Used:
    flags: FlagsOrClient | None = None


_used: Final = _Used()


class Guard:
    """Whom the endpoints of one function ask, said once.

    ::

        guard = Guard(client, context=visitor, origins=["https://shop.example"])


        @guard.requires_flag("feature-x")
        def submit(event, context): ...
    """

    def __init__(
        self,
        flags: FlagsOrClient | None = None,
        *,
        context: ContextOf = _ANYBODY,
        origins: Cors | Iterable[str] = (),
        retry_after: int = 60,
        pins: bool = True,
    ) -> None:
        """Take what ``requires_flag`` takes beside the key."""
        self._flags = flags
        self._context = context
        self._cors = origins if isinstance(origins, Cors) else Cors(origins)
        self._retry_after = retry_after
        self._pins = pins

    def requires_flag(self, key: str) -> Callable[[_Handler], _Handler]:
        """As the function of that name."""

        def decorate(handler: _Handler) -> _Handler:
            if inspect.iscoroutinefunction(handler):

                @functools.wraps(handler)
                async def guarded_async(event: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
                    with until(lambda_context(rest, named)):
                        refused = await self._refuse_aside(key, event)
                    return await handler(event, *rest, **named) if refused is None else refused

                return cast("_Handler", guarded_async)

            @functools.wraps(handler)
            def guarded(event: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
                with until(lambda_context(rest, named)):
                    refused = self._refuse(key, event)
                return handler(event, *rest, **named) if refused is None else refused

            return cast("_Handler", guarded)

        return decorate

    def bind(self, event: Mapping[str, Any]) -> BoundFlags | BoundClient:
        """Bind the flags that answer an event to whom it is about, for the handler itself.

        All are of one document: of the one that the page names, if it names one. Raises
        ``PinError`` where that cannot be had, which ``pin_refused`` answers, and
        ``BadRequestError``.
        """
        return self._ask(Request.from_event(event)).bound

    async def _refuse_aside(self, key: str, event: Mapping[str, Any]) -> Response | None:
        """As ``_refuse``, in another thread if it could wait for a source."""
        client = self._holder()
        pinned = self._pins and Request.from_event(event).pin is not None
        if pinned or getattr(client, "due", not isinstance(client, Flags)):
            # Most handlers are no coroutine functions, and it takes long to import.
            import asyncio  # noqa: PLC0415

            return await asyncio.to_thread(self._refuse, key, event)
        return self._refuse(key, event)

    def _holder(self) -> FlagsOrClient:
        flags = _used.flags if self._flags is None else self._flags
        if flags is None:
            raise RuntimeError(
                "there is nothing to ask for flags; call `isoflag.aws_http.use(client)` first, or "
                "pass the client"
            )
        return flags

    def _ask(self, request: Request) -> Asked:
        flags = self._holder()
        return ask(flags, context_of(self._context, request), request.pin if self._pins else None)

    def _refuse(self, key: str, event: Mapping[str, Any]) -> Response | None:
        """Give the answer instead of the handler's, None where the handler is to run."""
        request = Request.from_event(event)
        if not request.is_http:
            if self._is_on(key, request) is not True:
                raise FlagOffError(key)
            return None
        preflight = self._cors.preflight(request, _METHODS)
        if preflight is not None:
            return preflight
        headers = self._cors.headers(request)
        try:
            on = self._is_on(key, request)
        except BadRequestError as error:
            return json_response(400, {"error": str(error)}, headers)
        except PinError as error:
            # Without any document there is nothing to decide with again.
            if error.held:
                return pin_refused(error, event, self._cors)
            on = None
        if on is True:
            return None
        if on is not None:
            headers[DOCUMENT_HEADER] = on
        headers["Retry-After"] = str(self._retry_after)
        return json_response(503, {"error": "this is switched off for now"}, headers)

    def _is_on(self, key: str, request: Request) -> Literal[True] | str | None:
        """Give True where the flag is on, else the digest of the document that says so, if any."""
        asked = self._ask(request)
        # The default is what a flag of another type gives, and what there is before any document.
        if asked.bound.bool_variation(key, default=False):
            return True
        _log.info("the flag `%s` is off; the handler is not run", key)
        return asked.digest


def requires_flag(
    key: str,
    flags: FlagsOrClient | None = None,
    *,
    context: ContextOf = _ANYBODY,
    origins: Cors | Iterable[str] = (),
    retry_after: int = 60,
    pins: bool = True,
) -> Callable[[_Handler], _Handler]:
    """Decorate a Lambda handler so that it runs only where a boolean flag is on.

    Where the flag is off, unknown, no boolean, or there are no flags yet, an HTTP request is
    answered with 503 Service Unavailable, to be asked again in ``retry_after`` seconds, and any
    other event raises ``FlagOffError``, so that a queue keeps its messages. The handler is not
    called in either case. If it is a coroutine function, a refresh of the flags does not block the
    event loop: the guard, ``context`` included, then runs in another thread. A refresh takes half
    of the invocation's remaining time at most, by the Lambda context that the handler is given.

    A page that sends the digest of the document that it has decided with, in ``Isoflag-Document``,
    is answered by that very document, or with 409 Conflict and the digests that are held; what was
    switched off since is off all the same. With ``pins=False`` the newest document answers,
    whatever the page sends. A pin is never a security decision.

    ``flags`` is what is asked, else what ``use`` was told. ``context`` is whom the flag is asked
    for: the same for everybody unless given. ``origins`` are the other origins whose pages may read
    the refusal; with them preflights are answered here. ``Guard`` says all that once for many.
    """
    guard = Guard(flags, context=context, origins=origins, retry_after=retry_after, pins=pins)
    return guard.requires_flag(key)


def pin_refused(
    error: PinError, event: Mapping[str, Any], origins: Cors | Iterable[str] = ()
) -> Response:
    """Answer a page whose pin cannot be had: 409, why, and the digests held, the newest first.

    The page decides again, with a newer document.
    """
    cors = origins if isinstance(origins, Cors) else Cors(origins)
    headers = cors.headers(Request.from_event(event))
    if error.held:
        headers[DOCUMENT_HEADER] = error.held[0]
    body = {"error": str(error), "code": error.code, "held": error.held}
    return json_response(409, body, headers)
