"""Updates the command output that README.md quotes.

`--check` fails if a quoted block differs from the current output; without it the blocks are rewritten. Run it
with the Python of `.venv`, after `make build`.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import mmh3

import isoflag

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def demo() -> str:
    """Returns the first screen of `make demo`."""
    printed = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py")],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    return printed.split("\nA shop:")[0].rstrip()


def bucket() -> str:
    """Computes one bucket with each hash, without isoflag, and compares it with the explanation."""
    text = (ROOT / "examples" / "first" / "flags.json").read_text(encoding="utf-8")
    document = json.loads(text)
    (flag,) = document["flags"].values()
    key = "mia"
    hashed = f"{flag['key']}.{flag['salt']}.{key}"

    digest = hashlib.sha1(hashed.encode()).hexdigest()
    by_sha1 = int(digest[:15], 16) * 100_000 // 2**60
    murmur = mmh3.hash(hashed.encode(), 0, signed=False)
    by_murmur3 = murmur * 100_000 // 2**32

    for name, expected in (("sha1", by_sha1), ("murmur3", by_murmur3)):
        document["meta"]["hash"] = name
        explained = isoflag.Flags.from_dict(document).explain(flag["key"], {"kind": "user", "key": key})
        if explained.to_dict()["trace"]["rollout"]["bucket"] != expected:
            sys.exit(f"the bucket by {name} is not {expected}")
    return "\n".join(
        [
            f'text     = key + "." + salt + "." + value = "{hashed}"',
            "",
            f"sha1     : sha1(text) = {digest[:15]}…, of which the first 15 hex digits count",
            f"           n = 0x{digest[:15]} = {int(digest[:15], 16)}",
            f"           bucket = floor(n * 100000 / 2^60) = {by_sha1}",
            "",
            f"murmur3  : h = murmur3_x86_32(text, seed 0) = 0x{murmur:08x} = {murmur}",
            f"           bucket = floor(h * 100000 / 2^32) = {by_murmur3}",
        ]
    )


def quoted(readme: str, name: str, text: str) -> str:
    """Returns the README with one quoted block replaced."""
    block = re.compile(rf"(<!-- {name}: .*? -->\n```text\n).*?(\n```\n)", re.DOTALL)
    replaced, count = block.subn(lambda match: match[1] + text + match[2], readme)
    if count != 1:
        sys.exit(f"README.md has no block `{name}`")
    return replaced


def main() -> int:
    """Writes or checks the blocks."""
    now = README.read_text(encoding="utf-8")
    true = quoted(quoted(now, "demo", demo()), "bucket", bucket())
    if true == now:
        return 0
    if "--check" in sys.argv[1:]:
        print("README.md quotes old output; run .venv/bin/python docs/readme.py")
        return 1
    README.write_text(true, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
