"""The example shop: its document, its contexts, and their results."""

import json
from pathlib import Path
from typing import Any

from isoflag import Flags

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "shop"


def shop_text() -> str:
    return (FOLDER / "flags.json").read_text(encoding="utf-8")


def shop_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shop_text())
    return document


def shop_contexts() -> list[dict[str, Any]]:
    return [each["context"] for each in json.loads((FOLDER / "contexts.json").read_text())]


def shop_answers(flags: Flags) -> list[tuple[Any, int | None, dict[str, Any]]]:
    """Evaluates every flag for every context."""
    keys = flags.keys()
    return [
        (detail.value, detail.variation_index, detail.reason)
        for context in shop_contexts()
        for key in keys
        for detail in [flags.variation_detail(key, context, None)]
    ]
