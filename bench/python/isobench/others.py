"""Other evaluators, on the cases that their models can express with equivalent documents."""

from __future__ import annotations

import json
from typing import Any, Protocol

import eppo_client
from aws_lambda_powertools.utilities.feature_flags import FeatureFlags
from aws_lambda_powertools.utilities.feature_flags.base import StoreProvider
from eppo_client.config import AssignmentLogger
from isoflag import Flags

from .blocks import Record, Subject
from .workload import Workload


class Other(Protocol):
    """An initialized evaluator."""

    name: str

    def evaluate(self, key: str, raw: dict[str, Any]) -> Any:
        """Evaluates a flag as an application does."""

    def close(self) -> None:
        """Releases its resources."""


def simple(item: dict[str, Any], operators: dict[str, Any]) -> bool:
    """Returns whether a model with these operators can express a flag."""
    clauses = [clause for rule in item["rules"] for clause in rule["clauses"]]
    return (
        item["variations"] == [True, False]
        and not item["targets"]
        and not item["prerequisites"]
        and all(clause["op"] in operators for clause in clauses)
    )


FOREVER = {"startAt": "2020-01-01T00:00:00Z", "endAt": "2099-01-01T00:00:00Z"}


class Eppo:
    """Eppo's SDK, which is Rust inside, with equivalent flags."""

    name = "eppo"

    def __init__(self, source: dict[str, Any]) -> None:
        flags = {
            key: eppo_flag(item) for key, item in source.items() if simple(item, EPPO_OPERATORS)
        }
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


def one_of(clause: dict[str, Any]) -> dict[str, Any]:
    return {"operator": "ONE_OF", "value": [str(value) for value in clause["values"]]}


EPPO_OPERATORS: dict[str, Any] = {
    "in": one_of,
    "greaterThan": lambda clause: {"operator": "GT", "value": clause["values"][0]},
    "semVerGreaterThan": lambda clause: {"operator": "GT", "value": clause["values"][0]},
    "startsWith": lambda clause: {
        "operator": "MATCHES",
        "value": f"^({'|'.join(clause['values'])})",
    },
}


def eppo_flag(item: dict[str, Any]) -> dict[str, Any]:
    allocations = [
        allocation(
            rule["id"],
            {"variation": rule["variation"]},
            [
                {"attribute": clause["attribute"], **EPPO_OPERATORS[clause["op"]](clause)}
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


class Store(StoreProvider):  # type: ignore[misc, unused-ignore]
    def __init__(self, features: dict[str, Any]) -> None:
        self.features = features

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        return self.features

    def get_configuration(self) -> dict[str, Any]:
        return self.features


class Powertools:
    """The feature flags of Powertools for AWS Lambda, from a store in memory.

    They have no rollout by hash and no version operator: a modulo and a text comparison replace them.
    """

    name = "powertools"

    def __init__(self, source: dict[str, Any]) -> None:
        features = {
            key: powertools_feature(item)
            for key, item in source.items()
            if simple(item, POWERTOOLS_ACTIONS)
        }
        self.flags = FeatureFlags(Store(features))

    def evaluate(self, key: str, raw: dict[str, Any]) -> Any:
        return self.flags.evaluate(name=key, context=raw, default=False)

    def close(self) -> None:
        return


POWERTOOLS_ACTIONS: dict[str, Any] = {
    "in": lambda clause: ("KEY_IN_VALUE", clause["values"]),
    "greaterThan": lambda clause: ("KEY_GREATER_THAN_VALUE", clause["values"][0]),
    "semVerGreaterThan": lambda clause: ("KEY_GREATER_THAN_VALUE", clause["values"][0]),
    "startsWith": lambda clause: ("STARTSWITH", clause["values"][0]),
}


def condition(clause: dict[str, Any]) -> dict[str, Any]:
    action, value = POWERTOOLS_ACTIONS[clause["op"]](clause)
    return {"action": action, "key": clause["attribute"], "value": value}


def powertools_feature(item: dict[str, Any]) -> dict[str, Any]:
    rules = {
        rule["id"]: {
            "when_match": rule["variation"] == 0,
            "conditions": [condition(clause) for clause in rule["clauses"]],
        }
        for rule in item["rules"]
    }
    served = item["fallthrough"]
    if "rollout" in served:
        share = served["rollout"]["variations"][0]["weight"] // 1000
        modulo = {"BASE": 100, "START": 0, "END": share - 1}
        rules["rollout"] = {
            "when_match": True,
            "conditions": [{"action": "MODULO_RANGE", "key": "age", "value": modulo}],
        }
    default = item["on"] and served.get("variation") == 0
    return {"default": default, "rules": rules} if rules else {"default": default}


CASES = ("fallthrough", "rules-10", "rollout")


def measure(workload: Workload, record: Record, calls: int) -> None:
    if not record.wants("eval-others"):
        return
    flags = Flags.from_json(workload.text("workload.json"))
    raw = workload.contexts["hit"]
    source = workload.json("workload.json")["flags"]
    others: list[Other] = [Eppo(source), Powertools(source)]
    for case in CASES:
        served = flags.bool_variation(case, raw, False)
        subjects = []
        for other in others:
            # Another hash assigns a context to another bucket.
            if case != "rollout" and other.evaluate(case, raw) != served:
                raise SystemExit(f"`{case}`: {other.name} does not give {served}; nothing is timed")
            subjects.append(
                Subject(other.name, lambda: raw, evaluating(other.evaluate, case, calls), calls)
            )

        def ours(key: str, context: dict[str, Any]) -> Any:
            return flags.bool_variation(key, context, False)

        mine = Subject("isoflag", lambda: raw, evaluating(ours, case, calls), calls)
        record.timed("eval-others", case, mine, *subjects)
    for other in others:
        other.close()


def evaluating(evaluate: Any, key: str, calls: int) -> Any:
    def block(raw: dict[str, Any]) -> None:
        for _ in range(calls):
            evaluate(key, raw)

    return block
