"""Fetches a document directly from AppConfig, with the API that its agent uses."""

from collections.abc import Callable
from threading import Lock
from typing import Any, Final, Protocol

from isoflag import Flags
from isoflag._process import register_after_fork, wall_clock

from .aws import UNREACHABLE, AwsClient, error_code, named
from .deadline import DEFAULT_SECONDS, BoundedSource, Deadline, seconds_left
from .protocol import (
    UNCHANGED,
    Fetched,
    SourceContentError,
    SourceTimeoutError,
    Unchanged,
    require_text,
)

__all__ = ["AppConfigDataSource"]

# A token expires after 24 hours; it is replaced somewhat earlier.
_TOKEN_SECONDS: Final = 23 * 3600.0


class _AppConfigDataClient(Protocol):
    @property
    def start_configuration_session(self) -> Callable[..., Any]: ...
    @property
    def get_latest_configuration(self) -> Callable[..., Any]: ...


class AppConfigDataSource(BoundedSource):
    """A source for an AppConfig configuration without an agent.

    AWS charges for every call; the source waits between two calls at least the time that AppConfig
    requires, even if the client's ``ttl`` is shorter. The role needs
    ``appconfig:StartConfigurationSession`` and ``appconfig:GetLatestConfiguration``.
    """

    def __init__(
        self,
        application: str,
        environment: str,
        profile: str,
        *,
        minimum_poll_interval: int | None = None,
        client: _AppConfigDataClient | None = None,
        timeout: float = DEFAULT_SECONDS,
        clock: Callable[[], float] = wall_clock,
    ) -> None:
        """Creates a source of the configuration with these names or ids.

        ``minimum_poll_interval`` is in seconds, from 15 to 86400; AppConfig's default is 60. Pass
        ``client``, a boto3 client for ``appconfigdata``, to use another region, for example.
        ``timeout``, in seconds, limits the whole fetch: credentials, retries and a new session
        included.
        """
        require_text(application=application, environment=environment, profile=profile)
        self._parameters: dict[str, Any] = {
            "ApplicationIdentifier": application,
            "EnvironmentIdentifier": environment,
            "ConfigurationProfileIdentifier": profile,
        }
        if minimum_poll_interval is not None:
            self._parameters["RequiredMinimumPollIntervalInSeconds"] = minimum_poll_interval
        super().__init__(timeout, f"appconfig:{application}/{environment}/{profile}")
        self._client = AwsClient("appconfigdata", client, timeout=timeout / 2, where=self._where)
        self._clock = clock
        self._token: str | None = None
        self._token_since = 0.0
        self._next_poll = 0.0
        self._last_fetched: Fetched | None = None
        self._lock = Lock()
        register_after_fork(self)

    def __repr__(self) -> str:
        return f"<AppConfigDataSource {self._where}>"

    def load_document(self, document: bytes) -> Flags:
        """Loads a configuration: a feature-flag profile, or a flag document."""
        return Flags._from_configuration(document)  # noqa: SLF001 (our own)

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Fetches the configuration from AppConfig, if the poll interval has passed."""
        # Clients of one source share its session, but each token can be used once.
        if not self._lock.acquire(timeout=Deadline(seconds_left(self.timeout)).left):
            raise SourceTimeoutError(
                f"another client of this source is still fetching; {UNREACHABLE}", where=self._where
            )
        try:
            self._poll()
            last = self._last_fetched
        finally:
            self._lock.release()
        if last is None:
            raise SourceContentError(
                "the first response is empty; is a version deployed to this environment?",
                where=self._where,
            )
        return UNCHANGED if previous is last else last

    def after_fork(self) -> None:
        """Ends the session, whose token belongs to the parent; called in a forked process."""
        self._lock = Lock()
        self._token = None

    def _poll(self) -> None:
        now = self._clock()
        if self._token is not None and self._token_since <= now < self._next_poll:
            return
        if self._token is not None and not 0 <= now - self._token_since < _TOKEN_SECONDS:
            self._token = None
        # A token can be used once, whether the call succeeds or not.
        token, self._token = self._token, None
        response = self._bounded(lambda deadline: self._latest(token, deadline), UNREACHABLE)
        if response is None:
            # AppConfig rejected the call as too early, so the token is still unused.
            self._token = token
            return
        document: bytes = response["Configuration"]
        if document:
            self._last_fetched = Fetched(document, version=response.get("VersionLabel") or None)
        elif self._last_fetched is None:
            return
        self._token = response["NextPollConfigurationToken"]
        self._token_since = now
        self._next_poll = now + float(response.get("NextPollIntervalInSeconds", 0))

    def _latest(self, token: str | None, deadline: Deadline) -> Any:
        """Returns the response to a token, or to a new session's; None if it is too early."""
        client = self._client.get()
        try:
            if token is not None:
                try:
                    return self._get(client, token)
                except Exception as error:
                    problems = _problems(error)
                    if "PollIntervalNotSatisfied" in problems:
                        return None
                    if not problems & {"Expired", "Corrupted"}:
                        raise
            deadline.check()
            started = client.start_configuration_session(**self._parameters)
            deadline.check()
            return self._get(client, started["InitialConfigurationToken"])
        except Exception as error:
            raise named(error, self._where) from error

    def _get(self, client: _AppConfigDataClient, token: str) -> Any:
        response = dict(client.get_latest_configuration(ConfigurationToken=token))
        body = response.get("Configuration", b"")
        response["Configuration"] = body if isinstance(body, bytes) else body.read()
        return response


def _problems(error: Exception) -> set[str]:
    """Returns AppConfig's problems with the token, such as ``Expired``."""
    if error_code(error) != "BadRequestException":
        return set()
    details = getattr(error, "response", {}).get("Details") or {}
    parameters = details.get("InvalidParameters") or {}
    return {str(each.get("Problem", "")) for each in parameters.values()}
