"""Flags over HTTP from AWS Lambda: the ``/config`` endpoint, and a guard for other endpoints.

It understands the events of API Gateway (REST and HTTP APIs) and of function URLs. Importing this
package imports no AWS library.
"""

from .config import Form, config_response
from .cors import Cors
from .guard import FlagOffError, requires_flag
from .request import BadRequestError, Request
from .response import Response

__all__ = [
    "BadRequestError",
    "Cors",
    "FlagOffError",
    "Form",
    "Request",
    "Response",
    "config_response",
    "requires_flag",
]
