"""The `/config` endpoint."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from config_pages import JONAS, MIA, SHOP, VISIBLE, Client, body_of, cors_of, ofrep, page_flags
from documents import clause, flag, shop_contexts, shop_text
from isoflag import Context, FlagClient, Flags
from isoflag.aws_http import BadRequestError, Cors, Form, Request, Response, config_response
from lambda_events import SCHEDULES, HttpEvent, http_event
from scripted import ScriptedSource


@pytest.fixture
def flags() -> Flags:
    return page_flags()


def respond(flags: Any, event: Mapping[str, Any] | None = None, **options: Any) -> Response:
    """Returns the response to an event, by default for Mia."""
    return config_response(event or http_event(), flags, **{"context": MIA, **options})


# --- the forms ---


def test_the_plain_form_names_the_flags_of_the_page(flags: Flags, event: HttpEvent) -> None:
    keys = {"isFeatureXEnabled": "feature-x"}
    answers = [
        config_response(event(), flags, context=who, form="plain", keys=keys)
        for who in (MIA, JONAS)
    ]
    assert [answer["statusCode"] for answer in answers] == [200, 200]
    assert [body_of(answer) for answer in answers] == [
        {"isFeatureXEnabled": True},
        {"isFeatureXEnabled": False},
    ]


def test_the_plain_form_accepts_a_list_and_defaults(flags: Flags) -> None:
    response = respond(
        flags,
        form="plain",
        keys=["a", "gone", "lost"],
        defaults={"gone": "classic"},
    )
    assert body_of(response) == {"a": 1, "gone": "classic", "lost": False}


def test_the_bootstrap_form_has_only_flags_that_browsers_may_see(
    flags: Flags, event: HttpEvent
) -> None:
    response = respond(flags, event())
    assert body_of(response) == flags.all_flags_state(MIA, client_side_only=True)
    assert "a" not in body_of(response)
    everything = respond(flags, event(), client_side_only=False)
    assert body_of(everything) == flags.all_flags_state(MIA)


@pytest.mark.parametrize("context", shop_contexts()[:7], ids=lambda context: context.get("key", ""))
def test_the_bootstrap_form_of_the_shop(context: Mapping[str, Any]) -> None:
    shop = Flags.from_json(shop_text())
    response = respond(shop, context=context)
    assert body_of(response) == shop.all_flags_state(context, client_side_only=True)


def test_the_document_form_has_what_the_page_of_this_visitor_needs(
    flags: Flags, event: HttpEvent
) -> None:
    for context in (MIA, JONAS, {"kind": "multi", "user": {"key": "x", "country": "DE"}}):
        response = respond(flags, event(), context=context, form="document")
        projected = Flags.from_json(response["body"])
        assert projected.keys() == ["button", "feature-x"]
        assert "DE" not in response["body"]
        assert projected.all_flags_state(context) == flags.all_flags_state(
            context, client_side_only=True
        )
        assert projected.parent_digest == response["headers"]["Isoflag-Document"] == flags.digest


def test_the_document_form_leaves_private_flags_out_and_decides_absent_kinds() -> None:
    def load(kind: str) -> Flags:
        rule = {"clauses": [clause("plan", "in", "pro", contextKind=kind)], "variation": 1}
        return Flags.from_dict(
            {"flags": {"a": flag("a", 1, 2, rules=[rule], clientSideAvailability=VISIBLE)}}
        )

    cases: list[tuple[dict[str, Any], bool, bool]] = [
        ({}, True, False),
        ({"private": ["org.plan"]}, False, True),
        ({"private": ["org.plan"], "absent_kinds": ["org"]}, True, True),
    ]
    for options, has_flag, is_decided in cases:
        body = respond(load("org"), form="document", **options)["body"]
        assert ("a" in Flags.from_json(body), "pro" not in body) == (has_flag, is_decided)


def test_the_document_form_has_no_gate_and_no_hidden_flags(flags: Flags) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"gate": "feature-x"}, "the form `document` does not support `gate`"),
        ({"client_side_only": False}, "only flags that browsers may see"),
    ]
    for options, message in cases:
        with pytest.raises(ValueError, match=message):
            respond(flags, form="document", **options)
    client = Client(flags)
    with pytest.raises(ValueError, match="pass a `FlagClient`"):
        respond(client, form="document")


def test_the_document_form_works_with_a_flag_client(flags: Flags) -> None:
    client = FlagClient(ScriptedSource(flags.to_json().encode()), ttl=60)
    response = respond(client, form="document")
    assert Flags.from_json(response["body"]).parent_digest == flags.digest


# --- entity tags ---


def tag(flags: Flags, context: Any = MIA, **options: Any) -> str:
    return respond(flags, context=context, **options)["headers"]["ETag"]


def test_the_tag_is_strong_and_reproducible(flags: Flags) -> None:
    assert tag(flags) == tag(flags)
    assert tag(flags)[0] == tag(flags)[-1] == '"'
    assert tag(flags, Context.from_dict(MIA)) == tag(flags)


def test_the_tag_depends_on_every_input(flags: Flags) -> None:
    newer = flags.apply({"flags": {"z": flag("z", 1)}})
    plain: dict[str, Any] = {"form": "plain"}
    tags = [
        tag(flags),
        tag(newer),
        tag(flags, JONAS),
        tag(flags, {**MIA, "country": "AT"}),
        tag(flags, client_side_only=False),
        tag(flags, **plain, keys=["a"]),
        tag(flags, **plain, keys={"b": "a"}),
        tag(flags, **plain, keys=["b"]),
        tag(flags, **plain, keys=["a", "b"]),
        tag(flags, **plain, keys=["b", "a"]),
        tag(flags, **plain, keys=["a"], defaults={"a": 5}),
        tag(flags, form="document"),
        tag(flags, form="document", private=["user.key"]),
        tag(flags, form="document", absent_kinds=["org"]),
    ]
    assert len(set(tags)) == len(tags)


def test_a_star_matches_every_answer_to_a_get_and_excludes_a_post(
    flags: Flags, event: HttpEvent
) -> None:
    for method, status in {"GET": 304, "HEAD": 304, "POST": 412}.items():
        for tags in ("*", " * ", '"1", *', "*, *"):
            request = event(method, headers={"If-None-Match": tags})
            assert config_response(request, flags, context=MIA)["statusCode"] == status
        request = event(method, headers={"If-None-Match": "W/*"})
        assert config_response(request, flags, context=MIA)["statusCode"] == 200


def test_parts_of_a_context_that_json_cannot_represent_are_absent(flags: Flags) -> None:
    context = {**MIA, "since": datetime(2026, 1, 2), "n": Decimal(1)}  # noqa: DTZ001
    assert config_response(http_event(), flags, context=context)["statusCode"] == 200


def test_the_response_names_the_document(flags: Flags) -> None:
    headers = respond(flags)["headers"]
    assert headers["Isoflag-Document"] == flags.digest
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Vary"] == "Authorization, Cookie"


@pytest.mark.parametrize("form", ["bootstrap", "document", "plain", "ofrep"])
@pytest.mark.parametrize("header", ["{}", "W/{}", '"other", {}', '"other",W/{} , "x"'])
def test_a_matching_tag_gets_304(flags: Flags, event: HttpEvent, form: Form, header: str) -> None:
    def ask(**headers: str) -> Mapping[str, Any]:
        return config_response(
            ofrep({"targetingKey": "mia"}, event, headers=headers),
            flags,
            context=None if form == "ofrep" else MIA,
            form=form,
            keys=["a"],
        )

    full = ask()
    again = ask(**{"If-None-Match": header.format(full["headers"]["ETag"])})
    assert (full["statusCode"], again["statusCode"]) == (200, 304)
    assert again["body"] == ""
    assert "Content-Type" not in again["headers"]
    for name in ("ETag", "Isoflag-Document", "Cache-Control", "Vary"):
        assert again["headers"][name] == full["headers"][name]


@pytest.mark.parametrize("header", ['"other"', "", "no tag", "{}x", '"{}"', "w/{}"])
def test_another_tag_gets_200(flags: Flags, header: str) -> None:
    request = http_event(headers={"If-None-Match": header.format(tag(flags))})
    assert respond(flags, request)["statusCode"] == 200


# --- the context ---


def test_a_function_returns_the_context_of_a_request(flags: Flags, event: HttpEvent) -> None:
    def who(request: Request) -> dict[str, Any]:
        return {"kind": "user", "key": request.query["key"], **request.json()}

    request = event("POST", query={"key": "mia"}, body='{"country": "DE"}')
    response = config_response(
        request, flags, context=who, form="plain", keys={"isFeatureXEnabled": "feature-x"}
    )
    assert body_of(response) == {"isFeatureXEnabled": True}


@pytest.mark.parametrize(
    "broken",
    [
        {"body": "{"},
        {"body": "!", "isBase64Encoded": True},
        {"body": ""},
        {},
    ],
)
def test_a_malformed_body_is_400(flags: Flags, event: HttpEvent, broken: Mapping[str, Any]) -> None:
    response = config_response(
        {**event("POST"), **broken}, flags, context=lambda request: dict(request.json())
    )
    assert response["statusCode"] == 400
    assert body_of(response)["error"]
    assert response["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "context", [{}, {"kind": "user", "key": ""}, {"kind": "multi"}, {"kind": "user", "key": 5}]
)
def test_an_invalid_context_is_400(flags: Flags, context: dict[str, Any]) -> None:
    response = respond(flags, context=context)
    assert response["statusCode"] == 400
    assert "ETag" not in response["headers"]


def test_a_function_may_reject_a_request(flags: Flags) -> None:
    def who(_: Request) -> dict[str, Any]:
        raise BadRequestError("sign in first")

    response = respond(flags, context=who)
    assert (response["statusCode"], body_of(response)) == (400, {"error": "sign in first"})


# --- other responses ---


def test_a_client_and_its_flags_have_the_same_response(flags: Flags) -> None:
    request = http_event()
    assert respond(Client(flags), request) == config_response(request, flags, context=MIA)


def test_without_flags_the_response_is_503(event: HttpEvent) -> None:
    response = respond(Client(None), event(), retry_after=9)
    assert response["statusCode"] == 503
    assert response["headers"]["Retry-After"] == "9"
    assert response["headers"]["Cache-Control"] == "no-store"
    assert body_of(response)["error"]


@pytest.mark.parametrize(
    ("form", "method", "status"),
    [
        ("bootstrap", "GET", 200),
        ("bootstrap", "POST", 200),
        ("bootstrap", "HEAD", 200),
        ("bootstrap", "DELETE", 405),
        ("bootstrap", "OPTIONS", 405),
        ("ofrep", "GET", 405),
        ("plain", "PUT", 405),
    ],
)
def test_the_methods_of_a_form(
    flags: Flags, event: HttpEvent, form: Form, method: str, status: int
) -> None:
    response = respond(flags, event(method), form=form)
    assert response["statusCode"] == status
    assert ("Allow" in response["headers"]) is (status == 405)
    assert (response["body"] == "") is (method == "HEAD")


@pytest.mark.parametrize(
    ("status", "options"),
    [(400, {"context": {}}), (405, {"form": "ofrep"}), (503, {"flags": Client(None)})],
)
def test_the_response_to_head_is_that_to_get_without_its_body(
    flags: Flags, event: HttpEvent, status: int, options: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"flags": flags, "context": MIA, **options}
    get, head = (config_response(event(method), **given) for method in ("GET", "HEAD"))
    assert (get["statusCode"], head["statusCode"]) == (status, status)
    assert get["body"] != "" == head["body"]


@pytest.mark.parametrize("event", SCHEDULES.values())
def test_another_event_is_an_error(flags: Flags, event: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="HTTP"):
        config_response(event, flags, context=MIA)


@pytest.mark.parametrize("form", ["plan", "", None, []])
def test_another_form_is_an_error(flags: Flags, form: Any) -> None:
    with pytest.raises(ValueError, match="expected one of bootstrap, document, ofrep, plain"):
        respond(flags, form=form)


def test_a_missing_context_is_an_error(flags: Flags) -> None:
    with pytest.raises(ValueError, match="`context`"):
        config_response(http_event(), flags)


# --- pages of other origins ---


def from_origin(flags: Flags, origin: str, event: HttpEvent, origins: Any) -> Mapping[str, Any]:
    request = event(headers={"Origin": origin})
    return respond(flags, request, origins=origins)


def test_a_known_origin_may_read(flags: Flags, event: HttpEvent) -> None:
    response = from_origin(flags, SHOP, event, [SHOP, "http://localhost:5173"])
    assert cors_of(response) == {
        "allow-origin": SHOP,
        "expose-headers": "ETag, Isoflag-Document, Retry-After",
    }
    assert response["headers"]["Vary"] == "Authorization, Cookie, Origin"


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example.evil.example",
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://SHOP.example",
        "null",
        "*",
        "",
    ],
)
def test_an_unknown_origin_gets_no_headers(flags: Flags, event: HttpEvent, origin: str) -> None:
    response = from_origin(flags, origin, event, [SHOP])
    assert response["statusCode"] == 200
    assert cors_of(response) == {}
    assert response["headers"]["Vary"] == "Authorization, Cookie, Origin"
    preflight = respond(flags, event("OPTIONS", headers={"Origin": origin}), origins=[SHOP])
    assert preflight["statusCode"] == 204
    assert cors_of(preflight) == {}


def test_without_origins_there_are_no_headers(flags: Flags, event: HttpEvent) -> None:
    assert cors_of(from_origin(flags, SHOP, event, ())) == {}


def test_a_preflight_needs_neither_flags_nor_context(event: HttpEvent) -> None:
    def who(_: Request) -> dict[str, Any]:
        pytest.fail("called")

    request = event(
        "OPTIONS",
        headers={
            "Origin": SHOP,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match",
        },
    )
    response = config_response(request, Client(None), context=who, origins=[SHOP])
    assert (response["statusCode"], response["body"]) == (204, "")
    assert cors_of(response) == {
        "allow-origin": SHOP,
        "allow-methods": "GET, HEAD, POST",
        "allow-headers": "Authorization, Content-Type, If-None-Match, Isoflag-Answers, "
        "Isoflag-Document, X-API-Key",
        "max-age": "600",
    }
    assert response["headers"]["Vary"] == (
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    )


def test_credentials_and_more_headers_are_allowed_by_name(flags: Flags) -> None:
    cors = Cors([SHOP], credentials=True, headers=["X-Tenant"], max_age=5)
    response = from_origin(flags, SHOP, http_event, cors)
    assert cors_of(response)["allow-credentials"] == "true"
    preflight = respond(flags, http_event("OPTIONS", headers={"Origin": SHOP}), origins=cors)
    assert cors_of(preflight)["allow-headers"].endswith(", X-Tenant")
    assert cors_of(preflight)["allow-credentials"] == "true"
    assert cors_of(preflight)["max-age"] == "5"


@pytest.mark.parametrize("status", [304, 400, 405, 503])
def test_an_allowed_origin_may_read_failures(flags: Flags, status: int) -> None:
    headers = {"Origin": SHOP, **({"If-None-Match": tag(flags)} if status == 304 else {})}
    response = config_response(
        http_event("DELETE" if status == 405 else "GET", headers=headers),
        Client(None) if status == 503 else flags,
        context={} if status == 400 else MIA,
        origins=[SHOP],
    )
    assert response["statusCode"] == status
    assert cors_of(response)["allow-origin"] == SHOP


def test_the_origin_star_excludes_credentials(flags: Flags) -> None:
    response = from_origin(flags, SHOP, http_event, ["*"])
    assert cors_of(response)["allow-origin"] == "*"
    assert "allow-credentials" not in cors_of(response)
    with pytest.raises(ValueError, match="credentials"):
        Cors(["*", SHOP], credentials=True)


@pytest.mark.parametrize(
    "origin",
    [
        "shop.example",
        "https://shop.example/",
        "https://Shop.example",
        "null",
        "",
        "file://x",
        "*.a",
        "https://",
        "https://*.shop.example",
        "https://user@shop.example",
        "https://sh op",
        "https://shop.example:",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://shop.example:065535",
        "https://shop.example:65536",
        "https://shop.example\n",
        "https://shöp.example",
        "capacitor://",
        "capacitor://localhost/",
        "Capacitor://localhost",
        "blob:https://shop.example",
        "data://x",
        5,
    ],
)
def test_an_invalid_origin_is_rejected(origin: Any) -> None:
    with pytest.raises(ValueError, match="origin"):
        Cors([origin])


def test_an_origin_may_have_a_port_or_be_an_address() -> None:
    Cors(["https://xn--shp-sna.example:8443", "http://127.0.0.1:5173", "http://[::1]:5173"])


@pytest.mark.parametrize(
    "origin",
    [
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://shop:8080",
        "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
        "moz-extension://3c6b3f5e-8c65-4b4f-9a5b-0f6c5b0d5b53",
        "safari-web-extension://3C6B3F5E-8C65-4B4F-9A5B-0F6C5B0D5B53",
    ],
)
def test_an_origin_may_be_of_an_app_or_an_extension(flags: Flags, origin: str) -> None:
    response = from_origin(flags, origin, http_event, [origin])
    assert response["headers"]["Access-Control-Allow-Origin"] == origin


def test_a_str_in_place_of_a_list_is_a_type_error(flags: Flags) -> None:
    for name in ("keys", "private", "absent_kinds", "vary", "origins"):
        options: dict[str, Any] = {name: "email"}
        with pytest.raises(TypeError, match=f"invalid `{name}` `email`: expected a list"):
            respond(flags, **options)
    with pytest.raises(TypeError, match="invalid `headers`"):
        Cors([SHOP], headers="email")
