"""Evaluates a case with isoflag, and compares the answer with the expected one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rfc8785

import isoflag
from isoflag.reports import retirements
from vector_files import Case, written

Answer = dict[str, Any]


def canonical(value: Any) -> str:
    """Returns RFC 8785 text from a package independent of isoflag."""
    return rfc8785.dumps(doubles(value)).decode()


def doubles(value: Any) -> Any:
    """Returns the value with integers rounded to doubles, as on every host runtime."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return float(value)
    if isinstance(value, dict):
        return {name: doubles(item) for name, item in value.items()}
    if isinstance(value, list):
        return [doubles(item) for item in value]
    return value


def answer(case: Case) -> Answer:
    """Returns the answer to the case, including an error."""
    try:
        return _Asked(case).answer(case.given["call"])
    except (isoflag.DocumentError, isoflag.ContextError) as error:
        return {"error": {"code": error.code, "path": error.path}}


def error_message(case: Case) -> str:
    """Returns the error message of the case, or None."""
    try:
        _Asked(case).answer(case.given["call"])
    except (isoflag.DocumentError, isoflag.ContextError) as error:
        return str(error)
    return ""


class _Asked:
    """A case whose document or context an earlier call may have modified."""

    def __init__(self, case: Case, flags: isoflag.Flags | None = None, context: Any = None) -> None:
        self._case = case
        self._flags = flags
        self._context = context

    def flags(self) -> isoflag.Flags:
        return load(self._case) if self._flags is None else self._flags

    def strict_context(self) -> isoflag.Context:
        """Parses the context; raises if it is invalid."""
        if self._context is not None:
            parsed: isoflag.Context = self._context
            return parsed
        if "contextText" in self._case.given:
            return isoflag.Context.from_json(written(self._case.given["contextText"]))
        return isoflag.Context.from_dict(self._case.given.get("context"))  # type: ignore[arg-type]

    def context(self) -> Any:
        """Returns the argument of an evaluation: a plain object unchanged."""
        if self._context is not None or "contextText" in self._case.given:
            return self.strict_context()
        return self._case.given.get("context")

    def answer(self, call: Mapping[str, Any]) -> Answer:
        ((name, arguments),) = call.items()
        method: Callable[[Mapping[str, Any]], Answer] = getattr(self, f"_call_{name}")
        return method(arguments)

    def _call_load(self, _: Mapping[str, Any]) -> Answer:
        return loaded(self.flags())

    def _call_evaluate(self, arguments: Mapping[str, Any]) -> Answer:
        key = json.loads(arguments["flagText"]) if "flagText" in arguments else arguments["flag"]
        wanted = arguments.get("type", "any")
        name = {"any": "variation", "string": "str_variation"}.get(wanted, f"{wanted}_variation")
        flags, context, default = self.flags(), self.context(), arguments["default"]
        options = {"big_segments": self._case.given.get("bigSegments")}
        detail = getattr(flags, f"{name}_detail")(key, context, default, **options)
        given = {"value": detail.value, "variationIndex": detail.variation_index, "reason": detail.reason}
        bound = flags.bind(context, **options)
        again = getattr(bound, f"{name}_detail")(key, default)
        # All evaluation methods return the same result.
        assert canonical(detail.value) == canonical(getattr(flags, name)(key, context, default, **options))
        assert canonical(detail.value) == canonical(getattr(bound, name)(key, default))
        assert canonical(given) == canonical(
            {"value": again.value, "variationIndex": again.variation_index, "reason": again.reason}
        )
        if detail.variation_index is not None:
            assert wanted != "float" or type(detail.value) is float
            assert wanted != "int" or type(detail.value) is int
            assert wanted != "bool" or type(detail.value) is bool
        return given

    def _call_explain(self, arguments: Mapping[str, Any]) -> Answer:
        options = {"big_segments": self._case.given.get("bigSegments")}
        explanation = self.flags().explain(arguments["flag"], self.context(), **options)
        assert explanation.to_json() == canonical(explanation.to_dict())
        return explanation.to_dict()

    def _call_allFlagsState(self, arguments: Mapping[str, Any]) -> Answer:
        state = self.flags().all_flags_state(
            self.context(),
            client_side_only=arguments.get("clientSideOnly", False),
            with_reasons=arguments.get("withReasons", False),
            details_only_for_tracked_flags=arguments.get("detailsOnlyForTrackedFlags", False),
            now=arguments.get("now", 0),
            big_segments=self._case.given.get("bigSegments"),
        )
        return {"state": state}

    def _call_apply(self, arguments: Mapping[str, Any]) -> Answer:
        flags = self.flags()
        for patch in arguments["patches"]:
            before = flags.digest
            changed = flags.apply(written(patch["text"]) if "text" in patch else patch)
            assert flags.digest == before, "apply changed the flags that it was called on"
            flags = changed
        return _Asked(self._case, flags, self._context).answer(arguments.get("then", {"load": {}}))

    def _call_withClock(self, arguments: Mapping[str, Any]) -> Answer:
        clocked = self.strict_context().with_clock(arguments["nowMs"], arguments["offsetMinutes"])
        return _Asked(self._case, self._flags, clocked).answer(arguments.get("then", {"context": {}}))

    def _call_context(self, _: Mapping[str, Any]) -> Answer:
        context = self.strict_context()
        return {"key": context.key, "context": context.to_dict()}

    def _call_secureModeHash(self, arguments: Mapping[str, Any]) -> Answer:
        return {"hash": isoflag.secure_mode_hash(arguments["sdkKey"], self.context())}

    def _call_bigSegmentKeys(self, _: Mapping[str, Any]) -> Answer:
        return {"keys": self.flags().big_segment_keys(self.context())}

    def _call_consistency(self, arguments: Mapping[str, Any]) -> Answer:
        key, now, ttl = arguments["flag"], arguments["nowMs"], arguments["ttlSeconds"]
        timeout: list[float] = [arguments["pollTimeoutMs"]] if "pollTimeoutMs" in arguments else []
        options = {"big_segments": self._case.given.get("bigSegments")}
        taken: dict[str, Any] = {"taken_ms": arguments.get("takenMs")}
        flags, context = self.flags(), self.context()
        bound = flags.bind(context, **options)
        gate = bound.consistency(key, now, ttl, *timeout, **taken)
        assert gate == partial(flags.consistency, key, context, now, ttl, *timeout, **taken)(**options)
        given = {name: gate[name] for name in gate.keys()}
        assert (given["isBackendConsistent"], given["settled"]) == (gate.is_backend_consistent, gate.settled)
        return given

    def _call_parseTtl(self, arguments: Mapping[str, Any]) -> Answer:
        try:
            return {"seconds": isoflag.parse_ttl(arguments["text"])}
        except ValueError:
            return {"seconds": None}

    def _call_supersedes(self, arguments: Mapping[str, Any]) -> Answer:
        held = None if arguments["held"] is None else isoflag.Flags.from_dict(arguments["held"])
        return {"supersedes": self.flags().supersedes(held, arguments["evidence"])}

    def _call_stepsBack(self, arguments: Mapping[str, Any]) -> Answer:
        return {"stepsBack": self.flags().steps_back_from(isoflag.Flags.from_dict(arguments["held"]))}

    def _call_pinned(self, arguments: Mapping[str, Any]) -> Answer:
        history = isoflag.DocumentHistory(max_documents=arguments.get("maxDocuments", 16))
        for entry in arguments["history"]:
            document = entry["document"]
            if isinstance(document, str):
                document = self._case.documents[document]
            if "fetched" in entry:
                history.keep_fetched(document)
            elif "superseded" in entry:
                history.keep(document, entry["nowMs"])
            else:
                history.add(document, entry["nowMs"])
        given = [arguments["digest"], arguments["nowMs"], arguments["ttlSeconds"]]
        timeout = [arguments["pollTimeoutMs"]] if "pollTimeoutMs" in arguments else []
        try:
            pinned = history.pinned(*given, *timeout, max_pin_age_ms=arguments.get("maxPinAgeMs"))
        except isoflag.PinError as error:
            return {"refused": {"code": error.code, "held": error.held}}
        then = _Asked(self._case, pinned.flags, self._context).answer(arguments["then"])
        return {"digest": pinned.digest, "switchedOff": pinned.switched_off, "answer": then}

    def _call_strategy(self, arguments: Mapping[str, Any]) -> Answer:
        flags = self.flags()
        before = flags.digest
        try:
            overlaid = flags.with_strategy(arguments["strategy"])
        except isoflag.StrategyError as error:
            return {"refused": {"code": error.code, "path": error.path}}
        assert flags.digest == before, "with_strategy changed the flags that it was called on"
        return _Asked(self._case, overlaid, self._context).answer(arguments["then"])

    def _call_strategyFor(self, arguments: Mapping[str, Any]) -> Answer:
        return {"strategy": self.flags().strategy_for(arguments["system"], self.context())}

    def _call_status(self, arguments: Mapping[str, Any]) -> Answer:
        flags = self.flags()
        before = flags.digest
        try:
            after = flags.with_status(arguments["flag"], arguments["to"], arguments["now"])
        except isoflag.LifecycleError as error:
            return {"refused": {"code": error.code, "legal": error.legal}}
        assert flags.digest == before, "with_status changed the flags that it was called on"
        assert isoflag.Flags.from_json(after.to_json()).digest == after.digest
        return _Asked(self._case, after, self._context).answer(arguments["then"])

    def _call_certification(self, arguments: Mapping[str, Any]) -> Answer:
        return dict(
            self.flags().certification(
                production_state=arguments["productionState"],
                next_release=arguments["nextRelease"],
                artifact_time=arguments.get("artifactTime"),
                now=arguments["now"],
                evaluated=arguments.get("evaluated"),
            )
        )

    def _call_deployment(self, arguments: Mapping[str, Any]) -> Answer:
        try:
            return dict(self.flags().deployment(arguments["artifactTime"], arguments["now"]))
        except isoflag.LifecycleError as error:
            return {"refused": {"code": error.code, "legal": error.legal}}

    def _call_finish(self, arguments: Mapping[str, Any]) -> Answer:
        period = {"safety_period": arguments["safetyPeriod"]} if "safetyPeriod" in arguments else {}
        try:
            return {"change": self.flags().finish(arguments["flag"], arguments["now"], **period)}
        except isoflag.LifecycleError as error:
            return {"refused": {"code": error.code, "legal": error.legal}}

    def _call_retirements(self, arguments: Mapping[str, Any]) -> Answer:
        """Writes a file with the given number of call sites, which the CLI counts."""
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

    def _call_receipt(self, arguments: Mapping[str, Any]) -> Answer:
        options = {"big_segments": self._case.given.get("bigSegments")}
        flags, context = self.flags(), self.context()
        receipt = flags.receipt(arguments["flag"], context, **options)
        assert receipt.to_json() == canonical(receipt.to_dict())
        assert isoflag.replay(receipt, flags, context, **options) == receipt
        return receipt.to_dict()

    def _call_replay(self, arguments: Mapping[str, Any]) -> Answer:
        options = {"big_segments": self._case.given.get("bigSegments")}
        try:
            isoflag.replay(written(arguments["receipt"]), self.flags(), self.context(), **options)
        except isoflag.ReceiptError as error:
            return {"refused": {"code": error.code, "path": error.path}}
        return {"holds": True}


