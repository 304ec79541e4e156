"""isoflag's Python package as a host: JSON lines in, answers and explanations out."""

from __future__ import annotations

import json
import sys
from typing import Any

import isoflag
import rfc8785

CLOCK_OFFSET_MINUTES = -330


def load(line: dict[str, Any]) -> isoflag.Flags:
    """From the text where there is one, so that both ways are compared."""
    if "text" in line:
        return isoflag.Flags.from_json(line["text"])
    return isoflag.Flags.from_dict(line["document"])


def context_of(raw: Any) -> isoflag.Context | None:
    try:
        return isoflag.Context.from_dict(raw)
    except (isoflag.ContextError, TypeError):
        return None


def shown(detail: isoflag.EvaluationDetail[Any]) -> list[Any]:
    return [detail.variation_index, detail.value, detail.reason]


def typed(bound: isoflag.BoundFlags, key: str) -> dict[str, Any]:
    return {
        "boolean": shown(bound.bool_variation_detail(key, True)),
        "number": shown(bound.float_variation_detail(key, 987654.5)),
        "string": shown(bound.str_variation_detail(key, "default")),
        "json": shown(bound.json_variation_detail(key, {"default": True})),
    }


def answer(line: dict[str, Any]) -> tuple[str, str]:
    flags = load(line)
    big = line.get("bigSegments")
    contexts = [context_of(raw) for raw in line["contexts"]]
    bound = [flags.bind(raw, big_segments=big) for raw in line["contexts"]]
    asked = line["flags"]
    clock = contexts[0] and contexts[0].with_clock(line["now"], CLOCK_OFFSET_MINUTES)
    answers = {
        "answers": [[shown(one.variation_detail(key, None)) for key in asked] for one in bound],
        "bigSegmentKeys": [
            None if context is None else flags.big_segment_keys(raw)
            for context, raw in zip(contexts, line["contexts"], strict=True)
        ],
        "clock": clock and clock.to_dict(),
        "contexts": [context and context.to_dict() for context in contexts],
        "diagnostics": [
            dict(diagnostic)
            for diagnostic in flags.diagnostics
            # Only a text tells how a number was written.
            if "text" in line or diagnostic.code != "number-precision"
        ],
        "digest": flags.digest,
        "hashes": [
            context and isoflag.secure_mode_hash("sdk-key", context) for context in contexts
        ],
        "keys": flags.keys(),
        "n": line["n"],
        "qualifiedKeys": [None if context is None else context.key for context in contexts],
        "states": [
            bound[options["context"]].all_flags_state(
                client_side_only=options["clientSideOnly"],
                with_reasons=options["withReasons"],
                details_only_for_tracked_flags=options["detailsOnlyForTrackedFlags"],
                now=line["now"],
            )
            for options in line.get("states", ())
        ],
        "typed": [typed(bound[0], key) for key in line.get("typed", ())],
    }
    # The explanations are canonical text already, which is what is compared.
    rows = (",".join(one.explain(key).to_json() for key in asked) for one in bound)
    explanations = ",".join(f"[{row}]" for row in rows)
    return rfc8785.dumps(answers).decode(), f'{{"explanations":[{explanations}],"n":{line["n"]}}}'


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    for text in sys.stdin:
        sys.stdout.write("\n".join(answer(json.loads(text))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
