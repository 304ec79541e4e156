"""Passes hostile objects to the binding and compares each result with that for the JSON text."""

import contextlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from documents import clause, document, flag
from host_objects.objects import SURROGATES, Made, Objects, as_text, has_surrogate, string
from isoflag import (
    Context,
    ContextError,
    DocumentError,
    Flags,
    check_environments,
    edit,
    replay,
    secure_mode_hash,
)

LEVELS = 128

ATTRIBUTES = ("x", "y", "a", "é", "name", "/x/a", "key")


def rules() -> list[dict[str, Any]]:
    """Returns rules of which each tells other values apart."""
    values = ("a", "ada", 1, 2**53, 0.1, True, "1.2.3")
    return [
        {"id": "in", "clauses": [clause("x", "in", *values)], "variation": 1},
        {"id": "number", "clauses": [clause("y", "greaterThan", 1e20)], "variation": 2},
        {"id": "date", "clauses": [clause("a", "after", "2000-01-01T00:00:00Z")], "variation": 3},
        {"id": "within", "clauses": [clause("/x/a", "in", *values)], "variation": 4},
        {"id": "org", "clauses": [clause("x", "in", *values, contextKind="org")], "variation": 5},
        {"id": "match", "clauses": [clause("é", "matches", "^a|x")], "variation": 6},
    ]


def present(attribute: str) -> dict[str, Any]:
    clauses = [clause(attribute, "in", negate=True)]
    return flag(f"has {attribute}", False, True, rules=[{"clauses": clauses, "variation": 1}])


SHARES = {"variations": [{"variation": n, "weight": 12_500} for n in range(8)], "bucketBy": "x"}
DOCUMENT = document(
    flag("rules", *range(8), rules=rules(), fallthrough={"rollout": SHARES}, trackEvents=True),
    *map(present, ATTRIBUTES),
    salt="s",
)
FLAGS = Flags.from_dict(DOCUMENT)
PATCHED = FLAGS.apply({"flags": {"rules": flag("rules", 8, version=2)}})
KEYS = FLAGS.keys()
ADA = {"kind": "user", "key": "ada", "x": 1}
EXPECTED = FLAGS.all_flags_state(Context.from_json(json.dumps(ADA)), with_reasons=True, now=0)
TEXT = FLAGS.to_json()


def is_right() -> bool:
    """Returns whether ordinary calls have their answers."""
    return (
        FLAGS.all_flags_state(ADA, with_reasons=True, now=0) == EXPECTED
        and FLAGS.variation("rules", ADA, None) == 1
        and Flags.from_json(TEXT).digest == FLAGS.digest
    )


def interfere() -> None:
    """Evaluates from the code of an object that is being read."""
    assert FLAGS.variation("rules", {"kind": "user", "key": "b", "x": "a"}, None) == 1
    assert FLAGS.bind(ADA).variation("has x", None) is True
    Context.from_dict({"kind": "org", "key": "b", "x": [1, {"a": 2}]})


# --- contexts ---


@dataclass(frozen=True)
class MadeContext:
    """A context, and the JSON texts that it stands for."""

    host: Any
    # The text without the attributes that have no JSON form. None: the context is invalid.
    lenient: str | None
    # The text. None: it has no JSON form.
    strict: str | None
    is_known: bool


@dataclass(frozen=True)
class Member:
    name: str
    made: Made
    # Whether the context is invalid without it.
    is_required: bool


def members_of(objects: Objects, required: Mapping[str, Made], level: int) -> list[Member]:
    """Returns the members of an object whose others are attributes; a name occurs once."""
    random = objects.random
    members = [Member(name, made, True) for name, made in required.items()]
    for _ in range(random.randrange(5)):
        name = random.choice(
            ("x", "x", "y", "a", "é", "other", "", "/x", random.choice(SURROGATES))
        )
        if any(member.name == name for member in members):
            continue
        made = objects.value()
        if has_surrogate(name) or made.height + level > LEVELS:
            made = Made(made.host, None, 0, made.is_strict, made.is_known)
        members.append(Member(name, made, False))
    random.shuffle(members)
    return members


def composed(objects: Objects, members: list[Member]) -> MadeContext:
    host = objects.wrapped({member.name: member.made.host for member in members})
    texts = [(member, member.made.text) for member in members]

    def text_of(chosen: list[tuple[Member, str | None]]) -> str | None:
        if any(text is None for _, text in chosen):
            return None
        return f"{{{','.join(f'{as_text(m.name, objects.random)}:{text}' for m, text in chosen)}}}"

    lenient = text_of([(m, text) for m, text in texts if m.is_required or text is not None])
    is_strict = all(member.made.is_strict for member in members)
    is_known = all(member.made.is_known for member in members)
    return MadeContext(host, lenient, text_of(texts) if is_strict else None, is_known)


def exactly(value: Any) -> Made:
    return Made(value, json.dumps(value))


