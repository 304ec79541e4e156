"""A document from AppConfig itself, over the API that its agent uses."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from isoflag import Flags
from isoflag._wall_clock import wall_clock

from .aws import UNREACHABLE, AwsClient, error_code, named
from .bounded_call import BoundedSource
from .deadline import DEFAULT_SECONDS, Deadline
from .errors import SourceContentError
from .protocol import UNCHANGED, Fetched, Unchanged

__all__ = ["AppConfigDataSource"]

# A token is good for 24 hours; one that is nearly as old is not worth a refusal.
_TOKEN_SECONDS: Final = 23 * 3600.0


class _AppConfigDataClient(Protocol):
    def start_configuration_session(self, **parameters: Any) -> Any: ...
    def get_latest_configuration(self, **parameters: Any) -> Any: ...


class AppConfigDataSource(BoundedSource):
    """A configuration of AppConfig, where no agent runs.

    Every call to AppConfig is paid for; between two calls lies at least the time that AppConfig
    asks for, whatever the client's ``ttl`` is. The role needs
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
        """Name the configuration, by names or ids.

        ``minimum_poll_interval`` is in seconds, from 15 to 86400, and 60 where AppConfig is not
        told. ``client`` is a boto3 client for ``appconfigdata``, for whoever needs another region;
        ``timeout`` is in seconds, for the whole fetch: credentials, retries and a new session
        included.
        """
        self._asked: dict[str, Any] = {
            "ApplicationIdentifier": application,
            "EnvironmentIdentifier": environment,
            "ConfigurationProfileIdentifier": profile,
        }
        if minimum_poll_interval is not None:
            self._asked["RequiredMinimumPollIntervalInSeconds"] = minimum_poll_interval
        super().__init__(timeout, f"appconfig:{application}/{environment}/{profile}")
        self._client = AwsClient("appconfigdata", client, timeout=timeout / 2, where=self._where)
        self._clock = clock
        self._token: str | None = None
        self._token_since = 0.0
        self._next_poll = 0.0
        self._given: Fetched | None = None

    def __repr__(self) -> str:
        return f"<AppConfigDataSource {self._where}>"

    def load_document(self, document: bytes) -> Flags:
        """Load what the configuration holds: a feature-flag profile, or a flag document."""
        return Flags._from_configuration(document)  # noqa: SLF001 (our own)

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Ask AppConfig, if it is time to."""
        now = self._clock()
        # The session knows what it gave. Who holds anything else needs one that gave nothing yet.
        if previous is None or previous is not self._given:
            self._token = None
        elif self._token is not None and self._token_since <= now < self._next_poll:
            return UNCHANGED
        if self._token is not None and not 0 <= now - self._token_since < _TOKEN_SECONDS:
            self._token = None
        # A token is used once: whatever happens from here on, it is gone.
        token, self._token = self._token, None
        answer = self._bounded(lambda deadline: self._latest(token, deadline), UNREACHABLE)
        if answer is None:
            # AppConfig did not look, so the token is still unused.
            self._token = token
            return UNCHANGED
        self._token = answer["NextPollConfigurationToken"]
        self._token_since = now
        self._next_poll = now + float(answer.get("NextPollIntervalInSeconds", 0))
        return self._answered(answer, previous)

    def _latest(self, token: str | None, deadline: Deadline) -> Any:
        """Get the answer to a token, or to that of a new session; None where it is too early."""
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
            started = client.start_configuration_session(**self._asked)
            deadline.check()
            return self._get(client, started["InitialConfigurationToken"])
        except Exception as error:
            raise named(error, self._where) from error

    def _get(self, client: _AppConfigDataClient, token: str) -> Any:
        answer = dict(client.get_latest_configuration(ConfigurationToken=token))
        body = answer.get("Configuration", b"")
        answer["Configuration"] = body if isinstance(body, bytes) else body.read()
        return answer

    def _answered(self, answer: Any, previous: Fetched | None) -> Fetched | Unchanged:
        document: bytes = answer["Configuration"]
        if document:
            self._given = Fetched(document, version=answer.get("VersionLabel") or None)
            return self._given
        if previous is None or previous is not self._given:
            self._token = None
            raise SourceContentError(
                "the first answer is empty; is a version deployed to this environment?",
                where=self._where,
            )
        return UNCHANGED


def _problems(error: Exception) -> set[str]:
    """What AppConfig finds wrong with the token, such as ``Expired``."""
    if error_code(error) != "BadRequestException":
        return set()
    details = getattr(error, "response", {}).get("Details") or {}
    parameters = details.get("InvalidParameters") or {}
    return {str(each.get("Problem", "")) for each in parameters.values()}
