"""Checks that an installed isoflag works: ``smoke.py [CONFORMANCE]``.

It needs only isoflag. With the conformance folder, and the packages that its runner requires,
it also computes every answer of the suite and compares them with the folder's DIGEST.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from importlib import import_module
from pathlib import Path

import isoflag
from isoflag import Context, DocumentError, Flags

DOCUMENT = """{"flags": {"checkout": {
    "key": "checkout", "version": 1, "on": true, "salt": "c",
    "variations": ["classic", "express", {"steps": [1, 2]}],
    "rules": [{"id": "pro-plan", "variation": 1, "clauses": [
        {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro"]},
        {"contextKind": "user", "attribute": "version", "op": "semVerGreaterThan", "values": ["2"]},
        {"contextKind": "user", "attribute": "email", "op": "matches", "values": ["^[a-z]+@"]}]}],
    "fallthrough": {"variation": 2}, "offVariation": 0
}}}"""


def expect(wanted: object, found: object) -> None:
    """Exits with an error if the values differ."""
    if wanted != found:
        raise SystemExit(f"expected {wanted!r}, found {found!r}")


def check() -> None:
    """Loads, evaluates, explains, patches and fails."""
    flags = Flags.from_json(DOCUMENT)
    ada = {"kind": "user", "key": "ada", "plan": "pro", "version": "2.0.1", "email": "ada@a.org"}
    detail = flags.variation_detail("checkout", ada, None)
    expect(("express", 1), (detail.value, detail.variation_index))
    expect({"kind": "RULE_MATCH", "ruleId": "pro-plan", "ruleIndex": 0}, detail.reason)
    expect({"steps": [1, 2]}, flags.bind(Context("bob")).json_variation("checkout", None))
    expect("express", flags.all_flags_state(ada)["checkout"])
    expect("checkout", flags.explain("checkout", ada).to_dict()["flag"])
    rows = flags.evaluate_many(["checkout"], [ada, Context("bob")] * 5000, threads=2)
    expect([1, 2], sorted({row[0].variation_index or 0 for row in rows}))
    expect(2, flags.apply({"meta": {"version": 2}}).version)
    try:
        Flags.from_json('{"flags": [}')
    except DocumentError as error:
        expect(1, error.line)
    else:
        raise SystemExit("an invalid document was loaded")


def check_answers(conformance: Path) -> None:
    """Computes every answer of the suite."""
    sys.path[:0] = [str(conformance), str(conformance / "runners")]
    runner, suite = import_module("python"), import_module("suite.cases")
    comparator = import_module("suite.comparator")

    cases = suite.all_cases()
    answers = (json.loads(runner.answer_line(json.dumps(case.given))) for case in cases)
    text = comparator.answer_lines({line["id"]: line.get("answer") for line in answers})
    lines = (conformance / "DIGEST").read_text().splitlines()
    wanted = dict(line.split(" ", 1) for line in lines)
    expect(wanted["cases"], str(len(cases)))
    expect(wanted["sha256"], hashlib.sha256(text).hexdigest())
    print(f"{len(cases)} answers of the suite, SHA-256 {wanted['sha256']}")


if __name__ == "__main__":
    check()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"isoflag {isoflag.__version__} works: {python} on {platform.machine()}")
    for folder in sys.argv[1:]:
        check_answers(Path(folder).resolve())
