"""The program: ``python -m isoflag types flags.json``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import DocumentError, Flags


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return the exit code: 0, or 2 for what cannot be read or written."""
    parser = argparse.ArgumentParser(prog="isoflag", description="What a flag document can tell.")
    commands = parser.add_subparsers(required=True)
    types = commands.add_parser("types", help="write types for the flags of a document")
    types.add_argument("file", help="the flag document, or - for standard input")
    types.add_argument("--lang", choices=("python", "typescript"), default="python")
    types.add_argument("--out", metavar="FILE", help="the file to write, else standard output")
    given = parser.parse_args(arguments)
    try:
        document = sys.stdin.buffer.read() if given.file == "-" else Path(given.file).read_bytes()
        text = Flags.from_json(document).typing(given.lang).encode()
        if given.out is None:
            sys.stdout.buffer.write(text)
        else:
            Path(given.out).write_bytes(text)
    except (OSError, DocumentError) as error:
        print(f"isoflag: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
