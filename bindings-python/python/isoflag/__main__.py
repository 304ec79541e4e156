"""The program: ``python -m isoflag types flags.json --lang python``.

It is a distribution of its own, which ``pip install isoflag[cli]`` brings, so that a Lambda
function does not carry what only authors of documents need.
"""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; 2 where it is not installed."""
    program = shutil.which("isoflag", path=sysconfig.get_path("scripts")) or shutil.which("isoflag")
    if program is None:
        print("isoflag: the program is missing; `pip install isoflag[cli]`", file=sys.stderr)  # noqa: T201
        return 2
    given = sys.argv[1:] if arguments is None else arguments
    return subprocess.run([program, *given], check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
