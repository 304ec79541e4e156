"""What goes wrong when a document is fetched; no evaluation raises any of these."""


class SourceError(Exception):
    """A document that could not be fetched: the message says what, where and what to do."""

    where: str
    """The source, such as ``s3://my-bucket/flags.json``."""

    def __init__(self, message: str, *, where: str) -> None:
        """Say what is wrong with the source that is called ``where``."""
        super().__init__(f"{where}: {message}")
        self.where = where


class SourceUnavailableError(SourceError):
    """The source is down, refuses to connect, is throttled or failed inside."""


class SourceTimeoutError(SourceUnavailableError):
    """The source took longer than it was given."""


class SourceUnauthorizedError(SourceError):
    """The source does not let this process read."""


class SourceNotFoundError(SourceError):
    """The source has nothing under this name."""


class SourceNotReadyError(SourceError):
    """The source exists and has not been filled yet."""


class SourceContentError(SourceError):
    """What the source gave is no document: cut off, empty, HTML or too long."""


class SourceSetupError(SourceError):
    """What asking takes is not there: boto3, a region or credentials."""
