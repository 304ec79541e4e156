"""The signature by which a LaunchDarkly webhook proves where it comes from."""

import hashlib
import hmac
from typing import Final

SIGNATURE_HEADER: Final = "x-ld-signature"
"""The header that has the signature, in lower case: names of headers have none."""


def sign(body: bytes, secret: str) -> str:
    """Give the signature of a webhook's body: HMAC-SHA256 in lower-case hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature_is_valid(body: bytes, signature: str | None, secret: str) -> bool:
    """Tell whether a webhook's body was signed with the secret.

    The time that it takes does not depend on where a wrong signature differs. Nothing is valid
    where there is no signature or the secret is empty.
    """
    if not secret or not signature:
        return False
    return hmac.compare_digest(sign(body, secret).encode(), signature.strip().lower().encode())