def built_in(objects: Objects, usual: Any) -> Made:
    """Returns the value of a member that decides whether the context is valid."""
    draw = objects.random.random()
    if draw < 0.85:
        return exactly(usual)
    made = string(objects.random) if draw < 0.95 else objects.value(2)
    # How deep it may be depends on the kind of context, and an unknown member of `_meta` needs no
    # JSON form: such contexts are not compared.
    is_known = made.height < 20 and (made.text is not None or not isinstance(usual, dict))
    return Made(made.host, made.text, 0, made.is_strict, made.is_known and is_known)


def individual(objects: Objects, kind: str | None, level: int) -> MadeContext:
    required = {"key": built_in(objects, "ada")}
    if kind is not None:
        required["kind"] = built_in(objects, kind)
    for name, usual in (("name", "x"), ("anonymous", True)):
        if objects.random.random() < 0.2:
            required[name] = built_in(objects, usual)
    if objects.random.random() < 0.15:
        required["_meta"] = built_in(objects, {"privateAttributes": ["x", "/x/a"]})
    return composed(objects, members_of(objects, required, level))


def context(objects: Objects) -> MadeContext:
    random = objects.random
    match random.randrange(10):
        case 0:
            made = objects.value()
            # The members of an object may be those of a legacy user, of which some may be missing.
            is_known = made.is_known and made.text is not None and not made.text.startswith("{")
            return MadeContext(made.host, None, made.text, is_known)
        case 1 | 2:
            parts = {
                kind: individual(objects, None, 2)
                for kind in ("user", "org", "b")[: random.randrange(4)]
            }
            host = objects.wrapped(
                {"kind": "multi", **{kind: part.host for kind, part in parts.items()}}
            )
            is_known = all(part.is_known for part in parts.values())
            return MadeContext(
                host,
                of_kinds({kind: part.lenient for kind, part in parts.items()}),
                of_kinds({kind: part.strict for kind, part in parts.items()}),
                is_known,
            )
        case 3:
            custom = composed(objects, members_of(objects, {}, 2))
            email = built_in(objects, "a@b.c")
            both = {"key": built_in(objects, "ada"), "email": email}
            outer = [Member(name, made, True) for name, made in both.items()]
            lenient = composed(
                objects, [*outer, Member("custom", Made(custom.host, custom.lenient), True)]
            )
            strict = composed(
                objects, [*outer, Member("custom", Made(custom.host, custom.strict), True)]
            )
            is_known = custom.is_known and lenient.is_known
            return MadeContext(lenient.host, lenient.lenient, strict.strict, is_known)
    return individual(objects, random.choice(("user", "user", "org")), 1)


def of_kinds(texts: dict[str, str | None]) -> str | None:
    if None in texts.values():
        return None
    return (
        "{"
        + ",".join(('"kind":"multi"', *(f'"{kind}":{text}' for kind, text in texts.items())))
        + "}"
    )


# --- calls ---


def parsed(text: str | None) -> Context | None:
    """Returns the context of a text, if it is valid."""
    if text is None:
        return None
    try:
        return Context.from_json(text)
    except ContextError:
        return None


ANSWERS: tuple[Callable[[Any], object], ...] = (
    lambda c: [tuple(FLAGS.variation_detail(key, c, "default")) for key in KEYS],
    lambda c: FLAGS.all_flags_state(c, with_reasons=True, now=0),
    lambda c: [FLAGS.explain(key, c).to_json() for key in KEYS],
    lambda c: [list(row) for row in FLAGS.evaluate_many(KEYS, [c, ADA, c], threads=2)],
    lambda c: [FLAGS.bind(c).variation_detail(key, None).reason for key in KEYS],
    lambda c: FLAGS.bind(c).all_flags_state(now=0),
    lambda c: FLAGS.receipt("rules", c).to_json(),
    FLAGS.big_segment_keys,
    lambda c: secure_mode_hash("key", c),
    lambda c: dict(FLAGS.consistency("rules", c, 0, 0)),
    lambda c: str(FLAGS.impact(PATCHED, [c, ADA], by=["x"])),
    lambda c: FLAGS.strategy_for("production", c),
)
# A context that is invalid in every form.
INVALID = {"kind": "user"}


def judge_context(random: Random) -> None:
    made = context(Objects(random, interfere))
    answer = random.choice(ANSWERS)
    given = answer(made.host)
    if not made.is_known:
        with contextlib.suppress(ContextError):
            Context.from_dict(made.host)
        return
    valid = parsed(made.lenient)
    wanted = answer(INVALID if valid is None else valid)
    assert given == wanted, f"{made.lenient}: {given} instead of {wanted}"
    strictly = parsed(made.strict)
    try:
        converted = Context.from_dict(made.host)
    except ContextError:
        assert strictly is None, f"{made.strict} is valid"
    else:
        assert converted == strictly, f"{converted.to_dict()} instead of {made.strict}"


