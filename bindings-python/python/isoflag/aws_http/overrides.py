"""Sets flags for single sessions by signed, expiring tokens, for end-to-end tests and support.

A test sends the token as the cookie or the header ``isoflag-overrides``::

    overrides = SignedOverrides(os.environ["OVERRIDES_SECRET"], environment="staging")
    token = overrides.sign({"checkout": "one-page"}, seconds=3600)

    config_response(event, client, context=visitor, overrides=overrides)
    Guard(client, context=visitor, overrides=overrides)

A token is ``1.<payload>.<signature>``: base64url without padding of the JSON text ``{"environment":
…, "expires": <seconds since 1970>, "overrides": {<key>: <value>}}``, and of the HMAC-SHA256 of
``1.<payload>``.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from isoflag import DocumentError, Flags
from isoflag._logs import logger
from isoflag._process import wall_clock

from .request import Request

__all__ = ["SignedOverrides"]

_log = logger("isoflag.aws_http")

_NAME: Final = "isoflag-overrides"
_MAX_LENGTH: Final = 4096
_MIN_SECRET: Final = 16
_LONG_AGO: Final = 946_684_800
_MAX_DOCUMENTS: Final = 16
_TOKEN: Final = re.compile(r"(1\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]{43})")


class _IgnoredError(ValueError):
    """A token is not valid."""


class SignedOverrides:
    """Verifies the tokens of requests; one that is not valid is ignored, and logged once.

    The holder of a token gets the flags that it sets, and those that depend on them: sign what the
    holder may see.
    """

    def __init__(
        self,
        secret: str | bytes,
        *,
        environment: str,
        clock: Callable[[], float] = wall_clock,
    ) -> None:
        """Takes a secret of at least 16 bytes, and the only environment of accepted tokens.

        Raises ``ValueError`` for a shorter secret.
        """
        self._secret = secret.encode() if isinstance(secret, str) else secret
        if len(self._secret) < _MIN_SECRET:
            raise ValueError(f"the secret is too short: pass at least {_MIN_SECRET} bytes")
        self._environment = environment
        self._clock = clock
        self._logged: set[str] = set()
        self._documents: dict[str, tuple[Flags, Flags]] = {}
        """The last overridden documents: by token, the original and the one that replaces it."""

    def sign(self, overrides: Mapping[str, Any], *, seconds: float) -> str:
        """Returns a token that sets flags, by key, for a number of seconds from now.

        Raises ``ValueError`` if it is longer than 4,096 characters, which cookies cannot hold.
        """
        payload = {
            "environment": self._environment,
            "expires": int(self._clock() + seconds),
            "overrides": dict(overrides),
        }
        text = json.dumps(payload, separators=(",", ":"), allow_nan=False)
        signed = f"1.{_encoded(text.encode())}"
        token = f"{signed}.{self._signature(signed)}"
        if len(token) > _MAX_LENGTH:
            raise ValueError(
                f"the token has {len(token)} characters, more than {_MAX_LENGTH}; set fewer flags"
            )
        return token

    def change(self, request: Request) -> Callable[[Flags], Flags] | None:
        """Returns a function that overrides flags of a document, if a request has a valid token."""
        token = request.headers.get(_NAME) or _cookie(request)
        if not token:
            return None
        try:
            overrides = self._verified(token)
        except _IgnoredError as error:
            self._log(str(error))
            return None
        return lambda flags: self._overridden(flags, token, overrides)

    def _verified(self, token: str) -> dict[str, Any]:
        parts = _TOKEN.fullmatch(token) if len(token) <= _MAX_LENGTH else None
        if parts is None:
            raise _IgnoredError("they are malformed")
        if not hmac.compare_digest(self._signature(parts[1]), parts[3]):
            raise _IgnoredError("their signature is not valid; is the secret the same?")
        try:
            payload = json.loads(base64.urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4)))
            environment, expires = payload["environment"], float(payload["expires"])
            overrides = payload["overrides"]
        except (KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
            raise _IgnoredError("they are malformed") from error
        if not isinstance(overrides, dict):
            raise _IgnoredError("they are malformed")
        if environment != self._environment:
            raise _IgnoredError("they are for another environment")
        if not self._clock() < expires:
            raise _IgnoredError("they have expired; sign new ones")
        return overrides

    def _overridden(self, flags: Flags, token: str, overrides: dict[str, Any]) -> Flags:
        original, overridden = self._documents.get(token, (None, flags))
        if original is flags:
            return overridden
        from isoflag.testing import flag_items  # noqa: PLC0415 (only sessions with overrides)

        held = flag_items.items(flags)
        # Every instance honors the token, so that the gate need not wait for any.
        changed = {
            key: {
                **flag_items.serving(key, held.get(key), value),
                "lifecycle": {"lastModifiedTimestamp": _LONG_AGO},
            }
            for key, value in overrides.items()
        }
        try:
            overridden = flag_items.patched(flags, changed)
        except DocumentError as error:
            self._log(str(error))
            return flags
        if len(self._documents) >= _MAX_DOCUMENTS:
            self._documents.clear()
        self._documents[token] = (flags, overridden)
        return overridden

    def _signature(self, signed: str) -> str:
        return _encoded(hmac.new(self._secret, signed.encode(), hashlib.sha256).digest())

    def _log(self, reason: str) -> None:
        """Logs each reason once; anybody can send any token."""
        if reason not in self._logged:
            self._logged.add(reason)
            _log.warning("ignoring the overrides of a request: %s", reason)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _cookie(request: Request) -> str | None:
    for each in request.headers.get("cookie", "").split(";"):
        name, _, value = each.strip().partition("=")
        if name == _NAME:
            return value
    return None
