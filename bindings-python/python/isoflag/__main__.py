"""Runs the CLI: ``python -m isoflag types flags.json --lang python``.

The CLI is a separate distribution, so that a Lambda function does not carry the authoring tools;
``pip install isoflag[cli]`` installs it. ``collect`` alone is in this
package (``isoflag.collect``).
"""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence

MISSING = "the command-line tool is not installed; run `pip install isoflag[cli]`"


def find_cli() -> str | None:
    """Returns the path of the CLI: beside this interpreter, else on ``PATH``."""
    beside = shutil.which("isoflag", path=sysconfig.get_path("scripts"))
    return beside or shutil.which("isoflag")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the CLI and returns its exit code, or 2 if it is not installed."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["collect"]:
        from .collect import main as collect  # noqa: PLC0415 (its imports are slow)

        return collect(arguments[1:])
    cli = find_cli()
    if cli is None:
        print(f"isoflag: {MISSING}", file=sys.stderr)  # noqa: T201
        return 2
    return subprocess.run([cli, *arguments], check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
