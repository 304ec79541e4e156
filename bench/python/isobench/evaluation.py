"""Measures the evaluation of one flag and of all flags, loading a document and parsing a context."""

from __future__ import annotations

from functools import partial
from typing import Any

from isoflag import Context, Flags

from . import launchdarkly
from .blocks import Record, Subject
from .launchdarkly import EVENTS, LaunchDarkly, agree, shown
from .workload import Workload


def measure(workload: Workload, record: Record, contexts: int) -> None:
    """Measures one flag for many bound contexts, each evaluated once."""
    if not any(map(record.wants, ("eval", "reason", "value"))):
        return
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
        if case.large:
            copied = subject(value_and_index(case.flag))
            record.timed("value", "bound, copied", copied, *others)
            shared = subject(value_and_index(case.flag, copy=False))
            record.timed("value", "bound, shared", shared, *others)
        else:
            record.timed("reason", case.name, subject(all_three(case.flag)), *with_reason)


def value_and_index(key: str, **options: bool) -> Any:
    def block(all_bound: list[Any]) -> None:
        for bound in all_bound:
            detail = bound.variation_detail(key, None, **options)
            _value = detail.value
            _index = detail.variation_index

    def plain(all_bound: list[Any]) -> None:
        for bound in all_bound:
            detail = bound.variation_detail(key, None)
            _value = detail.value
            _index = detail.variation_index

    return block if options else plain


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


def measure_public(workload: Workload, record: Record, calls: int) -> None:
    """Measures an application's call with a plain dict, and LaunchDarkly's public call."""
    if not record.wants("eval-public") and not record.wants("value"):
        return
    names = {case.document for case in workload.cases}
    flags = {name: Flags.from_json(workload.text(f"{name}.json")) for name in names}
    client = LaunchDarkly(workload.text("workload.json")).client()
    for case in workload.cases:
        ours = flags[case.document].variation_detail
        known = launchdarkly.context(case.context)
        theirs = []
        if case.document == "workload":
            detail = client.variation_detail(case.flag, known, None)
            agree(case.flag, ours(case.flag, case.context, None), detail)
            block = calling(client.variation_detail, case.flag, calls)
            theirs = [Subject("launchdarkly", partial(itself, known), block, calls)]

        def subject(block: Any, raw: dict[str, Any] = case.context) -> Subject:
            return Subject("isoflag", partial(dict, raw), block, calls)

        if not case.large:
            mine = subject(calling(ours, case.flag, calls))
            record.timed("eval-public", case.name, mine, *theirs)
            continue
        mine = subject(calling(ours, case.flag, calls, read=False))
        record.timed("eval-public", case.name, mine, *theirs)
        mine = subject(calling(ours, case.flag, calls))
        record.timed("value", "plain object, copied", mine, *theirs)
        mine = subject(calling(partial(ours, copy=False), case.flag, calls))
        record.timed("value", "plain object, shared", mine, *theirs)
    client.close()


def itself(known: Any) -> Any:
    return known


def calling(variation_detail: Any, key: str, calls: int, *, read: bool = True) -> Any:
    def block(context: Any) -> None:
        for _ in range(calls):
            detail = variation_detail(key, context, None)
            _value = detail.value
            _index = detail.variation_index

    def index(context: Any) -> None:
        for _ in range(calls):
            _index = variation_detail(key, context, None).variation_index

    return block if read else index


def measure_every_flag(workload: Workload, record: Record, contexts: int) -> None:
    """Measures all flags of the document for one context."""
    if not record.wants("all"):
        return
    text = workload.text("workload.json")
    raw = workload.contexts["hit"]
    flags = Flags.from_json(text)
    theirs = LaunchDarkly(text)
    keys = flags.keys()
    context = Context.from_dict(raw)
    known = launchdarkly.context(raw)
    bound = flags.bind(context)
    for key in keys:
        agree(key, bound.variation_detail(key, None), theirs.evaluate(key, known))

    def bind() -> list[Any]:
        return [flags.bind(context) for _ in range(contexts)]

    def read() -> list[Any]:
        return [launchdarkly.context(raw) for _ in range(contexts)]

    def ours_block(all_bound: list[Any]) -> None:
        for bound in all_bound:
            for key in keys:
                detail = bound.variation_detail(key, None)
                _index = detail.variation_index

    evaluate = theirs.evaluator.evaluate
    models = [theirs.flags[key] for key in keys]

    def theirs_block(contexts: list[Any]) -> None:
        for context in contexts:
            for flag in models:
                detail = evaluate(flag, context, EVENTS).detail
                _index = detail.variation_index

    record.timed(
        "all",
        "1000",
        Subject("isoflag", bind, ours_block, contexts),
        Subject("launchdarkly", read, theirs_block, contexts),
    )

    client = theirs.client()
    record.timed(
        "all-state",
        "1000",
        Subject("isoflag", bind, lambda each: [b.all_flags_state() for b in each], contexts),
        Subject(
            "launchdarkly", read, lambda each: [client.all_flags_state(c) for c in each], contexts
        ),
    )
    client.close()


def nothing() -> None:
    return


def measure_document(workload: Workload, record: Record, contexts: int) -> None:
    text = workload.text("workload.json")
    raw = workload.contexts["hit"]
    record.timed(
        "load",
        "document",
        Subject("isoflag", nothing, lambda _: Flags.from_json(text)),
        Subject("launchdarkly", nothing, lambda _: LaunchDarkly(text)),
    )

    def ours(_: Any) -> list[Any]:
        return [Context.from_dict(raw) for _ in range(contexts)]

    def theirs(_: Any) -> list[Any]:
        return [launchdarkly.context(raw) for _ in range(contexts)]

    record.timed(
        "context",
        "dict",
        Subject("isoflag", nothing, ours, contexts),
        Subject("launchdarkly", nothing, theirs, contexts),
    )
