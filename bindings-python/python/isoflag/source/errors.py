"""Errors of fetching a document; evaluations raise none of them."""


class SourceError(Exception):
    """A document could not be fetched; the message says what, where and what to do."""

    where: str
    """The source, such as ``s3://my-bucket/flags.json``."""

    def __init__(self, message: str, *, where: str) -> None:
        """Creates the error of the source named ``where``."""
        super().__init__(f"{where}: {message}")
        self.where = where


class SourceUnavailableError(SourceError):
    """The source is down, refuses connections, throttles or had an internal error."""


class SourceTimeoutError(SourceUnavailableError):
    """The source did not respond in time."""


class SourceUnauthorizedError(SourceError):
    """The source denies this process read access."""


class SourceNotFoundError(SourceError):
    """The source has no document with this name."""


class SourceNotReadyError(SourceError):
    """The source exists but has not been filled yet."""


class SourceContentError(SourceError):
    """The response is not a document: it is cut off, empty, HTML or too long."""


class SourceSetupError(SourceError):
    """A requirement of the source is missing: boto3, a region or credentials."""
