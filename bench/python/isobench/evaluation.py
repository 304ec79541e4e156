"""Measures one flag for many bound contexts, each evaluated once."""

from __future__ import annotations

from typing import Any

from isoflag import Context, Flags

from . import launchdarkly
from .agreement import agree, shown
from .blocks import Record, Subject
from .launchdarkly import EVENTS, LaunchDarkly
from .workload import Workload


def measure(workload: Workload, record: Record, contexts: int) -> None:
    documents: dict[str, tuple[Flags, LaunchDarkly | None]] = {}
    for case in workload.cases:
        if case.document not in documents:
            text = workload.text(f"{case.document}.json")
            # LaunchDarkly's SDK does not support another hash.
            known = LaunchDarkly(text) if case.document == "workload" else None
            documents[case.document] = Flags.from_json(text), known
        flags, theirs = documents[case.document]
        ours = flags.bind(case.context).variation_detail(case.flag, None)
        record.answer(case.name, shown(ours))
        context = Context.from_dict(case.context)

        def bind(flags: Flags = flags, context: Context = context) -> list[Any]:
            return [flags.bind(context) for _ in range(contexts)]

        def subject(block: Any, prepare: Any = bind) -> Subject:
            return Subject("isoflag", prepare, block, contexts)

        others = []
        with_reason = []
        if theirs is not None:
            raw = case.context
            agree(case.flag, ours, theirs.evaluate(case.flag, launchdarkly.context(raw)))

            def read(raw: dict[str, Any] = raw) -> list[Any]:
                return [launchdarkly.context(raw) for _ in range(contexts)]

            flag = theirs.flags[case.flag]
            block = launchdarkly_block(theirs, flag)
            others = [Subject("launchdarkly", read, block, contexts)]
            block = launchdarkly_block_with_reason(theirs, flag)
            with_reason = [Subject("launchdarkly", read, block, contexts)]

        plain = index_only(case.flag) if case.large else value_and_index(case.flag)
        record.timed("eval", case.name, subject(plain), *others)
        record.timed("eval-reason", case.name, subject(all_three(case.flag)), *with_reason)
        if case.large:
            record.timed("eval-value", case.name, subject(value_and_index(case.flag)), *others)


def value_and_index(key: str) -> Any:
    def block(all_bound: list[Any]) -> None:
        for bound in all_bound:
            detail = bound.variation_detail(key, None)
            _value = detail.value
            _index = detail.variation_index

    return block


def index_only(key: str) -> Any:
    def block(all_bound: list[Any]) -> None:
        for bound in all_bound:
            _index = bound.variation_detail(key, None).variation_index

    return block


def all_three(key: str) -> Any:
    def block(all_bound: list[Any]) -> None:
        for bound in all_bound:
            detail = bound.variation_detail(key, None)
            _value = detail.value
            _index = detail.variation_index
            _reason = detail.reason

    return block


def launchdarkly_block(theirs: LaunchDarkly, flag: Any) -> Any:
    evaluate = theirs.evaluator.evaluate

    def block(contexts: list[Any]) -> None:
        for context in contexts:
            detail = evaluate(flag, context, EVENTS).detail
            _value = detail.value
            _index = detail.variation_index

    return block


def launchdarkly_block_with_reason(theirs: LaunchDarkly, flag: Any) -> Any:
    evaluate = theirs.evaluator.evaluate

    def block(contexts: list[Any]) -> None:
        for context in contexts:
            detail = evaluate(flag, context, EVENTS).detail
            _value = detail.value
            _index = detail.variation_index
            _reason = detail.reason

    return block
