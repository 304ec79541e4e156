"""Writes every topic's file: `python -m authoring`; `--check` compares the files with what it would write."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections import Counter

from suite.cases import VECTORS

from . import topics
from .builders import Json
from .topic import Topic


def all_topics() -> list[Topic]:
    """Returns the topics of each function whose name ends in `topics`, in name order."""
    found: list[Topic] = []
    for info in pkgutil.iter_modules(topics.__path__):
        module = importlib.import_module(f"{topics.__name__}.{info.name}")
        for name in vars(module):
            if name.endswith("topics"):
                found.extend(getattr(module, name)())
    return sorted(found, key=lambda topic: topic.name)


def text_of(topic: Topic) -> str:
    """Returns the file's text, one case a line, so that a changed case is one changed line."""

    def compact(value: Json) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    content = topic.to_json()
    lines = ["{", f'"topic": {compact(content["topic"])},', f'"description": {compact(content["description"])},']
    if topic.documents:
        rows = [f"{compact(name)}: {compact(document)}" for name, document in topic.documents.items()]
        lines += ['"documents": {', ",\n".join(rows), "},"]
    lines += ['"cases": [', ",\n".join(compact(case) for case in topic.cases), "]", "}", ""]
    return "\n".join(lines)


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m authoring", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a file differs from what would be written")
    parser.add_argument("--counts", action="store_true", help="print the number of cases for each rule too")
    arguments = parser.parse_args()
    found = all_topics()
    made = {f"{topic.name}.json": text_of(topic) for topic in found}
    stale = [name for name, text in made.items() if not (VECTORS / name).is_file() or (VECTORS / name).read_text(encoding="utf-8") != text]
    strangers = sorted(path.name for path in VECTORS.glob("*.json") if path.name not in made)
    if arguments.check:
        for name in stale + strangers:
            print(f"{name}: differs from what the authoring scripts write")
        return 1 if stale or strangers else 0
    VECTORS.mkdir(exist_ok=True)
    for name in strangers:
        (VECTORS / name).unlink()
    for name in stale:
        (VECTORS / name).write_text(made[name], encoding="utf-8")
    print_counts(found, arguments.counts)
    return 0


def print_counts(found: list[Topic], by_rule: bool) -> None:
    """Prints the number of cases of each topic and of each rule."""
    for topic in found:
        print(f"{len(topic.cases):6}  {topic.name}")
    print(f"{sum(len(topic.cases) for topic in found):6}  in all")
    if by_rule:
        for rule, count in sorted(Counter(str(case["rule"]) for topic in found for case in topic.cases).items()):
            print(f"{count:6}  rule {rule}")


if __name__ == "__main__":
    sys.exit(main())
