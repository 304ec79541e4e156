"""Runs the CLI: ``python -m isoflag types flags.json --lang python``."""

import subprocess
import sys
from collections.abc import Sequence

from ._program import MISSING, find_cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the CLI and returns its exit code, or 2 if it is not installed."""
    program = find_cli()
    if program is None:
        print(f"isoflag: {MISSING}", file=sys.stderr)  # noqa: T201
        return 2
    given = sys.argv[1:] if arguments is None else arguments
    return subprocess.run([program, *given], check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
