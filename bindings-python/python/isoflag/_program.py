"""The program ``isoflag``, a distribution of its own that ``pip install isoflag[cli]`` brings.

A Lambda function does not carry what only authors of documents need.
"""

import shutil
import sysconfig

MISSING = "the program is missing; `pip install isoflag[cli]`"


def find_program() -> str | None:
    """Where the program is: beside this interpreter, else on the path."""
    beside = shutil.which("isoflag", path=sysconfig.get_path("scripts"))
    return beside or shutil.which("isoflag")
