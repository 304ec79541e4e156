"""isoflag's Python package as a host: JSON lines in, answers and explanations out."""

from __future__ import annotations

import json
import sys
from typing import Any

import isoflag
import rfc8785

CLOCK_OFFSET_MINUTES = -330


def load(line: dict[str, Any]) -> isoflag.Flags:
    """Loads the text if there is one, so that both ways are compared."""
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


def canonical(value: Any) -> str:
    return rfc8785.dumps(value).decode()


def same(bound: Any, unbound: Any) -> Any:
    """Returns the answer; if the two differ, both by name, which no other host returns."""
    if canonical(bound) == canonical(unbound):
        return bound
    return {"bound": bound, "unbound": unbound}


def answer(line: dict[str, Any]) -> tuple[str, str]:
    flags = load(line)
    big = line.get("bigSegments")
    raws = line["contexts"]
    contexts = [context_of(raw) for raw in raws]
    bound = [flags.bind(raw, big_segments=big) for raw in raws]
    asked = line["flags"]
    clock = contexts[0] and contexts[0].with_clock(line["now"], CLOCK_OFFSET_MINUTES)

    def detail(index: int, getter: str, key: str, default: Any) -> Any:
        return same(
            shown(getattr(bound[index], getter)(key, default)),
            shown(getattr(flags, getter)(key, raws[index], default, big_segments=big)),
        )

    def state(options: dict[str, Any]) -> Any:
        chosen = {
            "client_side_only": options["clientSideOnly"],
            "with_reasons": options["withReasons"],
            "details_only_for_tracked_flags": options["detailsOnlyForTrackedFlags"],
            "now": line["now"],
        }
        index = options["context"]
        return same(
            bound[index].all_flags_state(**chosen),
            flags.all_flags_state(raws[index], big_segments=big, **chosen),
        )

    def typed(key: str) -> dict[str, Any]:
        return {
            "boolean": detail(0, "bool_variation_detail", key, True),
            "number": detail(0, "float_variation_detail", key, 987654.5),
            "string": detail(0, "str_variation_detail", key, "default"),
            "json": detail(0, "json_variation_detail", key, {"default": True}),
        }

    answers = {
        "answers": [
            [detail(index, "variation_detail", key, None) for key in asked]
            for index in range(len(raws))
        ],
        "bigSegmentKeys": [
            None if context is None else flags.big_segment_keys(raw)
            for context, raw in zip(contexts, raws, strict=True)
        ],
        "clock": clock and clock.to_dict(),
        "contexts": [context and context.to_dict() for context in contexts],
        "digest": flags.digest,
        "keys": flags.keys(),
        "n": line["n"],
        "qualifiedKeys": [None if context is None else context.key for context in contexts],
        "states": [state(options) for options in line.get("states", ())],
        "typed": [typed(key) for key in line.get("typed", ())],
    }
    tools = {
        "diagnostics": [
            dict(diagnostic)
            for diagnostic in flags.diagnostics
            # Only text preserves the notation of a number.
            if "text" in line or diagnostic.code != "number-precision"
        ],
        "hashes": [
            context and isoflag.secure_mode_hash("sdk-key", context) for context in contexts
        ],
    }
    # Explanations are compared as canonical text.
    rows = (",".join(one.explain(key).to_json() for key in asked) for one in bound)
    explanations = ",".join(f"[{row}]" for row in rows)
    others = f'{{"explanations":[{explanations}],"n":{line["n"]},"tools":{canonical(tools)}}}'
    return canonical(answers), others


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    for text in sys.stdin:
        sys.stdout.write("\n".join(answer(json.loads(text))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
