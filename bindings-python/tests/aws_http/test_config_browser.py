"""A page of another origin in Chromium: which parts of a response it may read."""

import json
import os
import queue
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from documents import flag, load
from isoflag.aws_http import Cors, config_response, requires_flag
from lambda_events import http_event
from local_server import Request, Response, serve
from pages import TOP

FLAGS = load(flag("feature-x", True), flag("off", False))
MIA = {"kind": "user", "key": "mia"}
FIND_CHROMIUM = TOP / ".ci" / "chromium.mjs"
# Far longer than needed: only a hang reaches it.
PATIENCE = 120

PAGE = """<!doctype html><meta charset="utf-8"><title>shop</title><script type="module">
const attempt = async (step) => {
  try { return await step(); } catch (error) { return { error: error.name }; }
};
const read = async (response) => ({
  status: response.status,
  etag: response.headers.get("ETag"),
  document: response.headers.get("Isoflag-Document"),
  retryAfter: response.headers.get("Retry-After"),
  hidden: response.headers.get("Vary"),
  body: await response.text(),
});
const api = "__API__";
const first = await attempt(async () => read(await fetch(`${api}/config`)));
const results = {
  first,
  again: await attempt(async () =>
    read(await fetch(`${api}/config`, { headers: { "If-None-Match": first.etag ?? "" } }))),
  stale: await attempt(async () =>
    read(await fetch(`${api}/config`, { headers: { "If-None-Match": '"old"' } }))),
  ofrep: await attempt(async () =>
    read(await fetch(`${api}/ofrep/v1/evaluate/flags`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ context: { targetingKey: "mia" } }),
    }))),
  submit: await attempt(async () =>
    read(await fetch(`${api}/submit`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: "{}",
    }))),
  cookies: await attempt(async () =>
    read(await fetch(`${api}/config`, { credentials: "include" }))),
  header: await attempt(async () =>
    read(await fetch(`${api}/config`, { headers: { "X-Unheard-Of": "1" } }))),
};
await fetch("/results", { method: "POST", body: JSON.stringify(results) });
</script>"""


def chromium() -> str:
    found = subprocess.run(  # noqa: S603
        [shutil.which("node") or "node", FIND_CHROMIUM], capture_output=True, text=True, check=False
    )
    if found.returncode:
        if os.environ.get("CI"):
            pytest.fail(found.stderr)
        pytest.skip(found.stderr.strip().removeprefix("SKIPPED: "))
    return found.stdout.strip()


@contextmanager
def page_server(results: "queue.Queue[bytes]", api: Callable[[], str]) -> Iterator[str]:
    """Serves the page on its own origin, and receives its results."""

    def respond(request: Request) -> Response:
        if request.target == "/results":
            results.put(request.body)
            return 204, {}, b""
        html = {"Content-Type": "text/html; charset=utf-8"}
        return 200, html, PAGE.replace("__API__", api()).encode()

    with serve(respond) as address:
        yield address


def backend(origins: Callable[[], Cors], seen: list[Request]) -> Callable[[Request], Response]:
    def handler(event: Mapping[str, Any], _: object) -> Any:
        path = event["rawPath"]
        if path == "/submit":
            return requires_flag("off", FLAGS, origins=origins())(lambda *_: pytest.fail("ran"))(
                event
            )
        if path.startswith("/ofrep/"):
            return config_response(
                event, FLAGS, form="ofrep", client_side_only=False, origins=origins()
            )
        keys = {"isFeatureXEnabled": "feature-x"}
        return config_response(
            event, FLAGS, context=MIA, form="plain", keys=keys, origins=origins()
        )

    def respond(request: Request) -> Response:
        seen.append(request)
        body = request.body.decode() or None
        event = http_event(request.method, request.target, headers=request.headers, body=body)
        response = handler(event, None)
        return response["statusCode"], response["headers"], response["body"].encode()

    return respond


def visit(allow: Callable[[str], Cors]) -> tuple[dict[str, Any], list[Request]]:
    """Opens the page in Chromium; returns its results, and the requests to the other origin.

    `allow` returns the policy of the other origin for the page's origin.
    """
    program = chromium()
    results: queue.Queue[bytes] = queue.Queue()
    seen: list[Request] = []
    addresses: dict[str, str] = {}
    with ExitStack() as stack:
        page = stack.enter_context(page_server(results, lambda: addresses["api"]))
        addresses["api"] = stack.enter_context(serve(backend(lambda: allow(page), seen)))
        profile = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="isoflag-chromium-", ignore_cleanup_errors=True)
        )
        arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={profile}",
            # It runs until the page has reported.
            "--remote-debugging-port=0",
            f"{page}/",
        ]
        browser = subprocess.Popen(  # noqa: S603
            [program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            found: dict[str, Any] = json.loads(results.get(timeout=PATIENCE))
        finally:
            browser.terminate()
            browser.wait()
    return found, seen


def test_a_page_of_an_allowed_origin_reads_tag_and_document_and_gets_304() -> None:
    found, seen = visit(lambda page: Cors([page]))
    first = found["first"]
    assert (first["status"], first["body"]) == (200, '{"isFeatureXEnabled":true}')
    assert first["document"] == FLAGS.digest
    assert first["etag"].startswith('"')
    assert first["hidden"] is None
    again = found["again"]
    assert (again["status"], again["body"], again["etag"]) == (304, "", first["etag"])
    assert again["document"] == FLAGS.digest
    assert (found["stale"]["status"], found["stale"]["body"]) == (200, first["body"])
    assert found["ofrep"]["status"] == 200
    assert found["ofrep"]["etag"]
    assert (found["submit"]["status"], found["submit"]["retryAfter"]) == (503, "60")
    # Neither cookies nor a header that is not allowed.
    assert found["cookies"] == {"error": "TypeError"}
    assert found["header"] == {"error": "TypeError"}
    preflights = [request for request in seen if request.method == "OPTIONS"]
    assert preflights
    assert all(each.headers["origin"].startswith("http://127.0.0.1:") for each in preflights)


def test_a_page_of_another_origin_reads_nothing() -> None:
    found, _ = visit(lambda page: Cors([page + "0"]))
    assert all(step == {"error": "TypeError"} for step in found.values())
    assert len(found) == 7


def test_a_page_may_send_cookies_if_credentials_are_allowed() -> None:
    found, _ = visit(lambda page: Cors([page], credentials=True, headers=["X-Unheard-Of"]))
    assert found["cookies"]["status"] == 200
    assert found["header"]["status"] == 200