def load(case: Case) -> isoflag.Flags:
    """Loads the case's document."""
    text = case.document_bytes
    if case.given.get("container") == "flagMap":
        return isoflag.Flags.from_flag_map(case.document if text is None else text)
    if case.given.get("container") == "appconfig":
        return isoflag.Flags.from_appconfig(case.document if text is None else text)
    if text is None:
        return isoflag.Flags.from_dict(case.document)
    return isoflag.Flags.from_json(text)


def loaded(flags: isoflag.Flags) -> Answer:
    """Returns the properties of a document."""
    assert len(flags) == len(flags.keys())
    assert all(key in flags for key in flags.keys())
    return {
        "keys": flags.keys(),
        "version": flags.version,
        "digest": flags.digest,
        "diagnostics": [dict(diagnostic) for diagnostic in flags.diagnostics],
    }


def differences(expected: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Returns the differences from the expected answer."""
    return [
        f"`{name}`: expected {canonical(wanted)}, answered {canonical(dict(given))}"
        for name, wanted in expected.items()
        if not _holds(name, wanted, given)
    ]


def _holds(name: str, wanted: Any, given: Mapping[str, Any]) -> bool:
    if name == "diagnostics":
        return all(any(covers(found, item) for found in given.get(name, ())) for item in wanted)
    if name == "absentDiagnostics":
        return not any(covers(found, item) for found in given["diagnostics"] for item in wanted)
    if name not in given:
        return False
    if name == "error":
        return covers(given[name], {part: item for part, item in wanted.items() if part != "messageContains"})
    if name in {"trace", "explanation", "retirements"}:
        return covers(given[name], wanted)
    return canonical(given[name]) == canonical(wanted)


def covers(found: Any, wanted: Any) -> bool:
    """Returns whether `found` contains `wanted`: objects may have more members, arrays may not."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and covers(found[name], item) for name, item in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(covers(one, other) for one, other in zip(found, wanted, strict=True))
        )
    return canonical(found) == canonical(wanted)


def answer_lines(answers: Mapping[str, Answer]) -> str:
    """Returns one canonical line for each answer, sorted by the UTF-16 code units of the ids."""
    ids = sorted(answers, key=lambda name: name.encode("utf-16-be"))
    return "".join(canonical({"id": name, "answer": answers[name]}) + "\n" for name in ids)
