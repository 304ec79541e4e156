"""Fetches the document of one account, in a role if the account names one."""

import os
from importlib import import_module
from typing import Any, Final

from isoflag import Flags
from isoflag._text import decompressed
from isoflag.source import (
    AppConfigAgentSource,
    AppConfigDataSource,
    DynamoDbSource,
    Fetched,
    FileSource,
    HttpSource,
    S3Source,
    Source,
    SourceContentError,
    SourceNotFoundError,
    SourceSetupError,
    SourceTimeoutError,
    Unchanged,
)
from isoflag.source.aws import UNREACHABLE, AwsClient, named
from isoflag.source.deadline import AbandonedError, BoundedCalls, BoundedSource

from .accounts import Account

__all__ = ["fetch_document"]

_SERVICES: Final = {
    "s3": "s3",
    "dynamodb": "dynamodb",
    "appconfig": "appconfigdata",
    "appconfig_hosted": "appconfig",
}


def fetch_document(account: Account) -> tuple[bytes, Flags]:
    """Returns the text of the document, and the document.

    A feature-flag profile of AppConfig is converted to a document. Raises ``SourceError`` if it
    cannot be fetched, and ``DocumentError`` if it is not a document.
    """
    source = _source(account)
    fetched = source.fetch(None)
    if isinstance(fetched, Unchanged):
        raise SourceContentError("the source returned no document", where=account.address)
    raw = fetched.document if isinstance(fetched, Fetched) else fetched
    try:
        text = decompressed(raw)
    except ValueError as error:
        raise SourceContentError(f"cannot read it: {error}", where=account.address) from error
    if not account.origin.startswith("appconfig"):
        return text, Flags.from_json(text)
    flags = Flags._from_configuration(text)  # noqa: SLF001 (our own)
    return flags.to_json().encode(), flags


def _source(account: Account) -> Source:
    if account.origin in _SERVICES:
        return _aws_source(account, _client(account))
    options, seconds, address = account.options, account.timeout, account.address
    match account.origin:
        case "file":
            return FileSource(address, timeout=seconds)
        case "appconfig_agent":
            host, port = options.get("host", "localhost"), options.get("port")
            names = address.split("/")
            return AppConfigAgentSource(*names, host=host, port=port, timeout=seconds)
        case _:
            return HttpSource(address, headers=_headers(account), timeout=seconds)


def _aws_source(account: Account, client: Any) -> Source:
    seconds, address = account.timeout, account.address
    match account.origin:
        case "s3":
            bucket, _, key = address.partition("/")
            return S3Source(bucket, key, client=client, timeout=seconds)
        case "dynamodb":
            prefix = account.options.get("prefix")
            return DynamoDbSource(address, prefix=prefix, client=client, timeout=seconds)
        case "appconfig":
            return AppConfigDataSource(*address.split("/"), client=client, timeout=seconds)
        case _:
            return _HostedSource(account, client)


def _headers(account: Account) -> dict[str, str]:
    variable = account.options.get("token_env")
    if variable is None:
        return {}
    token = os.environ.get(variable, "")
    if not token:
        raise SourceSetupError(
            f"the variable `{variable}` of `token_env` is not set", where=account.address
        )
    return {"Authorization": token}


def _client(account: Account) -> Any:
    """Returns a boto3 client; None if the source can create its own."""
    service = _SERVICES[account.origin]
    if not account.options.keys() & {"role", "region", "endpoint"}:
        return None
    try:
        return BoundedCalls().run(lambda _: _new_client(account, service), account.timeout)
    except AbandonedError as error:
        raise SourceTimeoutError(
            f"no credentials in time ({error}); {UNREACHABLE}", where=account.address
        ) from error


def _new_client(account: Account, service: str) -> Any:
    options = account.options
    where = options.get("role", account.address)
    try:
        boto3: Any = import_module("boto3")
        config: Any = import_module("botocore.config")
    except ImportError as error:
        raise SourceSetupError(
            "boto3 is not installed; run `pip install isoflag[aws]`", where=where
        ) from error
    seconds = account.timeout / 2
    endpoint = {
        "endpoint_url": options.get("endpoint"),
        "config": config.Config(
            connect_timeout=seconds,
            read_timeout=seconds,
            retries={"total_max_attempts": 2, "mode": "standard"},
        ),
    }
    region = options.get("region")
    try:
        session = boto3.session.Session(region_name=region)
        if "role" in options:
            external = {"ExternalId": options["external_id"]} if "external_id" in options else {}
            assumed = session.client("sts", **endpoint).assume_role(
                RoleArn=options["role"], RoleSessionName="isoflag-collect", **external
            )["Credentials"]
            session = boto3.session.Session(
                region_name=session.region_name,
                aws_access_key_id=assumed["AccessKeyId"],
                aws_secret_access_key=assumed["SecretAccessKey"],
                aws_session_token=assumed["SessionToken"],
            )
        return session.client(service, **endpoint)
    except Exception as error:
        raise named(error, where) from error


class _HostedSource(BoundedSource):
    """A version of a configuration that AppConfig hosts, whether it is deployed or not.

    The role needs ``appconfig:GetHostedConfigurationVersion``, and
    ``appconfig:ListHostedConfigurationVersions`` for the latest one.
    """

    def __init__(self, account: Account, client: Any) -> None:
        super().__init__(account.timeout, f"appconfig:{account.address}")
        application, _, profile = account.address.partition("/")
        self._names = {"ApplicationId": application, "ConfigurationProfileId": profile}
        self._version: int | None = account.options.get("version")
        seconds = account.timeout / 2
        self._client = AwsClient("appconfig", client, timeout=seconds, where=self._where)

    def fetch(self, previous: Fetched | None) -> Fetched:
        """Fetches the version, by default the latest."""
        del previous
        return self._bounded(lambda _: self._get(), UNREACHABLE)

    def _get(self) -> Fetched:
        client = self._client.get()
        try:
            version = self._version or self._latest(client)
            found = client.get_hosted_configuration_version(**self._names, VersionNumber=version)
            return Fetched(found["Content"].read(), version=str(version))
        except Exception as error:
            raise named(error, self._where) from error

    def _latest(self, client: Any) -> int:
        numbers: list[int] = []
        page: dict[str, Any] = {}
        while True:
            token = {"NextToken": page["NextToken"]} if page.get("NextToken") else {}
            page = client.list_hosted_configuration_versions(**self._names, **token)
            numbers += [int(item["VersionNumber"]) for item in page.get("Items", ())]
            if not page.get("NextToken"):
                break
        if not numbers:
            raise SourceNotFoundError(
                "the profile has no hosted version; create one", where=self._where
            )
        return max(numbers)
