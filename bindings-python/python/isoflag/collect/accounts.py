"""Reads the file that lists the documents to collect."""

import json
import re
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from isoflag._core import printable

__all__ = ["Account", "AccountsError", "read_accounts"]

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)

_AWS: Final = frozenset({"role", "external_id", "region", "endpoint"})
_ORIGINS: Final[Mapping[str, frozenset[str]]] = {
    "file": frozenset(),
    "url": frozenset({"token_env"}),
    "launchdarkly": frozenset({"token_env"}),
    "s3": _AWS,
    "dynamodb": _AWS | {"prefix"},
    "appconfig": _AWS,
    "appconfig_agent": frozenset({"host", "port"}),
    "appconfig_hosted": _AWS | {"version"},
}
"""The origins of documents, and the options of each."""

_COMMON: Final = frozenset({"timeout"})
_TIMEOUT: Final = 30.0


class AccountsError(ValueError):
    """The list of documents is invalid; the message has the place and a remedy."""

    def __init__(self, message: str) -> None:
        """Creates the error; the message may quote the file, so it is escaped."""
        super().__init__(printable(message))


class Account(NamedTuple):
    """A document to collect."""

    name: str
    """The name of its environment or account, and of its file without ``.json``."""

    origin: str
    """The kind of its origin, such as ``s3``."""

    address: str
    """Its place there, such as ``my-bucket/flags.json``."""

    options: Mapping[str, Any]
    """The other members, such as ``role``."""

    timeout: float = _TIMEOUT
    """Seconds for the whole fetch."""


def read_accounts(file: Path) -> list[Account]:
    """Reads a TOML or JSON file; raises ``AccountsError`` if it is invalid.

    Relative paths in it start from its folder.
    """
    members = _members(file)
    documents = members.get("documents")
    unknown = members.keys() - {"documents", "timeout"}
    if unknown:
        raise AccountsError(f"`{file}`: unknown member `{min(unknown)}`; remove it")
    if not isinstance(documents, dict) or not documents:
        raise AccountsError(f"`{file}`: no documents; write `[documents.prod]` and its origin")
    timeout = _seconds(members.get("timeout", _TIMEOUT), f"`{file}`: `timeout`")
    accounts = [_account(name, each, timeout, file) for name, each in documents.items()]
    seen: dict[str, str] = {}
    for account in accounts:
        # Some file systems do not distinguish case.
        other = seen.setdefault(account.name.lower(), account.name)
        if other != account.name:
            raise AccountsError(
                f"`{file}`: `{other}` and `{account.name}` would be one file; rename one"
            )
    return accounts


def _members(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise AccountsError(f"cannot read `{file}`: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise AccountsError(f"cannot read `{file}`: it is not UTF-8 text") from error
    parse = json.loads if file.suffix == ".json" else _toml(file).loads
    try:
        members = parse(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if file.suffix == ".json" else "TOML"
        raise AccountsError(f"`{file}` is not valid {kind}: {error}") from error
    if not isinstance(members, dict):
        raise AccountsError(f"`{file}`: expected an object with `documents`")
    return members


def _toml(file: Path) -> Any:
    try:
        return import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError as error:
        raise AccountsError(
            f"`{file}`: TOML needs Python 3.11 or `pip install tomli`; a `.json` file needs neither"
        ) from error


def _account(name: str, members: object, timeout: float, file: Path) -> Account:
    place = f"`{file}`: `documents.{name}`"
    if _NAME.fullmatch(name) is None or name.lower() == "report":
        raise AccountsError(
            f"{place}: invalid name: expected letters, digits, `-`, `_` and `.`, and not `report`"
        )
    if not isinstance(members, dict):
        raise AccountsError(f'{place}: expected a table such as `s3 = "bucket/flags.json"`')
    origins = sorted(members.keys() & _ORIGINS.keys())
    if len(origins) != 1:
        found = "none" if not origins else "`" + "` and `".join(origins) + "`"
        known = "`, `".join(_ORIGINS)
        raise AccountsError(f"{place}: expected one origin of `{known}`, found {found}")
    origin = origins[0]
    unknown = members.keys() - _ORIGINS[origin] - _COMMON - {origin}
    if unknown:
        raise AccountsError(f"{place}: `{origin}` has no option `{min(unknown)}`; remove it")
    address = members[origin]
    options = {option: members[option] for option in sorted(members.keys() & _ORIGINS[origin])}
    if not isinstance(address, str) or not address:
        raise AccountsError(f"{place}.{origin}: expected text")
    parts = _PARTS.get(origin)
    if parts is not None and not _has_parts(address, parts):
        raise AccountsError(f"{place}.{origin}: invalid address `{address}`: expected `{parts}`")
    for option, value in options.items():
        wanted: type = int if option in {"port", "version"} else str
        if not isinstance(value, wanted) or isinstance(value, bool) or not value:
            kind = "an integer" if wanted is int else "text"
            raise AccountsError(f"{place}.{option}: expected {kind}")
    if origin == "file":
        address = str(file.parent / address)
    seconds = _seconds(members.get("timeout", timeout), f"{place}.timeout")
    return Account(name, origin, address, options, seconds)


_PARTS: Final[Mapping[str, str]] = {
    "s3": "bucket/key",
    "appconfig": "application/environment/profile",
    "appconfig_agent": "application/environment/profile",
    "appconfig_hosted": "application-id/profile-id",
}


def _has_parts(address: str, form: str) -> bool:
    count = form.count("/")
    # The key of an object may have slashes itself.
    parts = address.split("/", count if form == "bucket/key" else -1)
    return len(parts) == count + 1 and all(parts)


def _seconds(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 3600:  # noqa: PLR2004
        raise AccountsError(f"{place}: expected seconds, more than 0 and at most 3600")
    return float(value)
