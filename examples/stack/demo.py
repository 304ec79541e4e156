"""Shows the data flow of a change from LaunchDarkly to a Lambda function: webhook, table, response.

Run it with `make demo-pipeline`. Everything happens in this process: moto stands in for DynamoDB and Secrets Manager,
a server on the loopback address for LaunchDarkly, and the functions of the stack are called with the events that AWS
would send. The exit code is 1 if any response differs from an evaluation of the document itself.
"""

from __future__ import annotations

import copy
import importlib
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
from isoflag import Flags
from isoflag.sync import SIGNATURE_HEADER, sign
from moto import mock_aws

STACK = Path(__file__).resolve().parent
DOCUMENT = STACK.parent / "shop" / "flags.json"
TABLE, SDK_KEY, SECRET = "launchdarkly-live", "sdk-demo", "the webhook's secret"
VISITOR = {"kind": "user", "key": "mia", "country": "DE"}
FLAG, NAME = "express-delivery", "isExpressDeliveryEnabled"
COLOURS = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


@dataclass
class LaunchDarkly:
    """A stand-in for LaunchDarkly: the document of the environment, and its endpoint."""

    document: dict[str, Any]
    address: str = ""

    def switch(self, key: str, *, on: bool) -> None:
        """Turns a flag on or off, as in LaunchDarkly's dashboard."""
        flag = self.document["flags"][key]
        flag["on"] = on
        flag["version"] += 1
        self.document["meta"]["version"] += 1

    def remove(self, key: str) -> None:
        """Deletes a flag."""
        del self.document["flags"][key]
        self.document["meta"]["version"] += 1


@contextmanager
def served(vendor: LaunchDarkly) -> Iterator[None]:
    """Serves the document on a free loopback port to clients that present the SDK key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("Authorization") == SDK_KEY
            body = json.dumps(vendor.document).encode() if known else b"<html>Unauthorized</html>"
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Suppresses the server's log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        vendor.address = f"http://127.0.0.1:{server.server_port}/sdk/latest-all"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def url_event(method: str, path: str, headers: Mapping[str, str], body: str = "") -> dict[str, Any]:
    """Returns the function URL event of a request."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": f"visitor={VISITOR['key']}&country={VISITOR['country']}",
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body,
        "isBase64Encoded": False,
    }


def webhook(secret: str = SECRET) -> dict[str, Any]:
    """Returns LaunchDarkly's signed webhook request after a change."""
    body = json.dumps({"kind": "flag", "titleVerb": "changed"})
    return url_event("POST", "/webhook", {SIGNATURE_HEADER: sign(body.encode(), secret)}, body)


class Report:
    """Prints the steps, and counts unexpected results."""

    def __init__(self) -> None:
        self.wrong = 0

    def step(self, text: str) -> None:
        """Prints the heading of a step."""
        print(f"\n\033[1m{text}\033[0m" if COLOURS else f"\n{text}")

    def result(self, text: str, ok: bool = True) -> None:
        """Prints a result, and whether it is as expected."""
        print(f"  {'ok   ' if ok else 'WRONG'} {text}")
        self.wrong += not ok


def main() -> int:
    """Runs the demo; returns the exit code."""
    report = Report()
    # The demo prints everything itself.
    logging.disable()
    # moto requires credentials but does not verify them.
    os.environ.update(AWS_ACCESS_KEY_ID="demo", AWS_SECRET_ACCESS_KEY="demo", AWS_DEFAULT_REGION="eu-central-1")
    vendor = LaunchDarkly(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    # The courier drives at any time today.
    vendor.document["flags"][FLAG].update(rules=[], fallthrough={"variation": 1})
    with mock_aws(), served(vendor):
        dynamodb = boto3.client("dynamodb")
        names = {"namespace": "HASH", "key": "RANGE"}
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in names.items()],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            BillingMode="PAY_PER_REQUEST",
        )
        secret = {"sdkKey": SDK_KEY, "webhookSecret": SECRET}
        boto3.client("secretsmanager").create_secret(Name="launchdarkly", SecretString=json.dumps(secret))
        os.environ.update(
            FLAGS_TABLE=TABLE, FLAGS_URL=vendor.address, SECRET="launchdarkly", SPA_ORIGIN="https://x.example"
        )
        sys.path.insert(0, str(STACK / "functions"))
        run_steps(report, vendor, dynamodb)
    print()
    print("Every response matched the document." if not report.wrong else f"{report.wrong} results are wrong.")
    return 1 if report.wrong else 0


def run_steps(report: Report, vendor: LaunchDarkly, dynamodb: Any) -> None:
    """Runs the steps of the demo."""
    # They read their environment when Lambda imports them.
    launchdarkly_sync = importlib.import_module("launchdarkly_sync")
    storefront = importlib.import_module("storefront")

    def run(event: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        response = launchdarkly_sync.handler(event, None)
        return response["statusCode"], json.loads(response["body"])

    def config(etag: str = "") -> Any:
        # Otherwise the function reads the table every fifteen seconds.
        storefront.FLAGS.refresh(force=True)
        event = url_event("GET", "/config", {"If-None-Match": etag} if etag else {})
        return storefront.handler(event, None)

    def look(expected: Flags) -> str:
        """Requests /config and the guarded endpoint, and compares both with the document."""
        response = config()
        value = expected.bool_variation(FLAG, VISITOR, default=False)
        same = response["headers"].get("Isoflag-Document") == expected.digest
        report.result(
            f"GET  /config  → {response['statusCode']} {response['body']}",
            json.loads(response["body"])[NAME] is value,
        )
        status = storefront.handler(url_event("POST", "/express", {}), None)["statusCode"]
        report.result(f"POST /express → {status}", status == (201 if value else 503))
        report.result(f"both used {expected.digest[:19]}…, the document of LaunchDarkly", same)
        return str(response["headers"].get("ETag", ""))

    def items() -> int:
        return int(dynamodb.scan(TableName=TABLE)["Count"])

    report.step("1. The table is empty: no flags have loaded yet")
    report.result(f"GET  /config  → {config()['statusCode']}, retry later", config()["statusCode"] == 503)

    report.step("2. The schedule fills it")
    status, body = run({"source": "aws.events", "detail-type": "Scheduled Event"})
    report.result(f"EventBridge   → {status}, {body['written']} writes, {items()} items", status == 200)
    etag = look(Flags.from_dict(vendor.document))
    status = config(etag)["statusCode"]
    report.result(f"GET  /config with that ETag → {status}", status == 304)

    report.step(f"3. `{FLAG}` is switched off; a forged webhook arrives first")
    vendor.switch(FLAG, on=False)
    status, body = run(webhook("a guessed secret"))
    report.result(f"POST /webhook → {status}: {body['error']}", status == 401)
    status, body = run(webhook())
    report.result(f"POST /webhook → {status}, {body['written']} writes: the flag, and `meta`", body["written"] == 2)
    look(Flags.from_dict(vendor.document))
    status = config(etag)["statusCode"]
    report.result(f"GET  /config with the old ETag → {status}", status == 200)

    report.step("4. The webhook arrives again, and nothing is written")
    status, body = run(webhook())
    report.result(f"POST /webhook → {status}, {body['written']} writes", body["written"] == 0)

    report.step("5. A flag is deleted: a tombstone is written, and the digest is still LaunchDarkly's")
    earlier = copy.deepcopy(vendor.document)
    vendor.remove("wishlist-v1")
    status, body = run(webhook())
    report.result(f"POST /webhook → {status}, {body['written']} writes", body["written"] == 2)
    look(Flags.from_dict(vendor.document))

    report.step("6. LaunchDarkly restores the earlier document: it is written, with its lower version")
    vendor.document = earlier
    status, body = run(webhook())
    report.result(f"POST /webhook → {status}, {body['written']} writes", body["written"] == 2)
    look(Flags.from_dict(earlier))

    report.step("7. The table is deleted: the last good document is still used")
    dynamodb.delete_table(TableName=TABLE)
    look(Flags.from_dict(earlier))
    report.result(
        f"the status of the client has the error: {storefront.FLAGS.status.error}", storefront.FLAGS.status.stale
    )


if __name__ == "__main__":
    sys.exit(main())
