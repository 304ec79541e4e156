"""Eppo's SDK (written in Rust) with equivalent flags."""

from __future__ import annotations

import json
from typing import Any

import eppo_client
from eppo_client.config import AssignmentLogger

FOREVER = {"startAt": "2020-01-01T00:00:00Z", "endAt": "2099-01-01T00:00:00Z"}


class Eppo:
    name = "eppo"

    def __init__(self, source: dict[str, Any]) -> None:
        flags = {key: flag_of(item) for key, item in source.items() if simple(item)}
        configuration = {
            "createdAt": "2024-01-01T00:00:00Z",
            "format": "SERVER",
            "environment": {"name": "Test"},
            "flags": flags,
        }
        config = eppo_client.ClientConfig(
            api_key="none",
            base_url="http://127.0.0.1:9/api",
            assignment_logger=AssignmentLogger(),
            poll_interval_seconds=None,
            initial_configuration=eppo_client.Configuration(
                flags_configuration=json.dumps(configuration).encode()
            ),
        )
        self.client = eppo_client.init(config)

    def evaluate(self, key: str, raw: dict[str, Any]) -> Any:
        return self.client.get_boolean_assignment(key, raw["key"], attributes(raw), False)

    def close(self) -> None:
        self.client.shutdown()


SCALARS: dict[int, dict[str, Any]] = {}


def attributes(raw: dict[str, Any]) -> dict[str, Any]:
    """Returns scalar attributes, which Eppo requires; an application would convert them once."""
    made = SCALARS.get(id(raw))
    if made is None:
        made = {key: item for key, item in raw.items() if not isinstance(item, dict | list)}
        SCALARS[id(raw)] = made
    return made


def simple(item: dict[str, Any]) -> bool:
    clauses = [clause for rule in item["rules"] for clause in rule["clauses"]]
    return (
        item["variations"] == [True, False]
        and not item["targets"]
        and not item["prerequisites"]
        and all(clause["op"] in OPERATORS for clause in clauses)
    )


def one_of(clause: dict[str, Any]) -> dict[str, Any]:
    return {"operator": "ONE_OF", "value": [str(value) for value in clause["values"]]}


OPERATORS: dict[str, Any] = {
    "in": one_of,
    "greaterThan": lambda clause: {"operator": "GT", "value": clause["values"][0]},
    "semVerGreaterThan": lambda clause: {"operator": "GT", "value": clause["values"][0]},
    "startsWith": lambda clause: {
        "operator": "MATCHES",
        "value": f"^({'|'.join(clause['values'])})",
    },
}


def flag_of(item: dict[str, Any]) -> dict[str, Any]:
    allocations = [
        allocation(
            rule["id"],
            {"variation": rule["variation"]},
            [
                {"attribute": clause["attribute"], **OPERATORS[clause["op"]](clause)}
                for clause in rule["clauses"]
            ],
        )
        for rule in item["rules"]
    ]
    allocations.append(allocation("fallthrough", item["fallthrough"], None))
    return {
        "key": item["key"],
        "enabled": item["on"],
        "variationType": "BOOLEAN",
        "totalShards": 10_000,
        "variations": {
            "v0": {"key": "v0", "value": True},
            "v1": {"key": "v1", "value": False},
        },
        "allocations": allocations,
    }


def allocation(key: str, served: dict[str, Any], conditions: Any) -> dict[str, Any]:
    splits = []
    if "rollout" in served:
        start = 0
        for share in served["rollout"]["variations"]:
            end = start + share["weight"] // 10
            shard = {"salt": "s", "ranges": [{"start": start, "end": end}]}
            splits.append({"variationKey": f"v{share['variation']}", "shards": [shard]})
            start = end
    else:
        splits.append({"variationKey": f"v{served['variation']}", "shards": []})
    made = {"key": key, "doLog": False, "splits": splits, **FOREVER}
    return made | ({"rules": [{"conditions": conditions}]} if conditions else {})
