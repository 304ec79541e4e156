"""The signature by which a LaunchDarkly webhook proves where it comes from."""

import hashlib
import hmac
from typing import Final, TypeGuard

from isoflag.aws_http.response import is_well_formed

SIGNATURE_HEADER: Final = "x-ld-signature"
"""The header that has the signature, in lower case: names of headers have none."""


def sign(body: bytes, secret: str) -> str:
    """Give the signature of a webhook's body: HMAC-SHA256 in lower-case hex.

    Raises ``ValueError`` if the secret has a lone surrogate.
    """
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature_is_valid(body: bytes, signature: str | None, secret: str) -> bool:
    """Tell whether a webhook's body was signed with the secret; raises nothing.

    The time that it takes does not depend on where a wrong signature differs. Nothing is valid
    without a signature, or if the secret is empty or not text.
    """
    if not is_secret(secret) or not isinstance(signature, str) or not signature:
        return False
    given = signature.strip().lower().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(sign(body, secret).encode(), given)


def is_secret(secret: object) -> TypeGuard[str]:
    """Tell whether an object can be a webhook's secret: text, not empty, with a UTF-8 form."""
    return isinstance(secret, str) and secret != "" and is_well_formed(secret)
