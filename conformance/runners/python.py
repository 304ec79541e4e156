"""The Python runner: reads cases, one JSON line each, and writes one answer line for each."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import isoflag
from isoflag.reports import retirements

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from suite.canonical_json import canonical

# Many cases have invalid contexts, which the package reports.
logging.getLogger("isoflag").addHandler(logging.NullHandler())

CLOCK_OFFSET_MINUTES = -330

REFUSALS: dict[type[Any], str] = {
    isoflag.PinError: "held",
    isoflag.StrategyError: "path",
    isoflag.LifecycleError: "legal",
    isoflag.ReceiptError: "path",
}
"""The errors that are answers, and the member that they have besides their code."""

Answer = dict[str, Any]
Arguments = Mapping[str, Any]


def answer_line(line: str) -> str:
    """Answers the case of a line with a line."""
    given = json.loads(line)
    answered: dict[str, Any]
    try:
        answered = {"answer": CaseRun(given).answer(given["call"])}
    except (isoflag.DocumentError, isoflag.ContextError) as error:
        answered = {"answer": {"error": {"code": error.code, "path": error.path}}, "message": str(error)}
    except tuple(REFUSALS) as error:
        member = REFUSALS[type(error)]
        answered = {"answer": {"refused": {"code": error.code, member: getattr(error, member)}}}
    except Exception:
        answered = {"failure": traceback.format_exc(limit=-2)}
    return canonical({**answered, "id": given["id"]})


def same(one: Any, other: Any) -> Any:
    """Fails if two equivalent calls return different answers; returns the first."""
    assert canonical(one) == canonical(other), f"{canonical(one)} is not {canonical(other)}"
    return one


def shown(detail: isoflag.EvaluationDetail[Any]) -> list[Any]:
    return [detail.variation_index, detail.value, detail.reason]


class CaseRun:
    """A case whose document or context an earlier call may have changed."""

    def __init__(self, given: Arguments, flags: isoflag.Flags | None = None, context: Any = None) -> None:
        self.given = given
        self.changed_flags = flags
        self.changed_context = context
        self.options: dict[str, Any] = {"big_segments": given.get("bigSegments")}

    def flags(self) -> isoflag.Flags:
        return self.load() if self.changed_flags is None else self.changed_flags

    def load(self) -> isoflag.Flags:
        document = self.given.get("document", {"flags": {}})
        text: Any = None
        if "documentText" in self.given:
            text = self.given["documentText"].encode()
        elif "documentBytes" in self.given:
            text = bytes(self.given["documentBytes"])
        container = self.given.get("container")
        if container in ("flagMap", "appconfig"):
            read = isoflag.Flags.from_flag_map if container == "flagMap" else isoflag.Flags.from_appconfig
            return read(document if text is None else text)
        return isoflag.Flags.from_dict(document) if text is None else isoflag.Flags.from_json(text)

    def strict_context(self) -> isoflag.Context:
        """The context, parsed: raises if it is invalid."""
        if self.changed_context is not None:
            parsed: isoflag.Context = self.changed_context
            return parsed
        if "contextText" in self.given:
            return isoflag.Context.from_json(self.given["contextText"])
        return isoflag.Context.from_dict(self.given.get("context"))  # type: ignore[arg-type]

    def context(self) -> Any:
        """The context of an evaluation: a dict is passed unchanged."""
        if self.changed_context is not None or "contextText" in self.given:
            return self.strict_context()
        return self.given.get("context")

    def answer(self, call: Mapping[str, Arguments]) -> Answer:
        ((name, arguments),) = call.items()
        method: Callable[[Arguments], Answer] = getattr(self, f"call_{name}")
        return method(arguments)

    def then(self, arguments: Arguments, flags: isoflag.Flags) -> Answer:
        return CaseRun(self.given, flags, self.changed_context).answer(arguments.get("then", {"load": {}}))

    def changed(self, change: Callable[[isoflag.Flags], isoflag.Flags]) -> isoflag.Flags:
        """Returns the changed flags; the original must be unchanged."""
        flags = self.flags()
        before = flags.digest
        after = change(flags)
        assert flags.digest == before, "the call changed the flags that it was called on"
        return after

    def call_load(self, _: Arguments) -> Answer:
        flags = self.flags()
        assert len(flags) == len(flags.keys())
        assert all(key in flags for key in flags.keys())
        return {
            "keys": flags.keys(),
            "version": flags.version,
            "digest": flags.digest,
            "diagnostics": [dict(diagnostic) for diagnostic in flags.diagnostics],
        }

    def call_evaluate(self, arguments: Arguments) -> Answer:
        key = json.loads(arguments["flagText"]) if "flagText" in arguments else arguments["flag"]
        wanted = arguments.get("type", "any")
        name = {"any": "variation", "string": "str_variation"}.get(wanted, f"{wanted}_variation")
        flags, context, default = self.flags(), self.context(), arguments["default"]
        bound = flags.bind(context, **self.options)
        detail = getattr(flags, f"{name}_detail")(key, context, default, **self.options)
        same(shown(detail), shown(getattr(bound, f"{name}_detail")(key, default)))
        same(detail.value, getattr(flags, name)(key, context, default, **self.options))
        same(detail.value, getattr(bound, name)(key, default))
        if detail.variation_index is not None and wanted in ("float", "int", "bool"):
            assert type(detail.value) is {"float": float, "int": int, "bool": bool}[wanted]
        return {"value": detail.value, "variationIndex": detail.variation_index, "reason": detail.reason}

    def call_explain(self, arguments: Arguments) -> Answer:
        explanation = self.flags().explain(arguments["flag"], self.context(), **self.options)
        assert explanation.to_json() == canonical(explanation.to_dict())
        return explanation.to_dict()

    def call_allFlagsState(self, arguments: Arguments) -> Answer:
        flags, context = self.flags(), self.context()
        return {"state": self.state(flags, context, flags.bind(context, **self.options), arguments)}

    def state(self, flags: isoflag.Flags, context: Any, bound: isoflag.BoundFlags, arguments: Arguments) -> Any:
        chosen: dict[str, Any] = {
            "client_side_only": arguments.get("clientSideOnly", False),
            "with_reasons": arguments.get("withReasons", False),
            "details_only_for_tracked_flags": arguments.get("detailsOnlyForTrackedFlags", False),
            "now": arguments.get("now", 0),
        }
        return same(bound.all_flags_state(**chosen), flags.all_flags_state(context, **self.options, **chosen))

    def call_sweep(self, arguments: Arguments) -> Answer:
        flags, raws, keys = self.flags(), arguments["contexts"], arguments["flags"]
        contexts = [context_of(raw) for raw in raws]
        bound = [flags.bind(raw, **self.options) for raw in raws]
        clock = contexts[0] and contexts[0].with_clock(arguments["now"], CLOCK_OFFSET_MINUTES)

        def detail(index: int, getter: str, key: str, default: Any) -> Any:
            return same(
                shown(getattr(bound[index], getter)(key, default)), shown(getattr(flags, getter)(key, raws[index], default, **self.options))
            )

        def state(options: Arguments) -> Any:
            index = options["context"]
            return self.state(flags, raws[index], bound[index], options)

        return {
            "answers": [[detail(index, "variation_detail", key, None) for key in keys] for index in range(len(raws))],
            "bigSegmentKeys": [
                None if context is None else flags.big_segment_keys(raw) for context, raw in zip(contexts, raws, strict=True)
            ],
            "clock": clock and clock.to_dict(),
            "contexts": [context and context.to_dict() for context in contexts],
            "diagnostics": [dict(diagnostic) for diagnostic in flags.diagnostics],
            "digest": flags.digest,
            "explanations": [[one.explain(key).to_json() for key in keys] for one in bound],
            "hashes": [context and isoflag.secure_mode_hash("sdk-key", context) for context in contexts],
            "keys": flags.keys(),
            "qualifiedKeys": [None if context is None else context.key for context in contexts],
            "states": [state(options) for options in arguments["states"]],
            "typed": [
                {
                    "boolean": detail(0, "bool_variation_detail", key, True),
                    "number": detail(0, "float_variation_detail", key, 987654.5),
                    "string": detail(0, "str_variation_detail", key, "default"),
                    "json": detail(0, "json_variation_detail", key, {"default": True}),
                }
                for key in arguments["typed"]
            ],
        }

    def call_apply(self, arguments: Arguments) -> Answer:
        run = self
        for patch in arguments["patches"]:
            run = CaseRun(self.given, run.changed(lambda flags: flags.apply(patch.get("text", patch))))  # noqa: B023
        return self.then(arguments, run.flags())

    def call_withClock(self, arguments: Arguments) -> Answer:
        clocked = self.strict_context().with_clock(arguments["nowMs"], arguments["offsetMinutes"])
        return CaseRun(self.given, self.changed_flags, clocked).answer(arguments.get("then", {"context": {}}))

    def call_context(self, _: Arguments) -> Answer:
        context = self.strict_context()
        return {"key": context.key, "context": context.to_dict()}

    def call_secureModeHash(self, arguments: Arguments) -> Answer:
        try:
            return {"hash": isoflag.secure_mode_hash(arguments["sdkKey"], self.context())}
        except ValueError:  # The SDK key is refused.
            return {"hash": ""}

    def call_bigSegmentKeys(self, _: Arguments) -> Answer:
        return {"keys": self.flags().big_segment_keys(self.context())}

    def call_consistency(self, arguments: Arguments) -> Answer:
        key, now, ttl = arguments["flag"], arguments["nowMs"], arguments["ttlSeconds"]
        timeout = [arguments["pollTimeoutMs"]] if "pollTimeoutMs" in arguments else []
        taken: dict[str, Any] = {"taken_ms": arguments.get("takenMs")}
        flags, context = self.flags(), self.context()
        gate = flags.bind(context, **self.options).consistency(key, now, ttl, *timeout, **taken)
        assert gate == partial(flags.consistency, key, context, now, ttl, *timeout, **taken)(**self.options)
        found = {name: gate[name] for name in gate.keys()}
        assert (found["isBackendConsistent"], found["settled"]) == (gate.is_backend_consistent, gate.settled)
        return found

    def call_parseTtl(self, arguments: Arguments) -> Answer:
        try:
            return {"seconds": isoflag.parse_ttl(arguments["text"])}
        except ValueError:
            return {"seconds": None}

    def call_supersedes(self, arguments: Arguments) -> Answer:
        held = None if arguments["held"] is None else isoflag.Flags.from_dict(arguments["held"])
        return {"supersedes": self.flags().supersedes(held, arguments["evidence"])}

    def call_stepsBack(self, arguments: Arguments) -> Answer:
        return {"stepsBack": self.flags().steps_back_from(isoflag.Flags.from_dict(arguments["held"]))}

    def call_pinned(self, arguments: Arguments) -> Answer:
        history = isoflag.DocumentHistory(max_documents=arguments.get("maxDocuments", 16))
        for entry in arguments["history"]:
            if "fetched" in entry:
                history.keep_fetched(entry["document"])
            elif "superseded" in entry:
                history.keep(entry["document"], entry["nowMs"])
            else:
                history.add(entry["document"], entry["nowMs"])
        given = [arguments["digest"], arguments["nowMs"], arguments["ttlSeconds"]]
        timeout = [arguments["pollTimeoutMs"]] if "pollTimeoutMs" in arguments else []
        pinned = history.pinned(*given, *timeout, max_pin_age_ms=arguments.get("maxPinAgeMs"))
        answer = self.then(arguments, pinned.flags)
        return {"digest": pinned.digest, "switchedOff": pinned.switched_off, "answer": answer}

    def call_strategy(self, arguments: Arguments) -> Answer:
        return self.then(arguments, self.changed(lambda flags: flags.with_strategy(arguments["strategy"])))

    def call_project(self, arguments: Arguments) -> Answer:
        options = {"known": arguments["known"], "private": arguments["private"]}
        projected = self.changed(lambda flags: flags.project(**options))
        assert projected.parent_digest == self.flags().digest
        assert projected.project(**options).digest == projected.digest
        return self.then(arguments, projected)

    def call_agreement(self, arguments: Arguments) -> Answer:
        """Evaluates each flag of a projection for each context, with the projection and with the whole document."""
        whole = self.flags()
        options = {"known": arguments["known"], "private": arguments["private"]}
        projected = whole.project(**options)
        # As a page loads it.
        folded = isoflag.Flags.from_json(projected.to_json())
        assert projected.digest == folded.digest
        assert folded.parent_digest == whole.digest
        assert folded.project(**options).digest == folded.digest
        keys = folded.keys()
        texts: dict[str, str] = {}

        def text(detail: isoflag.EvaluationDetail[Any]) -> str:
            """The canonical text; most answers occur several times."""
            name = repr(found := shown(detail))
            if name not in texts:
                texts[name] = canonical(found)
            return texts[name]

        def details(evaluate: Callable[[str, Any], isoflag.EvaluationDetail[Any]]) -> str:
            rows = (",".join(text(evaluate(key, context)) for key in keys) for context in arguments["contexts"])
            return f"[{','.join(f'[{row}]' for row in rows)}]"

        bound = {id(context): whole.bind(context, **self.options) for context in arguments["contexts"]}
        return {
            "folded": details(lambda key, context: folded.variation_detail(key, context, None, **self.options)),
            "projection": folded.to_json(),
            "whole": details(lambda key, context: bound[id(context)].variation_detail(key, None)),
        }

    def call_strategyFor(self, arguments: Arguments) -> Answer:
        return {"strategy": self.flags().strategy_for(arguments["system"], self.context())}

    def call_system(self, arguments: Arguments) -> Answer:
        def under(flags: isoflag.Flags) -> isoflag.Flags:
            chosen = flags._under_strategy(arguments["system"], self.context(), self.given.get("bigSegments"))
            return flags if chosen is None else chosen[1]

        return self.then(arguments, self.changed(under))

    def call_status(self, arguments: Arguments) -> Answer:
        key, to, now = arguments["flag"], arguments["to"], arguments["now"]
        after = self.changed(lambda flags: flags.with_status(key, to, now))
        assert isoflag.Flags.from_json(after.to_json()).digest == after.digest
        return self.then(arguments, after)

    def call_edit(self, arguments: Arguments) -> Answer:
        made = [isoflag.edit(form, arguments["edits"], now=arguments["now"]) for form in (arguments["text"], arguments["text"].encode())]
        return {"text": same(*made)}

    def call_promote(self, arguments: Arguments) -> Answer:
        names = {"features": "features", "withRollout": "with_rollout", "withTargets": "with_targets", "withOn": "with_on", "now": "now"}
        options = {name: arguments[member] for member, name in names.items() if member in arguments}
        text, source = arguments["text"], arguments["from"]
        promoted = isoflag.promote(isoflag.Flags.from_dict(source), text, **options)
        assert isoflag.promote(json.dumps(source), text.encode(), **options).text == promoted.text
        return {"text": promoted.text, "notes": [{"code": note.code, "path": note.path} for note in promoted.notes]}

    def call_convert(self, arguments: Arguments) -> Answer:
        conversion = isoflag.convert(arguments["text"], arguments["source"])
        assert isoflag.Flags.from_json(str(conversion)).keys() == conversion.flags.keys()
        notes = [{"code": note.code, "path": note.path} for note in conversion.notes]
        return {"document": json.loads(conversion.flags.to_json()), "notes": notes}

    def call_certification(self, arguments: Arguments) -> Answer:
        return dict(
            self.flags().certification(
                production_state=arguments["productionState"],
                next_release=arguments["nextRelease"],
                artifact_time=arguments.get("artifactTime"),
                now=arguments["now"],
                evaluated=arguments.get("evaluated"),
                module=arguments.get("module"),
            )
        )

    def call_deployment(self, arguments: Arguments) -> Answer:
        return dict(self.flags().deployment(arguments["artifactTime"], arguments["now"], module=arguments.get("module")))

    def call_finish(self, arguments: Arguments) -> Answer:
        period = {"safety_period": arguments["safetyPeriod"]} if "safetyPeriod" in arguments else {}
        return {"change": self.flags().finish(arguments["flag"], arguments["now"], **period)}

    def call_advance(self, arguments: Arguments) -> Answer:
        after, decisions = self.flags().advance(arguments["alarms"], arguments["now"])
        assert isoflag.Flags.from_json(after.to_json()).digest == after.digest
        return {"decisions": decisions, "version": after.version, "digest": after.digest}

    def call_retirements(self, arguments: Arguments) -> Answer:
        # The package counts call sites in a folder: a file with as many stands in for one.
        with TemporaryDirectory() as folder:
            sites = arguments.get("callSites")
            lines = [f'"{key}"\n' * count for key, count in (sites or {}).items()]
            Path(folder, "code.py").write_text("".join(lines), encoding="utf-8")
            found: list[dict[str, Any]] = [
                dict(flag)
                for flag in retirements(
                    self.flags(),
                    now=arguments["now"],
                    weeks=arguments.get("weeks", 4),
                    history=[(each["from"], each["document"]) for each in arguments.get("history", ())],
                    activity=[arguments["activity"]] if "activity" in arguments else [],
                    code=[] if sites is None else [folder],
                )
            ]
        for flag in found:
            places = flag.pop("calledAt", None)
            assert flag["callSites"] == (None if places is None else len(places))
        return {"retirements": found}

    def call_receipt(self, arguments: Arguments) -> Answer:
        flags, context = self.flags(), self.context()
        receipt = flags.receipt(arguments["flag"], context, **self.options)
        assert receipt.to_json() == canonical(receipt.to_dict())
        assert isoflag.replay(receipt, flags, context, **self.options) == receipt
        return receipt.to_dict()

    def call_replay(self, arguments: Arguments) -> Answer:
        isoflag.replay(arguments["receipt"], self.flags(), self.context(), **self.options)
        return {"holds": True}


def context_of(raw: Any) -> isoflag.Context | None:
    try:
        return isoflag.Context.from_dict(raw)
    except (isoflag.ContextError, TypeError):
        return None


def main() -> None:
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    for line in sys.stdin:
        sys.stdout.write(answer_line(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
