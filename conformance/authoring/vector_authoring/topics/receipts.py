"""Receipts, and replaying them."""

from __future__ import annotations

import hashlib

from ..document import clause, context, document, flag, multi, rollout, rule, user, weights
from ..hashing import canonical, digest
from ..json_value import Json, Object
from ..outcome import detail, fell, no_context, not_found, off, ruled
from ..topic import Topic

SPEC_VERSION = 2


def context_hash(canonical_context: Json) -> str:
    """The hash of a context in its canonical form."""
    return "sha256:" + hashlib.sha256(canonical(canonical_context).encode()).hexdigest()


def receipt(made: Object, asked: str, answer: Object, trace: Json, given: Json) -> dict[str, Json]:
    """A receipt, written down from the rules."""
    return {
        "digest": digest(made),
        "specVersion": SPEC_VERSION,
        "contextHash": None if given is None else context_hash(given),
        "flag": asked,
        "answer": dict(answer),
        "trace": trace,
    }


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("receipts", "Receipts of answers, and what replaying them finds")
    alice = user()
    plain = document([flag()])
    trace: dict[str, Json] = {"flag": "flag", "on": True, "variationIndex": 0}
    simple = receipt(plain, "flag", fell(), trace, alice)

    def gives(slug: str, description: str, made: Object, expect: Object, given: Json, asked: str = "flag", **more: Json) -> None:
        topic.case(f"gives-{slug}", "receipt", description, {"receipt": {"flag": asked}}, dict(expect), document=dict(made),
                   context=given, **more)  # fmt: skip

    gives("fallthrough", "a flag that falls through", plain, simple, alice)
    turned_off = document([flag(on=False)])
    gives("off", "a flag that is off", turned_off, receipt(
        turned_off, "flag", off(), {"flag": "flag", "on": False, "variationIndex": 2}, alice), alice)  # fmt: skip
    gives("missing", "a flag that is not there", plain, receipt(plain, "other", not_found(None), None, alice), alice, "other")
    for slug, invalid in (("null", None), ("no-key", {"kind": "user"}), ("number", 5)):
        gives(f"invalid-{slug}", "an invalid context has no hash", plain, receipt(plain, "flag", no_context(None), None, None), invalid)
    gives("private", "a private value is in the hash and not in the trace",
          document([flag(rules=[rule(clause("plan", "in", "pro"))])]),
          {"contextHash": context_hash({**user(plan="pro"), "_meta": {"privateAttributes": ["plan"]}}), "answer": ruled()},
          {**user(plan="pro"), "_meta": {"privateAttributes": ["plan"]}})  # fmt: skip
    forms: list[tuple[str, Json, Json]] = [
        ("order", {"key": "alice", "kind": "user"}, alice),
        ("attributes", user(b=1, a=[1.0, {"z": None, "y": -0.0}]), {**alice, "b": 1, "a": [1, {"z": None, "y": 0}]}),
        ("multi-of-one", multi(user={"key": "alice"}), alice),
        ("multi", multi(user={"key": "alice"}, org={"key": "acme"}), multi(user={"key": "alice"}, org={"key": "acme"})),
        ("other-kind", context("org", "acme"), {"kind": "org", "key": "acme"}),
        ("legacy", {"key": "alice"}, alice),
        ("code-units", user(**{"\ufb33": 1, "\U0001f600": 2}), {**alice, "\ufb33": 1, "\U0001f600": 2}),
    ]
    for slug, given, canonical_form in forms:
        gives(f"context-{slug}", "the hash is over the canonical context", plain, {"contextHash": context_hash(canonical_form)}, given)
    share = document([flag(fallthrough={"rollout": rollout(weights((0, 100_000)))})])
    gives("rollout", "a bucket is part of the trace", share, {"digest": digest(share), "answer": fell()}, alice)

    def replays(slug: str, description: str, text: Json, expect: Object, made: Object = plain, given: Json = alice) -> None:
        topic.case(f"replay-{slug}", "receipt", description, {"replay": {"receipt": text}}, dict(expect), document=dict(made),
                   context=given)  # fmt: skip

    def refused(code: str, path: str = "") -> dict[str, Json]:
        return {"refused": {"code": code, "path": path}}

    def altered(**members: Json) -> str:
        return canonical({**simple, **members})

    text = canonical(simple)
    holds: dict[str, Json] = {"holds": True}
    replays("true", "what is true", text, holds)
    replays("true-other-form", "for another form of the context", text, holds, given=multi(user={"key": "alice"}))
    replays("true-off", "of a flag that is off", canonical(receipt(
        turned_off, "flag", off(), {"flag": "flag", "on": False, "variationIndex": 2}, alice)), holds, turned_off)  # fmt: skip
    replays("true-missing", "of a flag that is not there", canonical(receipt(plain, "other", not_found(None), None, alice)), holds)
    replays("true-invalid", "of an invalid context", canonical(receipt(plain, "flag", no_context(None), None, None)), holds, given={})
    other = document([flag(salt="other")])
    replays("other-document", "with another document", text, refused("other-document", "digest"), other)
    replays("other-context", "with another context", text, refused("other-context", "contextHash"), given=user("bob"))
    replays("other-attribute", "with another attribute", text, refused("other-context", "contextHash"), given=user(plan="pro"))
    replays("no-context", "with no context", text, refused("other-context", "contextHash"), given={})
    replays("forged-digest", "another digest", altered(digest=digest(other)), refused("other-document", "digest"))
    replays("forged-hash", "another hash", altered(contextHash=context_hash(user("bob"))), refused("other-context", "contextHash"))
    replays("forged-hash-null", "no hash", altered(contextHash=None), refused("other-context", "contextHash"))
    for version in (0, 1, 3, "2", None):
        replays(f"other-rules-{version}", "another version of the rules", altered(specVersion=version),
                refused("other-rules", "specVersion"))  # fmt: skip
    replays("other-rules-first", "other rules are named before another document",
            altered(specVersion=1, digest=digest(other)), refused("other-rules", "specVersion"))  # fmt: skip
    replays("other-document-before-context", "another document before another context", altered(contextHash=None),
            refused("other-document", "digest"), other)  # fmt: skip
    other_answer = "other-answer"
    steps: list[tuple[str, dict[str, Json], str]] = [
        ("flag", {"flag": "other"}, "trace"), ("trace-flag", {"trace": {**trace, "flag": "other"}}, "trace.flag"),
        ("trace-on", {"trace": {**trace, "on": False}}, "trace.on"),
        ("trace-index", {"trace": {**trace, "variationIndex": 1}}, "trace.variationIndex"),
        ("trace-null", {"trace": None}, "trace"), ("trace-list", {"trace": []}, "trace"),
        ("trace-more", {"trace": {**trace, "rules": []}}, "trace.rules"),
        ("trace-unknown", {"trace": {**trace, "x": 1}}, "trace.x"),
        ("trace-less", {"trace": {"flag": "flag", "on": True}}, "trace.variationIndex"),
        ("value", {"answer": detail("yes", 0, {"kind": "FALLTHROUGH"})}, "answer.value"),
        ("index", {"answer": detail("no", 1, {"kind": "FALLTHROUGH"})}, "answer.variationIndex"),
        ("reason", {"answer": detail("no", 0, {"kind": "OFF"})}, "answer.reason.kind"),
        ("reason-more", {"answer": detail("no", 0, {"kind": "FALLTHROUGH", "inExperiment": True})}, "answer.reason.inExperiment"),
        ("answer-null", {"answer": None}, "answer"),
        ("trace-before-answer", {"answer": None, "trace": {**trace, "variationIndex": 9}}, "trace.variationIndex"),
        ("on-before-index", {"trace": {**trace, "on": False, "variationIndex": 9}}, "trace.on"),
    ]  # fmt: skip
    for slug, members, path in steps:
        replays(f"differs-{slug}", "the first step that differs is named", altered(**members), refused(other_answer, path))
    broken: list[tuple[str, str]] = [
        ("empty", ""), ("null", "null"), ("list", "[]"), ("number", "1"), ("object", "{}"), ("cut", text[:-1]), ("space", text + " "),
        ("space-within", text.replace(":", ": ", 1)), ("line-feed", text + "\n"), ("bom", "\ufeff" + text),
        ("order", '{"specVersion":2,' + text[1:].replace('"specVersion":2,', "")), ("twice", '{"flag":"flag",' + text[1:]),
        ("spelling", text.replace('"specVersion":2', '"specVersion":2.0')),
        ("escape", text.replace('"flag":"flag"', '"flag":"\\u0066lag"')),
        ("more", canonical({**simple, "x": 1})), ("less", canonical({name: item for name, item in simple.items() if name != "trace"})),
        ("flag-number", altered(flag=1)), ("flag-null", altered(flag=None)),
        ("surrogate", text.replace('"flag":"flag"', '"flag":"\\ud800"')),
        ("explanation", canonical({"flag": "flag", "contextKey": "alice", "specVersion": SPEC_VERSION, "answer": fell(), "trace": trace})),
    ]  # fmt: skip
    for slug, written in broken:
        replays(f"broken-{slug}", "a text that is not a receipt", written, refused("not-a-receipt"))
    return [topic]
