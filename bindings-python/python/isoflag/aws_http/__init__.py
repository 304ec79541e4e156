"""Flags over HTTP from AWS Lambda: the ``/config`` endpoint, and a guard for other endpoints.

Supported events are those of API Gateway (REST and HTTP APIs) and of function URLs. Importing this
package imports no AWS library.
"""

from .config import Form, config_response
from .cors import Cors
from .guard import FlagOffError, Guard, pin_refused, requires_flag, use
from .request import DOCUMENT_HEADER, BadRequestError, Request
from .response import Response

__all__ = [
    "DOCUMENT_HEADER",
    "BadRequestError",
    "Cors",
    "FlagOffError",
    "Form",
    "Guard",
    "Request",
    "Response",
    "config_response",
    "pin_refused",
    "requires_flag",
    "use",
]
