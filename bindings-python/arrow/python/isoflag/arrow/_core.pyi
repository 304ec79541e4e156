from pathlib import Path
from typing import Any, Final, final

import isoflag

SPEC_VERSION: Final[int]
__version__: Final[str]

@final
class Answers:
    def __new__(
        cls,
        flags: isoflag.Flags,
        data: Any,
        keys: list[str],
        *,
        context: str | list[tuple[str, str | None]] | None,
        clock: str | tuple[float, int] | None,
        columns: list[str],
        keep: bool,
        threads: int | None,
    ) -> Answers: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

@final
class Impact:
    def __new__(
        cls,
        old: isoflag.Flags,
        new: isoflag.Flags,
        data: Any,
        *,
        context: str | list[tuple[str, str | None]] | None,
        clock: str | tuple[float, int] | None,
        by: list[str],
    ) -> Impact: ...
    @staticmethod
    def of_file(
        old: isoflag.Flags,
        new: isoflag.Flags,
        file: Path,
        key: str | None,
        text: list[str],
        by: list[str],
    ) -> Impact: ...
    def read(self) -> int | None: ...
    def summary(self, file: str) -> list[str]: ...
    def complaints(self, bound: Percentage) -> list[str]: ...
    def to_json(self) -> str: ...
    def to_markdown(self) -> str: ...

@final
class Percentage:
    def __new__(cls, text: str) -> Percentage: ...
