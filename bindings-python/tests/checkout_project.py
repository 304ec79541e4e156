"""A sample project for nested runs of pytest: its code and its flag document."""

SHOP = """
from isoflag import FlagClient
from isoflag.source import S3Source

client = FlagClient(S3Source("no-such-bucket", "flags.json"))
ledger = []


def charge_anew(customer):
    if client.int_variation("new-checkout-limit", {"key": customer}, 5) > 0:
        ledger.append(customer)


def take_order(customer):
    if client.bool_variation("new-checkout", {"key": customer}, False):
        charge_anew(customer)
    return "taken"
"""
DOCUMENT = """{"flags": {
    "new-checkout": {"key": "new-checkout", "version": 1, "on": true, "variations": [false, true],
        "offVariation": 0, "fallthrough": {"variation": 0}},
    "new-checkout-limit": {"key": "new-checkout-limit", "version": 1, "on": true,
        "variations": [0, 10], "offVariation": 0, "fallthrough": {"variation": 1}}
}}"""
