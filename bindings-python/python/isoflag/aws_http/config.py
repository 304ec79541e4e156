"""The ``/config`` endpoint, which returns flags to a single-page application."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from isoflag import Context, ContextError, __version__
from isoflag._core import printable
from isoflag.source.deadline import TimeLeft, until
from isoflag.source.protocol import require_list

from . import ofrep
from .bound_request import (
    BoundRequest,
    ContextOf,
    FlagsOrClient,
    bind_request,
    context_of,
)
from .cors import Cors
from .overrides import SignedOverrides
from .projections import document_of
from .request import DOCUMENT_HEADER, BadRequestError, Request
from .response import Response, for_event, for_method, json_response

Form: TypeAlias = Literal["bootstrap", "document", "ofrep", "plain"]
"""The form of a response body; see ``config_response``."""

_CONSISTENT: Final = "isBackendConsistent"
_METHODS: Final[Mapping[Form, Sequence[str]]] = {
    "bootstrap": ("GET", "HEAD", "POST"),
    "document": ("GET", "HEAD", "POST"),
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
    private: Iterable[str] = (),
    absent_kinds: Iterable[str] = (),
    cache_control: str = "private, no-cache",
    vary: Sequence[str] = ("Authorization", "Cookie"),
    retry_after: int = 5,
    deadline: TimeLeft | None = None,
    overrides: SignedOverrides | None = None,
) -> Response:
    """Returns the response to an HTTP event, with the flags that a page needs.

    ``event`` is one of API Gateway, a function URL, ALB or VPC Lattice. ``form`` selects the body:

    - ``bootstrap``: the state that LaunchDarkly's and ``isoflag``'s browser SDKs start from;
    - ``document``: the document with which a page of this visitor evaluates, made by
      ``Flags.project``. All attributes of the context are known. ``private`` lists attributes whose
      values must not be in it, and ``absent_kinds`` the kinds that the page never adds to a context
      without them;
    - ``ofrep``: the responses to OpenFeature's ``POST /ofrep/v1/evaluate/flags``, which its web
      provider sends, and to ``POST /ofrep/v1/evaluate/flags/{key}``; without ``context`` the
      context of the request is used;
    - ``plain``: ``{"isFeatureXEnabled": true}`` for the flags of ``keys``, which maps names in the
      page to flag keys, or lists keys. A flag that cannot be served gets the value of its name in
      ``defaults``, else False.

    ``gate`` names flags, by their names in the page, whose journeys may begin only while the back
    end is consistent (see ``Flags.consistency``). In the plain form the body has the member
    ``isBackendConsistent``: a boolean for one name, an object of booleans for a list. In the
    bootstrap form it is in each flag's ``$flagsState``, where LaunchDarkly's SDKs ignore it.
    ``gate_ttl`` is the back end's TTL in seconds, by default that of the client or of the AppConfig
    Agent.

    All forms but ``plain``, which contains exactly ``keys``, omit flags that browsers may not see;
    ``bootstrap`` and ``ofrep`` include them if ``client_side_only`` is False.

    A client with a ``system`` evaluates under the strategy that it chooses for the context.

    The response's ``ETag`` depends on the document, the strategy, the context, the form and the
    consistency: a request with the same tag in ``If-None-Match`` gets status 304 and no body. The
    header ``Isoflag-Document`` has the document's digest. ``origins`` are the other origins whose
    pages may read the response.

    ``overrides`` verifies the tokens of sessions for which flags are set. Such a response has
    ``Cache-Control: no-store``.

    ``deadline`` limits a refresh of the flags: pass seconds, or the context of the Lambda handler,
    of whose remaining time at most half is used.

    Other statuses are 204 for a preflight, 400 for an invalid request or context, 405 for a method
    that the form does not support, 412 for ``If-None-Match: *`` on a POST, and 503 if no flags have
    loaded yet, with ``Retry-After`` set to ``retry_after`` seconds. Raises ``ValueError`` if the
    event is not an HTTP request, or if ``gate`` does not fit ``form`` and ``keys``, and
    ``TypeError`` for a str in place of a list.
    """
    request = Request.from_event(event)
    if not request.is_http:
        raise ValueError(
            "the event is not an HTTP request of API Gateway, a function URL, ALB or VPC Lattice"
        )
    methods = _methods_of(form)
    if context is None and form != "ofrep":
        raise ValueError("`context` is missing; pass it (only the form `ofrep` has its own)")
    require_list(keys=keys, private=private, absent_kinds=absent_kinds, vary=vary)
    names = keys if isinstance(keys, Mapping) else {key: key for key in keys}
    lone = isinstance(gate, str)
    gated = (gate,) if isinstance(gate, str) else tuple(gate or ())
    _check_gate(form, gated, names)
    cors = origins if isinstance(origins, Cors) else Cors(origins)
    settings = _Settings(methods, cors, gate_ttl, cache_control, vary, retry_after, overrides)
    if form == "document" and not client_side_only:
        raise ValueError("the form `document` has only flags that browsers may see")
    hidden = (tuple(private), tuple(absent_kinds))
    content = _Body(form, client_side_only, dict(names), dict(defaults or {}), gated, lone, *hidden)
    context_source = ofrep.context if context is None else context
    with until(deadline):
        response = settings.respond(request, flags, context_source, content)
    return for_event(event, for_method(request.method, response))


@dataclass(frozen=True)
class _Settings:
    """The options of an endpoint that do not depend on the body of its responses."""

    methods: Sequence[str]
    cors: Cors
    gate_ttl: float | None
    cache_control: str
    vary: Sequence[str]
    retry_after: int
    overrides: SignedOverrides | None

    def respond(
        self, request: Request, flags: FlagsOrClient, context: ContextOf, content: "_Body"
    ) -> Response:
        refused = self._refusal(request)
        if refused is not None:
            return refused
        headers = self.cors.headers(request)
        try:
            # Parts that JSON cannot represent are absent, as in every evaluation: the page did not
            # send them.
            valid = Context._from_host(context_of(context, request))  # noqa: SLF001 (our own)
        except (BadRequestError, ContextError) as error:
            return json_response(400, _refusal(content.form, error), headers)
        change = None if self.overrides is None else self.overrides.change(request)
        bound_request = bind_request(flags, valid, change=change)
        digest = bound_request.digest
        if digest is None:
            unready = {**headers, "Retry-After": str(self.retry_after)}
            return json_response(503, {"error": "no flags have loaded yet; retry later"}, unready)
        cache_control = self.cache_control if change is None else "no-store"
        headers |= {"Cache-Control": cache_control, DOCUMENT_HEADER: digest}
        if varied := [*self.vary, *([headers["Vary"]] if "Vary" in headers else [])]:
            headers["Vary"] = ", ".join(varied)
        key = ofrep.key_of(request) if content.form == "ofrep" else None
        if key is not None:
            visible = content.client_side_only
            answer = ofrep.single(bound_request, key, client_side_only=visible)
            return json_response(*answer, headers)
        return self._conditional(request, bound_request, valid, content, headers)

    def _conditional(
        self,
        request: Request,
        bound_request: BoundRequest,
        context: Context,
        content: "_Body",
        headers: dict[str, str],
    ) -> Response:
        consistent = {
            name: bound_request.consistency(
                content.names[name] if content.form == "plain" else name, self.gate_ttl
            ).is_backend_consistent
            for name in content.gated
        }
        etag = content.etag(bound_request, context, consistent)
        headers["ETag"] = etag
        # Compared weakly as RFC 9110 requires, since proxies that compress weaken the tag.
        if {"*", etag, f"W/{etag}"} & _tags(request):
            return json_response(304, None, headers)
        body = (
            document_of(bound_request.document, context, content.private, content.absent_kinds)
            if content.form == "document"
            else content.build(bound_request, consistent)
        )
        return json_response(200, body, headers)

    def _refusal(self, request: Request) -> Response | None:
        """Returns the response to a preflight, or to a request that no document can answer."""
        preflight = self.cors.preflight(request, self.methods)
        if preflight is not None:
            return preflight
        headers = self.cors.headers(request)
        if request.method not in self.methods:
            body = {"error": f"the method {request.method} is not allowed"}
            return json_response(405, body, {**headers, "Allow": ", ".join(self.methods)})
        if request.method == "POST" and "*" in _tags(request):
            body = {"error": "`If-None-Match: *` excludes every response; send an `ETag`"}
            return json_response(412, body, headers)
        return None


def _methods_of(form: object) -> Sequence[str]:
    for known, methods in _METHODS.items():
        if form == known:
            return methods
    raise ValueError(
        f"invalid form `{printable(str(form))}`: expected one of {', '.join(_METHODS)}"
    )


@dataclass(frozen=True)
class _Body:
    """The options of a response that do not depend on the document or the context."""

    form: Form
    client_side_only: bool
    names: Mapping[str, str]
    defaults: Mapping[str, Any]
    gated: Sequence[str]
    """The names in ``gate``."""
    lone: bool
    """Whether ``gate`` is one name rather than a list."""
    private: Sequence[str]
    """The attributes whose values must not be in a document."""
    absent_kinds: Sequence[str]
    """The kinds that a context has either from the start or never."""

    def build(
        self, bound_request: BoundRequest, consistent: Mapping[str, bool]
    ) -> Mapping[str, Any]:
        """Returns the body; ``consistent`` has the consistency of each flag in ``gate``."""
        bound = bound_request.bound
        if self.form == "plain":
            body = {
                name: bound.variation(key, self.defaults.get(name, False))
                for name, key in self.names.items()
            }
            if self.lone:
                return {**body, _CONSISTENT: all(consistent.values())}
            return {**body, _CONSISTENT: consistent} if consistent else body
        if self.form == "ofrep":
            return ofrep.bulk(bound_request, client_side_only=self.client_side_only)
        state = bound.all_flags_state(client_side_only=self.client_side_only)
        for key, is_consistent in consistent.items():
            # A flag that the page may not see is omitted here too.
            if key in state["$flagsState"]:
                state["$flagsState"][key][_CONSISTENT] = is_consistent
        return state

    def etag(
        self, bound_request: BoundRequest, context: Context, consistent: Mapping[str, bool]
    ) -> str:
        """Returns a strong tag: equal only for equal responses from the same document."""
        # The order of names matters: it is the order of the body's members.
        options: list[Any] = [
            self.form,
            self.client_side_only,
            [*self.names.items()],
            self.defaults,
        ]
        options += [consistent, self.lone, self.private, self.absent_kinds]
        if bound_request.strategy is not None:
            options.append(bound_request.strategy)
        digest = bound_request.digest
        text = json.dumps([__version__, digest, context.to_dict(), *options], sort_keys=True)
        return f'"{hashlib.sha256(text.encode()).hexdigest()}"'


def _check_gate(form: Form, gated: Sequence[str], names: Mapping[str, str]) -> None:
    if gated and form in ("document", "ofrep"):
        raise ValueError(f"the form `{form}` does not support `gate`; use `plain` or `bootstrap`")
    if form != "plain":
        return
    if gated and _CONSISTENT in names:
        raise ValueError(f"`keys` contains the reserved name `{_CONSISTENT}`; rename it")
    for name in gated:
        if name not in names:
            raise ValueError(
                f"`gate` names `{printable(str(name))}`, which is missing in `keys`; add it there"
            )


def _refusal(form: Form, error: ValueError) -> dict[str, str]:
    return ofrep.failure(error) if form == "ofrep" else {"error": str(error)}


def _tags(request: Request) -> set[str]:
    """Returns the tags in ``If-None-Match``; this endpoint's own contain no commas."""
    return {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
