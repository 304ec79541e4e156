"""Statuses, and what follows from the tests of an artifact.

The tables of certification, deployment and finish are those that the core's own tests read.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..document import ABSENT, document, flag, rollout, weights
from ..hashing import digest
from ..json_value import Json
from ..topic import Topic

TABLES = json.loads((Path(__file__).resolve().parents[4] / "tools/src/certification/tables/certification.json").read_text(encoding="utf-8"))
STATUSES = ["To Do", "Doing", "Staging", "Done", "Finished"]
FOLLOWS = {"To Do": ["Doing"], "Doing": ["Staging"], "Staging": ["Doing", "Done"], "Done": ["Doing", "Finished"], "Finished": []}
"""What may follow each status, beside itself."""

NOW = 900


def slug_of(name: str) -> str:
    """A name as a part of an id."""
    return name.lower().replace(" ", "-")


def one(lifecycle: Json = ABSENT, **given: Json) -> dict[str, Json]:
    """A document of one flag with a lifecycle."""
    return document([flag(lifecycle=lifecycle, **given)])


def statuses() -> Topic:
    """Another status for a flag."""
    topic = Topic("statuses", "Statuses, which follow each other")

    def ask(slug: str, description: str, made: Json, to: str, expect: dict[str, Json], key: str = "flag", then: Json = ABSENT) -> None:
        call: dict[str, Json] = {"flag": key, "to": to, "now": NOW, "then": {"load": {}} if then == ABSENT else then}
        topic.case(slug, "lifecycle", description, {"status": call}, expect, document=made)

    def after(made: dict[str, Json], lifecycle: Json, version: int = 2, meta_version: int = 1) -> dict[str, Json]:
        """The document with that lifecycle and the next versions."""
        held = made["flags"]
        assert isinstance(held, dict)
        written = held["flag"]
        assert isinstance(written, dict)
        meta = made.get("meta", {})
        assert isinstance(meta, dict)
        changed: Json = {**written, "lifecycle": lifecycle, "version": version}
        return {**made, "flags": {**held, "flag": changed}, "meta": {**meta, "version": meta_version}}

    def moved(to: str) -> dict[str, Json]:
        """What every new status writes."""
        staged: dict[str, Json] = {"stagedTimestamp": NOW} if to == "Staging" else {}
        return {"status": to, "statusTimestamp": NOW, **staged}

    for before in STATUSES:
        for to in STATUSES:
            made = one({"status": before})
            slug = f"{slug_of(before)}-to-{slug_of(to)}"
            if to == before:
                ask(slug, "what it has it keeps, and no version is raised", made, to, {"digest": digest(made), "version": None})
            elif to in FOLLOWS[before]:
                ask(slug, "one follows the other", made, to, {"digest": digest(after(made, moved(to))), "version": 1})
            else:
                refused: Json = {"code": "illegal-transition", "legal": list(FOLLOWS[before])}
                ask(slug, "one does not follow the other", made, to, {"refused": refused})
    for to in STATUSES:
        nothing: list[tuple[str, Json]] = [("absent", ABSENT), ("null", None), ("unknown", {"status": "Released"})]
        for name, without in nothing:
            made = one(without)
            ask(f"{name}-to-{slug_of(to)}", "a flag that has none may get any", made, to, {"digest": digest(after(made, moved(to)))})
    rows: list[tuple[str, str, dict[str, Json], str, dict[str, Json]]] = [
        ("keeps-staged", "since when it was in staging says which artifacts hold it", {"status": "Staging", "statusTimestamp": 100},
         "Done", {"stagedTimestamp": 100}),
        ("keeps-staged-written", "what is written already stays", {"status": "Staging", "statusTimestamp": 100, "stagedTimestamp": 50},
         "Done", {"stagedTimestamp": 50}),
        ("forgets-staged", "what is written anew is in no artifact", {"status": "Done", "stagedTimestamp": 50, "deployedTimestamp": 60},
         "Doing", {"stagedTimestamp": None, "deployedTimestamp": None}),
        ("stages-anew", "nor since when it was", {"status": "Doing", "stagedTimestamp": 50}, "Staging", {}),
        ("keeps-the-rest", "nothing else changes", {"status": "To Do", "owner": "web", "lastModifiedTimestamp": 5}, "Doing", {}),
    ]  # fmt: skip
    for slug, description, lifecycle, to, more in rows:
        made = one(lifecycle)
        ask(slug, description, made, to, {"digest": digest(after(made, {**lifecycle, **moved(to), **more}))})
    versioned = {**one({"status": "Doing"}, version=41), "meta": {"version": 7, "lastModifiedTimestamp": 5}}
    ask("versions", "the versions of the flag and of the document are raised by one", versioned, "Staging",
        {"digest": digest(after(versioned, moved("Staging"), 42, 8)), "version": 8})  # fmt: skip
    unversioned = one({"status": "Doing"}, version=ABSENT)
    ask("versions-absent", "one that is absent counts as 0", unversioned, "Staging",
        {"digest": digest(after(unversioned, moved("Staging"), 1)), "version": 1})  # fmt: skip
    ask("style", "a name in another style", one({"status": "Doing"}), "STAGING", {"version": 1})
    ask("twice", "the next step takes the next version", one({"status": "Doing"}), "Staging",
        {"version": 2}, then={"status": {"flag": "flag", "to": "Done", "now": 901, "then": {"load": {}}}})  # fmt: skip
    refusals: list[tuple[str, dict[str, Json], str, str, str]] = [
        ("unknown-flag", one(), "other", "Doing", "unknown-flag"),
        ("tombstone", one(deleted=True), "flag", "Doing", "unknown-flag"),
        ("unknown-status", one(), "flag", "Released", "unknown-status"),
        ("lifecycle-number", one(7), "flag", "Doing", "malformed-flag"),
        ("lifecycle-list", one([]), "flag", "Doing", "malformed-flag"),
        ("flag-number", {"flags": {"flag": 7}}, "flag", "Doing", "malformed-flag"),
    ]
    for slug, made, key, to, code in refusals:
        ask(f"refused-{slug}", "what cannot be changed", made, to, {"refused": {"code": code, "legal": []}}, key)
    return topic


def certifications() -> Topic:
    """What the tests of an artifact say, and what its deployment brings."""
    topic = Topic("certifications", "What follows from the tests of an artifact, from its deployment, and from a rollout's end")

    def ask(slug: str, description: str, call: dict[str, Json], made: Json, expect: dict[str, Json]) -> None:
        topic.case(slug, "lifecycle", description, call, expect, document=made)

    staged = one({"status": "Staging", "statusTimestamp": 100})
    done: Json = {"status": "Done", "statusTimestamp": NOW, "stagedTimestamp": 100}
    moves: Json = [{"key": "flag", "from": "Staging", "to": "Done", "set": done}]
    for row in TABLES["steps"]:
        first, second = row["productionState"], row["nextRelease"]
        ask(f"steps-{first}-{second}", f"Production State {first}, Next Release {second}",
            {"certification": {"productionState": first, "nextRelease": second, "now": NOW}}, staged,
            {"verdict": row["verdict"], "deployable": row["deployable"], "artifactTimestamp": NOW,
             "changes": moves if row["moves"] else [], "left": [], "untested": []})  # fmt: skip
    two: Json = document([flag("f", lifecycle={"status": "Staging", "statusTimestamp": 100}), flag("g")])
    for number, row in enumerate(TABLES["evidence"]):
        ask(f"evidence-{number}", f"what the tests evaluated: {row['why']}",
            {"certification": {"productionState": "passed", "nextRelease": "passed", "now": NOW, "evaluated": {
                "productionState": row["productionState"], "nextRelease": row["nextRelease"]}}}, two,
            {"verdict": row["verdict"], "deployable": row["verdict"] != "not-deployable",
             "changes": [{"key": "f", "from": "Staging", "to": "Done", "set": done}] if row["moves"] else [],
             "untested": ["f"] if row["untested"] else []})  # fmt: skip
    for number, row in enumerate(TABLES["artifacts"]):
        answered: dict[str, Json] = {"features": [], "changes": []}
        if row["result"] != "deployable":
            answered = {"refused": {"code": row["result"], "legal": []}}
        ask(f"artifacts-{number}", f"whether an artifact of 200 may be deployed: {row['why']}",
            {"deployment": {"artifactTime": 200, "now": NOW}}, {"flags": {}, "meta": row["meta"]}, answered)  # fmt: skip
    artifact = TABLES["artifact"]
    built, now = artifact["built"], artifact["now"]
    for number, row in enumerate(artifact["features"]):
        lifecycle = row["lifecycle"]
        status, included = lifecycle.get("status"), row["included"]
        made = one(lifecycle)
        certified: Json = {**made, "meta": {"artifacts": [{"timestamp": built, "deployable": True}]}}
        feature: dict[str, Json] = {"key": "flag", "status": status, "included": included, "beta": status == "Done" and included == "yes"}
        written: list[Json] = []
        if row["deployed"] is not None:
            value = None if row["deployed"] == "cleared" else row["deployed"]
            written = [{"key": "flag", "from": status, "to": status, "set": {"deployedTimestamp": value}}]
        ask(f"deployment-{number}", f"what was {json.dumps(lifecycle)} when an artifact of {built} is deployed",
            {"deployment": {"artifactTime": built, "now": now}}, certified,
            {"features": [] if included is None else [feature], "changes": written})  # fmt: skip
        changes: list[Json] = []
        if row["done"] is not None:
            changes = [{"key": "flag", "from": "Staging", "to": "Done", "set": row["done"]}]
        ask(f"certification-{number}", f"what was {json.dumps(lifecycle)} when an artifact of {built} is certified",
            {"certification": {"productionState": "passed", "nextRelease": "passed", "artifactTime": built, "now": now}}, made,
            {"verdict": "certified", "deployable": True, "artifactTimestamp": built, "changes": changes,
             "left": [feature] if status == "Staging" and included != "yes" else [], "untested": []})  # fmt: skip
    for row in TABLES["finish"]:
        status, constant, result = row["status"], row["constant"], row["result"]
        share = 0 if constant else 1
        made = one({"status": status}, fallthrough={"rollout": rollout(weights((1, share), (0, 100_000)))})
        answer: dict[str, Json]
        if result == "finished":
            end: Json = {"status": "Finished", "statusTimestamp": NOW, "cleanupTimestamp": NOW + 700}
            answer = {"change": {"key": "flag", "from": status, "to": "Finished", "set": end}}
        elif result == "nothing":
            answer = {"change": None}
        else:
            legal: Json = list(FOLLOWS[status]) if result == "illegal-transition" else []
            answer = {"refused": {"code": result, "legal": legal}}
        named = "none" if status is None else slug_of(status)
        ask(f"finish-{named}-{'rolled-out' if constant else 'by-percentage'}", "the end of a rollout",
            {"finish": {"flag": "flag", "now": NOW, "safetyPeriod": 700}}, made, answer)  # fmt: skip
    for number, row in enumerate(TABLES["rolledOut"]):
        more: dict[str, Json] = {"onVariation": row["onVariation"]} if "onVariation" in row else {}
        item: Json = {**row["flag"], "lifecycle": {"status": "Done", **more}}
        other: Json = {"on": True, "variations": [1, 2], "fallthrough": {"variation": 1}}
        answer = {"refused": {"code": "not-rolled-out", "legal": []}}
        if row["result"] == "finished":
            end = {"status": "Finished", "statusTimestamp": NOW, "cleanupTimestamp": NOW + 700}
            answer = {"change": {"key": "flag", "from": "Done", "to": "Finished", "set": end}}
        ask(f"finish-rolled-out-{number}", f"whether everybody has the feature: {row['why']}",
            {"finish": {"flag": "flag", "now": NOW, "safetyPeriod": 700}}, {"flags": {"flag": item, "other": other}}, answer)  # fmt: skip
    ask("finish-usual-period", "four weeks unless given", {"finish": {"flag": "flag", "now": NOW}}, one({"status": "Done"}),
        {"change": {"key": "flag", "from": "Done", "to": "Finished", "set":
                    {"status": "Finished", "statusTimestamp": NOW, "cleanupTimestamp": NOW + 28 * 86_400}}})  # fmt: skip
    ask("finish-unknown", "a flag that is not there", {"finish": {"flag": "other", "now": NOW}}, one(),
        {"refused": {"code": "unknown-flag", "legal": []}})  # fmt: skip
    ask("deployment-several", "in the order of the keys", {"deployment": {"artifactTime": built, "now": now}}, document([
        flag("b", lifecycle={"status": "Done", "statusTimestamp": 150}), flag("a", lifecycle={"status": "Staging"}), flag("c")],
        meta={"artifact": {"timestamp": built, "deployable": True}}),
        {"features": [{"key": "a", "status": "Staging", "included": "unknown", "beta": False},
                      {"key": "b", "status": "Done", "included": "yes", "beta": True}],
         "changes": [{"key": "b", "from": "Done", "to": "Done", "set": {"deployedTimestamp": now}}]})  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [statuses(), certifications()]
