"""Writes the vectors, one file for each module of topics: `python -m authoring`; `--check` compares the files with what it would write."""

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


def all_topics() -> dict[str, tuple[str, list[Topic]]]:
    """Returns for each file its description and its topics: those of each function of a module whose name ends in `topics`."""
    found: dict[str, tuple[str, list[Topic]]] = {}
    for info in pkgutil.iter_modules(topics.__path__):
        module = importlib.import_module(f"{topics.__name__}.{info.name}")
        made = [topic for name in vars(module) if name.endswith("topics") for topic in getattr(module, name)()]
        found[info.name.replace("_", "-")] = (str(module.__doc__).strip(), sorted(made, key=lambda topic: topic.name))
    return found


def text_of(name: str, description: str, made: list[Topic]) -> str:
    """Returns the file's text, one case a line, so that a changed case is one changed line."""

    def compact(value: Json) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    lines = ["{", f'"subject": {compact(name)},', f'"description": {compact(description)},']
    documents = [pair for topic in made for pair in topic.documents.items()]
    if len(dict(documents)) < len(documents):
        raise ValueError(f"two topics of `{name}` have a document of the same name")
    if documents:
        lines += ['"documents": {', ",\n".join(f"{compact(key)}: {compact(document)}" for key, document in documents), "},"]
    lines += ['"cases": [', ",\n".join(compact(case) for topic in made for case in topic.cases), "]", "}", ""]
    return "\n".join(lines)


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m authoring", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a file differs from what would be written")
    parser.add_argument("--counts", action="store_true", help="print the number of cases for each rule too")
    arguments = parser.parse_args()
    found = all_topics()
    made = {f"{name}.json": text_of(name, *content) for name, content in found.items()}
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
    print_counts([topic for _, of_file in found.values() for topic in of_file], arguments.counts)
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
