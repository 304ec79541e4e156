"""Signs and verifies LaunchDarkly webhooks."""

import hashlib
import hmac
from typing import Final, TypeGuard

from isoflag._unicode import is_well_formed

SIGNATURE_HEADER: Final = "x-ld-signature"
"""The header with the signature, in lower case, since header names are case-insensitive."""


def sign(body: bytes, secret: str) -> str:
    """Returns the signature of a webhook's body: HMAC-SHA256 in lower-case hex.

    Raises ``ValueError`` if the secret contains a lone surrogate.
    """
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature_is_valid(body: bytes, signature: str | None, secret: str) -> bool:
    """Returns whether a webhook's body was signed with the secret; never raises.

    The comparison takes constant time. A missing signature is invalid, and so is every signature if
    the secret is empty or not text.
    """
    if not is_secret(secret) or not isinstance(signature, str) or not signature:
        return False
    given = signature.strip().lower().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(sign(body, secret).encode(), given)


def is_secret(secret: object) -> TypeGuard[str]:
    """Returns whether an object is a valid secret: text that is not empty and encodes as UTF-8."""
    return isinstance(secret, str) and secret != "" and is_well_formed(secret)
