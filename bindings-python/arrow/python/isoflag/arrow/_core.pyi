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