def judge_document(random: Random) -> None:
    """Loads a document with hostile members, and compares with its text."""
    objects = Objects(random, interfere)
    made = objects.value()
    host = document(flag("f", made.host), other=made.host)
    parts = json.loads(json.dumps(document(flag("f", "\0"), other="\0")))
    written = None if made.text is None else json.dumps(parts).replace('"\\u0000"', made.text)
    try:
        loaded = Flags.from_dict(objects.wrapped(host))
    except DocumentError:
        loaded = None
    if not made.is_known:
        return
    wanted = None
    # The variation is deeper than the other one.
    if written is not None and made.is_strict:
        try:
            wanted = Flags.from_json(written)
        except DocumentError:
            wanted = None
    assert (loaded is None) == (wanted is None), written
    if loaded is not None and wanted is not None:
        assert loaded.to_json() == wanted.to_json()
        assert loaded.digest == wanted.digest
        detail = loaded.variation_detail("f", ADA, None)
        assert detail == wanted.variation_detail("f", ADA, None)


# --- other arguments ---

RECEIPT = FLAGS.receipt("rules", ADA)
OTHERS: tuple[Callable[[Any], object], ...] = (
    lambda v: FLAGS.apply(v).digest,
    lambda v: FLAGS.apply({"flags": v, "meta": {}}).digest,
    lambda v: Flags.from_flag_map(v).digest,
    lambda v: Flags.from_appconfig(v).digest,
    lambda v: FLAGS.diff(v).to_dict(),
    lambda v: [dict(each) for each in FLAGS.check(v)],
    lambda v: FLAGS.project(known={"user": v}).digest,
    lambda v: FLAGS.project(known=v).digest,
    lambda v: FLAGS.project(private=v).digest,
    lambda v: edit(TEXT, [v], now=0),
    lambda v: edit(TEXT, [{"op": "add", "key": "new", "flag": v}], now=0),
    lambda v: edit(TEXT, [{"op": "target", "key": "rules", "variation": 1, "values": v}], now=0),
    lambda v: FLAGS.advance(v, 0).flags.digest,
    lambda v: FLAGS.supersedes(PATCHED, v),
    lambda v: FLAGS.with_strategy(v).digest,
    lambda v: str(FLAGS.impact(v)),
    lambda v: {
        k: list(map(dict, each)) for k, each in check_environments({"a": FLAGS, "b": v}).items()
    },
    lambda v: FLAGS.variation_detail("rules", ADA, None, big_segments=v),
    lambda v: FLAGS.variation_detail(
        "rules", ADA, None, big_segments={"status": "HEALTHY", "memberships": {"ada": v}}
    ),
    lambda v: replay(RECEIPT, v, ADA).to_json(),
    lambda v: Context("ada", attributes={"x": v}).to_dict(),
    lambda v: Context("ada", attributes=v).to_dict(),
    lambda v: Context("ada", private=v).to_dict(),
    lambda v: Context.multi(v, Context("b", kind="b")).to_dict(),
    lambda v: FLAGS.explain(v, ADA).to_json(),
    lambda v: FLAGS.evaluate_many(v, [ADA]),
    lambda v: FLAGS.evaluate_many(["rules"], v),
    lambda v: FLAGS.certification(
        production_state="passed", next_release="passed", now=0, evaluated=v
    ),
    lambda v: FLAGS.consistency("rules", ADA, v, v),
    lambda v: FLAGS.all_flags_state(ADA, now=v),
    lambda v: v in FLAGS,
    lambda v: v in (FLAGS, RECEIPT),
)


def outcome(call: Callable[[Any], object], value: Any) -> object:
    """Returns the result of a call, or the class of a documented error."""
    try:
        return call(value)
    except (ValueError, TypeError) as error:
        # An error of the caller's own code is passed on, or is the cause.
        return type(error)
    except OverflowError:
        # Python's own, for a number that is not a double.
        return OverflowError
    except RuntimeError as error:
        if str(error) not in RAISED:
            raise
        return RuntimeError


# The errors that hostile objects raise.
RAISED = ("str", "repr", "encode", "bool", "float", "len", "eq", "class", "iter")


def is_plain(value: Any) -> bool:
    """Returns whether `json` makes such a value."""
    if type(value) is dict:
        return all(type(name) is str and is_plain(member) for name, member in value.items())
    if type(value) is list:
        return all(map(is_plain, value))
    return type(value) in (str, bool, int, float, type(None))


def judge_argument(random: Random) -> None:
    made = Objects(random, interfere).value()
    index = random.randrange(len(OTHERS))
    call = OTHERS[index]
    given = outcome(call, made.host)
    if made.text is not None and made.is_known and is_plain(made.host):
        # The same call with objects that `json` makes.
        wanted = outcome(call, json.loads(made.text))
        if not (isinstance(wanted, float) and math.isnan(wanted)):
            assert given == wanted, f"call {index}, {made.text}: {given} instead of {wanted}"


JUDGES = (judge_context, judge_context, judge_document, judge_argument)


def judge(seed: int) -> None:
    """Makes one case and judges it; the assertion names what differs."""
    random = Random(seed)  # noqa: S311 - the same in every run
    JUDGES[seed % len(JUDGES)](random)
    if seed % 100 == 0:
        assert all(is_right() for _ in range(100))
