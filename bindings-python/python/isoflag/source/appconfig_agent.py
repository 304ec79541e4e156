"""A document from the AppConfig Agent, which runs beside the function as a Lambda extension."""

import http.client
from collections.abc import Iterable, Mapping
from contextlib import closing
from socket import socket as Socket  # noqa: N812
from typing import Final
from urllib.parse import quote, urlencode

from isoflag import Flags

from .agent_settings import AgentSettings
from .bounded_call import BoundedSource
from .deadline import DEFAULT_SECONDS, Deadline
from .errors import (
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from .protocol import UNCHANGED, Fetched, Unchanged

__all__ = ["AgentSettings", "AppConfigAgentSource"]

_MOST_BYTES: Final = 256 << 20
_CHUNK: Final = 1 << 16
_EXCERPT: Final = 200


class AppConfigAgentSource(BoundedSource):
    """A configuration of AppConfig that the agent on this machine holds.

    The agent looks for changes by itself, so asking it costs no more than a call to ``localhost``;
    a client's ``ttl`` adds to the agent's own interval. Nothing but the standard library is used.
    """

    def __init__(
        self,
        application: str,
        environment: str,
        profile: str,
        *,
        flags: Iterable[str] = (),
        context: Mapping[str, str] | None = None,
        host: str = "localhost",
        port: int | None = None,
        timeout: float | None = None,
        access_token: str | None = None,
    ) -> None:
        """Name the configuration, by names or ids.

        ``flags`` asks for some flags of a feature-flag profile only; ``context`` is what the agent
        decides variants by. ``port`` is by default the one of the agent's own variable; ``timeout``
        is in seconds, for the whole fetch, by default 2 or a second more than the agent waits for
        AppConfig, if that is less. ``access_token`` is what an agent in a container was given as
        ``ACCESS_TOKEN``.
        """
        settings = AgentSettings.from_environment()
        self._host = host
        self._port = settings.port if port is None else port
        self._flags = tuple(flags)
        names = (quote(name, safe="") for name in (application, environment, profile))
        self._path = "/applications/{}/environments/{}/configurations/{}".format(*names)
        if self._flags:
            self._path += "?" + urlencode([("flag", flag) for flag in self._flags], quote_via=quote)
        self._headers = {"Accept": "application/json"}
        if context:
            self._headers["Context"] = ",".join(f"{name}={each}" for name, each in context.items())
        if access_token is not None:
            self._headers["Authorization"] = f"Bearer {access_token}"
        if timeout is None:
            timeout = min(DEFAULT_SECONDS, settings.poll_timeout + 1.0)
        super().__init__(timeout, f"http://{host}:{self._port}{self._path}")

    def __repr__(self) -> str:
        return f"<AppConfigAgentSource {self._where}>"

    def load_document(self, document: bytes) -> Flags:
        """Load what the configuration holds: a feature-flag profile, or a flag document."""
        return Flags._from_configuration(document)  # noqa: SLF001 (our own)

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Ask the agent."""
        hint = "is the agent overloaded, or without a way to AppConfig?"
        body, version = self._bounded(self._ask, hint)
        if len(self._flags) == 1:
            # The agent answers for one flag without its key.
            body = b"{" + _json_string(self._flags[0]) + b":" + body + b"}"
        fetched = Fetched(body, version=version)
        return UNCHANGED if fetched == previous else fetched

    def _ask(self, deadline: Deadline) -> tuple[bytes, str | None]:
        try:
            return self._get(deadline)
        except TimeoutError:
            raise
        except http.client.IncompleteRead as error:
            raise self._truncated() from error
        except (OSError, http.client.HTTPException) as error:
            raise SourceUnavailableError(
                f"no answer from the agent; is its extension in this function's layers? "
                f"({type(error).__name__}: {error})",
                where=self._where,
            ) from error

    def _get(self, deadline: Deadline) -> tuple[bytes, str | None]:
        connection = http.client.HTTPConnection(
            self._host, self._port, timeout=max(deadline.left, 0.001)
        )
        with closing(connection):
            connection.request("GET", self._path, headers=self._headers)
            # The connection forgets it where the agent closes after its answer.
            socket = connection.sock
            with connection.getresponse() as response:
                body = self._body(socket, response, deadline)
        if response.status != http.HTTPStatus.OK:
            raise _refused(response.status, body, self._where)
        self._check(response, body)
        return body, response.getheader("Configuration-Version")

    def _body(
        self,
        socket: Socket,
        response: http.client.HTTPResponse,
        deadline: Deadline,
    ) -> bytes:
        """Read until the end or the deadline, however slowly the parts come."""
        expected = response.length
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if response.isclosed():
                # That was all of it, and newer Pythons have closed the socket.
                break
            deadline.check()
            if len(body) > _MOST_BYTES:
                raise SourceContentError(
                    f"the answer is longer than {_MOST_BYTES} bytes; is this a document of flags?",
                    where=self._where,
                )
            socket.settimeout(max(deadline.left, 0.001))
        if expected is not None and len(body) < expected:
            raise self._truncated()
        return bytes(body)

    def _truncated(self) -> SourceContentError:
        return SourceContentError(
            "the answer was cut off; the agent may have been stopped meanwhile", where=self._where
        )

    def _check(self, response: http.client.HTTPResponse, body: bytes) -> None:
        if not body.strip():
            raise SourceContentError(
                "the answer is empty; is a version deployed?", where=self._where
            )
        kind = response.getheader("Content-Type", "")
        if "html" in kind.lower() or body.lstrip()[:1] == b"<":
            raise SourceContentError(
                f"the answer is a page (`{kind}`), not a document; what else listens on this port?",
                where=self._where,
            )


def _json_string(text: str) -> bytes:
    from json import dumps  # noqa: PLC0415

    return dumps(text).encode()


def _refused(status: int, body: bytes, where: str) -> SourceError:
    said = " ".join(body[:_EXCERPT].decode(errors="replace").split())
    told = f"status {status}, `{said}`"
    match status:
        case http.HTTPStatus.UNAUTHORIZED | http.HTTPStatus.FORBIDDEN:
            return SourceUnauthorizedError(
                f"the agent refused ({told}); may the function's role read the configuration?",
                where=where,
            )
        case http.HTTPStatus.NOT_FOUND:
            return SourceNotFoundError(
                f"the agent knows no such configuration ({told}); are the three names right?",
                where=where,
            )
        case _:
            return SourceUnavailableError(
                f"the agent answered {told}; its log says why", where=where
            )
