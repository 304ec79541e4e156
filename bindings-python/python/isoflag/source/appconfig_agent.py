"""Fetches a document from the AppConfig Agent, which runs as a Lambda extension."""

import http.client
from collections.abc import Iterable, Mapping
from contextlib import closing
from socket import socket as Socket  # noqa: N812
from typing import Final
from urllib.parse import quote, urlencode

from isoflag import Flags
from isoflag._core import printable
from isoflag.gate_times import AgentSettings

from .deadline import DEFAULT_SECONDS, BoundedSource, Deadline
from .protocol import (
    EXCERPT,
    UNCHANGED,
    Fetched,
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceSetupError,
    SourceUnauthorizedError,
    SourceUnavailableError,
    Unchanged,
    require_list,
    require_text,
)

__all__ = ["AgentSettings", "AppConfigAgentSource"]

_MAX_BYTES: Final = 256 << 20
_CHUNK: Final = 1 << 16


class AppConfigAgentSource(BoundedSource):
    """A source for an AppConfig configuration that the local agent caches.

    The agent polls AppConfig automatically, so a fetch costs no more than a call to ``localhost``;
    a client's ``ttl`` adds to the agent's interval. Only the standard library is used.
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
        """Creates a source of the configuration with these names or ids.

        ``flags`` selects flags of a feature-flag profile; the agent evaluates variants for
        ``context``. ``port`` defaults to the agent's variable. ``timeout``, in seconds, limits the
        whole fetch; the default is 2, or a second more than the agent's own timeout if that is
        less. ``access_token`` is the ``ACCESS_TOKEN`` of an agent in a container. Raises
        ``ValueError`` if the agent cannot read an attribute of ``context``.
        """
        require_text(application=application, environment=environment, profile=profile, host=host)
        require_list(flags=flags)
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
            for name, each in context.items():
                if "," in f"{name}{each}" or "=" in name:
                    # The agent would read another attribute.
                    raise ValueError(
                        f"invalid context `{printable(f'{name}={each}')}`: the agent allows no "
                        "comma, and no `=` in a name"
                    )
            self._headers["Context"] = ",".join(f"{name}={each}" for name, each in context.items())
        if access_token is not None:
            self._headers["Authorization"] = f"Bearer {access_token}"
        if timeout is None:
            timeout = min(DEFAULT_SECONDS, settings.poll_timeout + 1.0)
        super().__init__(timeout, f"http://{host}:{self._port}{self._path}")

    def __repr__(self) -> str:
        return f"<AppConfigAgentSource {self._where}>"

    def load_document(self, document: bytes) -> Flags:
        """Loads a configuration: a feature-flag profile, or a flag document."""
        return Flags._from_configuration(document)  # noqa: SLF001 (our own)

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Fetches the configuration from the agent."""
        hint = "is the agent overloaded, or without a way to AppConfig?"
        body, version = self._bounded(self._request, hint)
        if len(self._flags) == 1:
            # The agent's response for a single flag lacks the key.
            body = b"{" + _json_string(self._flags[0]) + b":" + body + b"}"
        fetched = Fetched(body, version=version)
        return UNCHANGED if fetched == previous else fetched

    def _request(self, deadline: Deadline) -> tuple[bytes, str | None]:
        try:
            return self._get(deadline)
        except TimeoutError:
            raise
        except http.client.IncompleteRead as error:
            raise self._truncated() from error
        except (OSError, http.client.HTTPException) as error:
            raise SourceUnavailableError(
                f"no response from the agent; is its extension in this function's layers? "
                f"({type(error).__name__}: {str(error)[:EXCERPT]})",
                where=self._where,
            ) from error
        except ValueError:
            # The error quotes the header, which may be the token.
            raise SourceSetupError(
                "HTTP does not allow the text of `context` or `access_token`; is it one line?",
                where=self._where,
            ) from None

    def _get(self, deadline: Deadline) -> tuple[bytes, str | None]:
        connection = http.client.HTTPConnection(
            self._host, self._port, timeout=max(deadline.left, 0.001)
        )
        with closing(connection):
            connection.request("GET", self._path, headers=self._headers)
            # The connection drops its socket if the agent closes it after the response.
            socket = connection.sock
            with connection.getresponse() as response:
                body = self._body(socket, response, deadline)
        if response.status != http.HTTPStatus.OK:
            raise _status_error(response.status, body, self._where)
        self._check(response, body)
        return body, response.getheader("Configuration-Version")

    def _body(
        self,
        socket: Socket,
        response: http.client.HTTPResponse,
        deadline: Deadline,
    ) -> bytes:
        """Reads until the end or the deadline, however slowly the chunks arrive."""
        expected = response.length
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if response.isclosed():
                # The body is complete; newer Python versions have closed the socket.
                break
            deadline.check()
            if len(body) > _MAX_BYTES:
                raise SourceContentError(
                    f"the response exceeds {_MAX_BYTES} bytes; is this a flag document?",
                    where=self._where,
                )
            socket.settimeout(max(deadline.left, 0.001))
        if expected is not None and len(body) < expected:
            raise self._truncated()
        return bytes(body)

    def _truncated(self) -> SourceContentError:
        return SourceContentError(
            "the response was cut off; the agent may have been stopped", where=self._where
        )

    def _check(self, response: http.client.HTTPResponse, body: bytes) -> None:
        if not body.strip():
            raise SourceContentError(
                "the response is empty; is a version deployed?", where=self._where
            )
        kind = response.getheader("Content-Type", "")
        if "html" in kind.lower() or body.lstrip()[:1] == b"<":
            raise SourceContentError(
                f"the response is a page (`{kind}`), not a document; does another server use this "
                "port?",
                where=self._where,
            )


def _json_string(text: str) -> bytes:
    from json import dumps  # noqa: PLC0415

    return dumps(text).encode()


def _status_error(status: int, body: bytes, where: str) -> SourceError:
    excerpt = " ".join(body[:EXCERPT].decode(errors="replace").split())
    summary = f"status {status}, `{excerpt}`"
    match status:
        case http.HTTPStatus.UNAUTHORIZED | http.HTTPStatus.FORBIDDEN:
            return SourceUnauthorizedError(
                f"the agent refused access ({summary}); allow the function's role to read the "
                "configuration",
                where=where,
            )
        case http.HTTPStatus.NOT_FOUND:
            return SourceNotFoundError(
                f"the agent did not find the configuration ({summary}); check the application, "
                "environment and profile",
                where=where,
            )
        case _:
            return SourceUnavailableError(
                f"the agent responded with {summary}; see its log", where=where
            )
