"""Flags over HTTP from AWS Lambda: the ``/config`` endpoint, and a guard for other endpoints.

Supported events are those of API Gateway (REST and HTTP APIs) and of function URLs. Importing this
package imports no AWS library.
"""

from .config import Form, config_response
from .cors import Cors
from .guard import FlagOffError, Guard, pin_refused, requires_flag, use
from .overrides import SignedOverrides
from .parity import ParityCheck, ParityOutcome
from .request import ANSWERS_HEADER, DOCUMENT_HEADER, BadRequestError, Request
from .response import Response

__all__ = [
    "ANSWERS_HEADER",
    "DOCUMENT_HEADER",
    "BadRequestError",
    "Cors",
    "FlagOffError",
    "Form",
    "Guard",
    "ParityCheck",
    "ParityOutcome",
    "Request",
    "Response",
    "SignedOverrides",
    "config_response",
    "pin_refused",
    "requires_flag",
    "use",
]
