"""Finds the CLI ``isoflag``, a separate distribution that ``pip install isoflag[cli]`` installs.

It is separate so that a Lambda function does not carry the authoring tools.
"""

import shutil
import sysconfig

MISSING = "the command-line tool is not installed; run `pip install isoflag[cli]`"


def find_cli() -> str | None:
    """Returns the path of the CLI: beside this interpreter, else on ``PATH``."""
    beside = shutil.which("isoflag", path=sysconfig.get_path("scripts"))
    return beside or shutil.which("isoflag")
