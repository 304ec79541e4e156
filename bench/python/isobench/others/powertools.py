"""The feature flags of Powertools for AWS Lambda, from a store in memory. It has no rollouts by hash and no versions: a
modulo and a comparison of text replace them.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.feature_flags import FeatureFlags
from aws_lambda_powertools.utilities.feature_flags.base import StoreProvider


class Store(StoreProvider):  # type: ignore[misc, unused-ignore]
    def __init__(self, features: dict[str, Any]) -> None:
        self.features = features

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        return self.features

    def get_configuration(self) -> dict[str, Any]:
        return self.features


class Powertools:
    name = "powertools"

    def __init__(self, source: dict[str, Any]) -> None:
        features = {key: feature(item) for key, item in source.items() if simple(item)}
        self.flags = FeatureFlags(Store(features))

    def evaluate(self, key: str, raw: dict[str, Any]) -> Any:
        return self.flags.evaluate(name=key, context=raw, default=False)

    def close(self) -> None:
        return


ACTIONS: dict[str, Any] = {
    "in": lambda clause: ("KEY_IN_VALUE", clause["values"]),
    "greaterThan": lambda clause: ("KEY_GREATER_THAN_VALUE", clause["values"][0]),
    "semVerGreaterThan": lambda clause: ("KEY_GREATER_THAN_VALUE", clause["values"][0]),
    "startsWith": lambda clause: ("STARTSWITH", clause["values"][0]),
}


def simple(item: dict[str, Any]) -> bool:
    clauses = [clause for rule in item["rules"] for clause in rule["clauses"]]
    return (
        item["variations"] == [True, False]
        and not item["targets"]
        and not item["prerequisites"]
        and all(clause["op"] in ACTIONS for clause in clauses)
    )


def condition(clause: dict[str, Any]) -> dict[str, Any]:
    action, value = ACTIONS[clause["op"]](clause)
    return {"action": action, "key": clause["attribute"], "value": value}


def feature(item: dict[str, Any]) -> dict[str, Any]:
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
