"""The endpoint from which a single-page application gets its flags: ``/config``."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from isoflag import Context, ContextError, __version__
from isoflag.source.deadline import TimeLeft, until

from . import ofrep
from .asking import Asked, ContextLike, ContextOf, FlagsOrClient, ask, context_of
from .cors import Cors
from .request import DOCUMENT_HEADER, BadRequestError, Request
from .response import Response, json_response

Form: TypeAlias = Literal["bootstrap", "ofrep", "plain"]
"""What a body looks like; ``config_response`` tells."""

_CONSISTENT: Final = "isBackendConsistent"
_METHODS: Final[Mapping[Form, Sequence[str]]] = {
    "bootstrap": ("GET", "HEAD", "POST"),
    "ofrep": ("POST",),
    "plain": ("GET", "HEAD", "POST"),
}


def config_response(
    event: Mapping[str, Any],
    flags: FlagsOrClient,
    *,
    context: ContextOf | None = None,
    form: Form = "bootstrap",
    keys: Mapping[str, str] | Iterable[str] = (),
    defaults: Mapping[str, Any] | None = None,
    gate: str | Iterable[str] | None = None,
    gate_ttl: float | None = None,
    origins: Cors | Iterable[str] = (),
    client_side_only: bool = True,
    cache_control: str = "private, no-cache",
    vary: Sequence[str] = ("Authorization", "Cookie"),
    retry_after: int = 5,
    deadline: TimeLeft | None = None,
) -> Response:
    """Answer an event of API Gateway or a function URL with every flag that a page needs.

    ``form`` says how:

    - ``bootstrap``: the state that LaunchDarkly's browser SDKs start from, and ``isoflag``'s too;
    - ``ofrep``: the answer to OpenFeature's ``POST /ofrep/v1/evaluate/flags``, as its web provider
      asks; without ``context`` the one of the request is taken;
    - ``plain``: ``{"isFeatureXEnabled": true}`` for the flags of ``keys``, which maps names that
      the page sees to the flags' keys, or lists keys. A flag that cannot be served has the value
      that ``defaults`` has for its name, else False.

    ``gate`` names flags whose journeys a page may begin only where the back end is consistent (see
    ``Flags.consistency``), as the page names them. In the plain form ``isBackendConsistent`` stands
    beside the flags: a boolean for one name, and for a list an object with a boolean for each. In
    the bootstrap it stands in each flag's ``$flagsState``, where LaunchDarkly's SDKs pass over it.
    ``gate_ttl`` is the back end's time to live in seconds, by default the client's own, or that of
    the AppConfig Agent.

    The first two forms leave out flags that a browser may not see, unless ``client_side_only`` is
    False; the last serves what it is told to.

    The answer's ``ETag`` depends on the document, the context, the form and what the gate says: a
    request that has it in ``If-None-Match`` is answered with 304 and no body. The header
    ``Isoflag-Document`` has the document's digest. ``origins`` are the other origins whose pages
    may read the answer.

    ``deadline`` limits a refresh of the flags: pass the context of the Lambda handler, of whose
    remaining time it takes half at most, or seconds.

    Otherwise the status is 204 for a preflight, 400 for a request or context that cannot be
    understood, 405 for a method that is none of the form's, and 503 where there are no flags yet,
    to be asked again in ``retry_after`` seconds. Raises ``ValueError`` where the event is no HTTP
    request, or the gate is asked for what the page is not told of.
    """
    request = Request.from_event(event)
    if not request.is_http:
        raise ValueError("the event is no HTTP request of API Gateway or a function URL")
    methods = _methods_of(form)
    if context is None and form != "ofrep":
        raise ValueError("pass `context`; only the form `ofrep` has one of its own")
    names = keys if isinstance(keys, Mapping) else {key: key for key in keys}
    lone = isinstance(gate, str)
    gated = (gate,) if isinstance(gate, str) else tuple(gate or ())
    _check_gate(form, gated, names)
    cors = origins if isinstance(origins, Cors) else Cors(origins)
    preflight = cors.preflight(request, methods)
    if preflight is not None:
        return preflight
    headers = cors.headers(request)
    if request.method not in methods:
        body = {"error": f"the method {request.method} is not allowed"}
        return json_response(405, body, {**headers, "Allow": ", ".join((*methods, "OPTIONS"))})
    try:
        about = _valid(context_of(ofrep.context if context is None else context, request))
    except (BadRequestError, ContextError) as error:
        return json_response(400, _refusal(form, error), headers)
    with until(deadline):
        asked = ask(flags, about)
    digest = asked.digest
    if digest is None:
        unready = {**headers, "Retry-After": str(retry_after)}
        return json_response(503, {"error": "there are no flags yet"}, unready)

    consistent = {
        name: asked.consistency(
            names[name] if form == "plain" else name, gate_ttl
        ).is_backend_consistent
        for name in gated
    }
    told = _Body(form, client_side_only, dict(names), dict(defaults or {}), consistent, lone)
    etag = told.etag(digest, about)
    varied = [*vary, *([headers["Vary"]] if "Vary" in headers else [])]
    headers |= {"Cache-Control": cache_control, "ETag": etag, DOCUMENT_HEADER: digest}
    if varied:
        headers["Vary"] = ", ".join(varied)
    if _matches(request.headers.get("if-none-match"), etag):
        return json_response(304, None, headers)
    response = json_response(200, told.build(asked), headers)
    if request.method == "HEAD":
        response["body"] = ""
    return response


def _methods_of(form: object) -> Sequence[str]:
    for known, methods in _METHODS.items():
        if form == known:
            return methods
    raise ValueError(f"invalid form `{form}`: expected one of {', '.join(_METHODS)}")


@dataclass(frozen=True)
class _Body:
    """What is told of flags, whatever the document and the context."""

    form: Form
    client_side_only: bool
    names: Mapping[str, str]
    defaults: Mapping[str, Any]
    consistent: Mapping[str, bool]
    """What the gate says of the flags that were named for it."""
    lone: bool
    """Whether one flag was named for the gate, and not a list."""

    def build(self, asked: Asked) -> Mapping[str, Any]:
        bound = asked.bound
        if self.form == "plain":
            body = {
                name: bound.variation(key, self.defaults.get(name, False))
                for name, key in self.names.items()
            }
            if self.lone:
                return {**body, _CONSISTENT: all(self.consistent.values())}
            return {**body, _CONSISTENT: self.consistent} if self.consistent else body
        if self.form == "ofrep":
            return ofrep.bulk(bound, client_side_only=self.client_side_only)
        state = bound.all_flags_state(client_side_only=self.client_side_only)
        for key, consistent in self.consistent.items():
            # A flag that the page may not see is not told of here either.
            if key in state["$flagsState"]:
                state["$flagsState"][key][_CONSISTENT] = consistent
        return state

    def etag(self, digest: str, context: Context) -> str:
        """Give a strong tag: equal only for an equal answer from the same document."""
        # What is named first comes first in the answer too.
        asked = [self.form, self.client_side_only, [*self.names.items()], self.defaults]
        asked += [self.consistent, self.lone]
        text = json.dumps([__version__, digest, context.to_dict(), *asked], sort_keys=True)
        return f'"{hashlib.sha256(text.encode()).hexdigest()}"'


def _check_gate(form: Form, gated: Sequence[str], names: Mapping[str, str]) -> None:
    if gated and form == "ofrep":
        raise ValueError("`gate` has no place in the form `ofrep`; take `plain` or `bootstrap`")
    if form != "plain":
        return
    if gated and _CONSISTENT in names:
        raise ValueError(f"`{_CONSISTENT}` in `keys` is the name of what the gate says")
    for name in gated:
        if name not in names:
            raise ValueError(f"`{name}` in `gate` is none of the names in `keys`")


def _valid(context: ContextLike) -> Context:
    return context if isinstance(context, Context) else Context.from_dict(context)


def _refusal(form: Form, error: ValueError) -> dict[str, str]:
    return ofrep.failure(error) if form == "ofrep" else {"error": str(error)}


def _matches(if_none_match: str | None, etag: str) -> bool:
    """Compare weakly, as RFC 9110 has it: what compresses an answer on its way weakens its tag."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags
