"""A program that uses the package as callers do, for type checkers.

mypy checks it with the other tests, pyright in `test_types.py`. Both report comments that
ignore nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from isoflag import (
    AsyncFlagClient,
    BoundFlags,
    Context,
    EvaluationDetail,
    Flags,
)
from isoflag.activity import Activity
from isoflag.aws_http import Guard, Request, Response, config_response, requires_flag
from isoflag.client import BoundFlagClient, EvaluationEvent, FlagClient
from isoflag.pins import Pins
from isoflag.source import (
    UNCHANGED,
    AppConfigAgentSource,
    AppConfigDataSource,
    ChainedSource,
    DynamoDbSource,
    Fetched,
    FileSource,
    HttpSource,
    S3Source,
    Source,
    Unchanged,
)
from isoflag.store import DynamoDbFeatureStore

if TYPE_CHECKING:
    from mypy_boto3_appconfigdata import AppConfigDataClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class Own:
    """A source of the caller."""

    is_current = True

    def fetch(self, previous: Fetched | None) -> Fetched | bytes | Unchanged:
        return b"{}" if previous is None else UNCHANGED


class Without:
    """Not a source."""


def sources(
    appconfig: "AppConfigDataClient", dynamodb: "DynamoDBClient", s3: "S3Client"
) -> list[Source]:
    DynamoDbFeatureStore("flags", client=dynamodb)
    DynamoDbSource("flags", client=s3)  # type: ignore[arg-type]
    S3Source("bucket", "key", client=dynamodb)  # type: ignore[arg-type]
    AppConfigDataSource("app", "prod", "flags", client=s3)  # type: ignore[arg-type]
    return [
        AppConfigAgentSource("app", "prod", "flags"),
        AppConfigDataSource("app", "prod", "flags", client=appconfig),
        DynamoDbSource("flags", prefix="shop", client=dynamodb),
        S3Source("bucket", "flags.json", client=s3),
        ChainedSource(HttpSource("https://shop.example"), FileSource("flags.json"), Own()),
    ]


def observe(event: EvaluationEvent) -> None:
    key: str = event.flag
    print(key, event.digest)  # noqa: T201


def clients(source: Source) -> FlagClient:
    FlagClient("flags.json")  # type: ignore[arg-type]
    FlagClient(Without())  # type: ignore[arg-type]
    FlagClient(Own(), ttl="60")  # type: ignore[arg-type]
    FlagClient(Own(), system="production")
    FlagClient(Own(), system="staging")  # type: ignore[arg-type]
    AsyncFlagClient("flags.json")  # type: ignore[arg-type]
    AsyncFlagClient(Own(), tll=60)  # type: ignore[call-arg]
    return FlagClient(
        source,
        ttl=30,
        activity=Activity(),
        pins=Pins(),
        on_evaluation=observe,
        initial=Flags.from_json("{}"),
        timezone="Europe/Berlin",
    )


def evaluate(flags: Flags | FlagClient, user: Context | Mapping[str, Any]) -> None:
    shown: bool = flags.bool_variation("shown", user, default=False)
    unknown: bool | None = flags.bool_variation("shown", user, None)
    limit: int = flags.int_variation("limit", user, 5)
    rate: float = flags.float_variation("rate", user, 0.5)
    colour: str = flags.str_variation("colour", user, "blue")
    wrong: str = flags.bool_variation("shown", user, default=False)  # type: ignore[assignment, arg-type]
    detail: EvaluationDetail[bool] = flags.bool_variation_detail("shown", user, default=False)
    index: int | None = detail.variation_index
    bound: BoundFlags | BoundFlagClient = flags.bind(user)
    flags.bool_variation(5, user, default=False)  # type: ignore[arg-type]
    flags.bind("ada")  # type: ignore[arg-type]
    print(shown, unknown, limit, rate, colour, wrong, index, bound.variation("x", None))  # noqa: T201


async def await_answers(client: AsyncFlagClient) -> str:
    client.listen(on_change=lambda before, after: print(before, after.digest))  # noqa: T201
    client.listen(on_chnage=print)  # type: ignore[call-arg]
    shown: bool = await client.bool_variation("shown", {"key": "ada"}, default=False)
    bound: BoundFlagClient = await client.bind({"key": "ada"})
    return f"{shown} {bound.digest}"


def visitor(request: Request) -> dict[str, Any]:
    return {"kind": "user", "key": request.query["user"], "spent": Decimal("9.90")}


@requires_flag("new-orders", Flags.from_json("{}"), context=visitor)
def submit(event: Mapping[str, Any], _: object) -> Response:
    return config_response(event, FlagClient(Own()), context=visitor, form="plain", keys=["a"])


def handle(event: dict[str, Any], guard: Guard) -> Response | None:
    response: Response = submit(event, None)
    config_response(event, Flags.from_json("{}"), form="plane")  # type: ignore[arg-type]
    return response if response["statusCode"] else guard.check(event, "new-orders")
