"""Limits: cases that take exactly all steps of an evaluation, and cases that take one more."""

from __future__ import annotations

from ..builders import Json, Object, clause, document, fell, flag, malformed, off, rule, ruled, user
from ..hashing import prefix_of
from ..topic import Topic, repeated

STEPS = 1_000_000
STATE_STEPS, STATE_OWN_STEPS = 4_000_000, 10_000
BYTES, VISITS, INSTRUCTIONS, HASHED = 64, 32, 8, 128
"""Bytes, visits of a pattern's places and instructions of it that count as one step; bytes that a bucket's own step includes."""
LENGTH = 64_000
"""Of the long texts here."""
EVALUATE: Json = {"evaluate": {"flag": "flag", "default": "default"}}
FLAG = '"key":"flag","version":1,"on":%s,"variations":["no","yes","off"],"fallthrough":{"variation":0},"offVariation":2,"rules":['
FILLER = '{"variation":1,"clauses":[{"attribute":"number","op":"lessThan","values":['


def one_rule(attribute: str, op: str, value: str) -> str:
    """The text of a rule of one clause with one value, with the comma after it."""
    return f'{{"variation":1,"clauses":[{{"attribute":"{attribute}","op":"{op}","values":[{value}]}}]}},'


def pairs(topic: Topic) -> None:
    """Elements times values."""
    before = '{"flags":{"flag":{' + FLAG + '{"id":"r","variation":1,"clauses":[{"attribute":"list","op":"startsWith","values":['
    for count, on, answer in ((900, "true", fell()), (1100, "true", malformed()), (1100, "false", off())):
        topic.case(f"pairs-{count}{'' if on == 'true' else '-off'}", "limits",
            f"a clause of {count} values over an array of {count} elements{'' if on == 'true' else ', behind an off switch'}", EVALUATE,
            answer, documentText=repeated(before % on, ('"b",', count - 1), '"b"]}]}]}}}'),
            contextText=repeated('{"kind":"user","key":"alice","list":[', ('"a",', count - 1), '"a"]}'))  # fmt: skip


def filled(topic: Topic, slug: str, description: str, unit: str, steps: int, context: tuple[str | tuple[str, int], ...]) -> None:
    """Adds rules and compared numbers that take exactly all steps, and one more."""
    times = (STEPS - 100) // steps
    for more, answer in ((0, fell()), (1, malformed())):
        # The flag; the rules; the rule and the clause of the numbers.
        numbers = STEPS + more - 1 - times * steps - 2
        topic.case(f"{slug}-{'over' if more else 'under'}", "limits",
            f"{description}: {'one step more than' if more else 'all the steps that'} an evaluation may take", EVALUATE, answer,
            documentText=repeated('{"flags":{"flag":{' + FLAG % "true", (unit, times), FILLER, ("0,", numbers - 1), "0]}]}]}}}"),
            contextText=repeated('{"kind":"user","key":"alice","number":5,', *context, "}"))  # fmt: skip


def long_texts(topic: Topic) -> None:
    """Texts count by their length: searched, compared, or read as an element."""
    read = LENGTH // BYTES
    text = ('"text":"', ("a", LENGTH), '"')
    filled(topic, "contains", "a long text is searched", one_rule("text", "contains", '"b"'), 2 + 1 + read, text)
    part = 6_400
    elements = 100
    long = f'"{"a" * part}"'
    filled(topic, "ends-with", "the end of long elements", one_rule("list", "endsWith", f'"b{"a" * (part - 1)}"'),
           2 + elements * (1 + part // BYTES + 1), ('"list":[', (long + ",", elements - 1), long, "]"))  # fmt: skip
    element = ('"list":["', ("a", LENGTH), '"]')
    filled(topic, "in-element", "a long element is looked for", one_rule("list", "in", '"b"'), 2 + 1 + read + 1, element)
    filled(topic, "date-element", "a long element is read as a date", one_rule("list", "before", "0"), 2 + read + 1, element)
    version = "1.0.0-"
    filled(topic, "version-element", "a long element is read as a version", one_rule("list", "semVerEqual", '"2.0.0"'),
           2 + read + 1 + 1, (f'"list":["{version}', ("a", LENGTH - len(version)), '"]'))  # fmt: skip
    filled(topic, "version-text", "a long pre-release is compared", one_rule("text", "semVerEqual", '"1.0.0-b"'),
           2 + 1 + read, (f'"text":"{version}', ("a", LENGTH), '"'))  # fmt: skip


def patterns(topic: Topic) -> None:
    """Searches count the instructions of the program, and the places that they come to."""
    text = ('"text":"', ("a", LENGTH), '"')
    # Each character is skipped; then one round comes to one place.
    skipped = LENGTH + 1 + 1
    filled(topic, "pattern-skipped", "no match begins", one_rule("text", "matches", '"b"'), 2 + 1 + skipped // VISITS, text)
    # In each round after the first two places are come to, and both read; in the last neither.
    visits = (1 + 1 + 1) + (LENGTH - 1) * (1 + 2 + 2) + (1 + 2)
    filled(topic, "pattern-visits", "a match begins everywhere", one_rule("text", "matches", '"[ab]c"'), 2 + 1 + visits // VISITS, text)
    size = 32_000
    filled(topic, "pattern-program", "a large program", one_rule("text", "matches", f'"a{{{size}}}"'), 2 + 1 + size // INSTRUCTIONS,
           ('"text":""',))  # fmt: skip
    for size, answer in ((32_768, ruled()), (32_769, fell())):
        # A split and a jump stand beside the two parts.
        topic.evaluate(f"pattern-of-{size}", "limits", f"a program of {size} instructions",
                       document([flag(rules=[rule(clause("text", "matches", f"a{{{size - 3}}}|b"))])]), user(text="b"), answer)  # fmt: skip


def buckets(topic: Topic) -> None:
    """A long attribute is hashed for each rollout."""
    hashed = (len(prefix_of("s", "salt")) + LENGTH - HASHED) // BYTES
    each = 1 + 1 + hashed
    times = (STEPS - 100) // each
    weighted = '{"clauses":[],"weight":0,"bucketBy":"text","hash":"murmur3"}'
    for more, answer in ((0, fell()), (1, malformed())):
        # The flag, its rule and the clause, the segment; the rules of the segment; the rule and the clause of the numbers.
        numbers = STEPS + more - 4 - times * each - 2
        topic.case(
            f"bucket-{'over' if more else 'under'}",
            "limits",
            f"a long text is hashed: {'one step more than' if more else 'all the steps that'} an evaluation may take",
            EVALUATE,
            answer,
            documentText=repeated(
                '{"segments":{"s":{"key":"s","salt":"salt","rules":[', (weighted + ",", times - 1), weighted, "]}},\"flags\":{\"flag\":{"
                + FLAG % "true" + '{"variation":1,"clauses":[{"op":"segmentMatch","values":["s"]}]},' + FILLER,
                ("0,", numbers - 1), "0]}]}]}}}",
            ),
            contextText=repeated('{"kind":"user","key":"alice","number":5,"text":"', ("a", LENGTH), '"}'),
        )  # fmt: skip


def states(topic: Topic) -> None:
    """In the state of all flags each flag has steps of its own, and all share more."""
    count = 900
    costly = rule(clause("list", "startsWith", *["b"] * count))
    steps = 3 + count * (count + 1)
    shared = STATE_STEPS // (steps - STATE_OWN_STEPS)
    keys = [f"costly-{index}" for index in range(shared + 2)]
    flags = [flag(key, rules=[costly]) for key in keys]
    served = [*keys[:shared], "last"]
    values: dict[str, Json] = {key: "no" if key in served else None for key in [*keys, "last"]}
    metas: dict[str, Json] = {key: {"version": 1, **({"variation": 0} if key in served else {})} for key in values}
    topic.case("state", "limits", "flags that take all shared steps leave the others theirs", {"allFlagsState": {}},
               {"state": {**values, "$flagsState": metas, "$valid": True}}, document=document([*flags, flag("last")]),
               context=user(list=["a"] * count))  # fmt: skip


def traces(topic: Topic) -> None:
    """A trace shows values of the context of 1 MiB together."""
    length = 600_000

    def looked_at(shown: Json) -> Json:
        return {"match": False, "clauses": [shown]}

    topic.case(
        "trace",
        "limits",
        "a long value is shown once, and a short one after it",
        {"explain": {"flag": "flag"}},
        {"answer": fell(), "trace": {"flag": "flag", "rules": [
            looked_at({"attribute": "text"}), looked_at({"contextValue": {"elided": True}}), looked_at({"contextValue": "short"}),
        ]}},
        documentText="{\"flags\":{\"flag\":{" + FLAG % "true" + (one_rule("text", "in", '"b"') * 2 + one_rule("other", "in", '"b"'))[:-1]
        + "]}}}",
        contextText=repeated('{"kind":"user","key":"alice","other":"short","text":"', ("a", length), '"}'),
    )  # fmt: skip


def memory_of(value: Json) -> int:
    """The memory of a JSON value by SPEC.md 14.3, without that of flags and their parts."""

    def listed(count: int, short: int, long: int) -> int:
        return min(count, 1024) * short + max(count - 1024, 0) * long

    match value:
        case str():
            return 28 + len(value.encode())
        case list():
            return 28 + listed(len(value), 24, 60) + sum(memory_of(element) for element in value)
        case dict():
            return 28 + listed(len(value), 40, 122) + sum(memory_of(member) for member in value.values())
        case _:
            return 0


def memory(topic: Topic) -> None:
    """A document takes a limited memory."""
    limit, of_flag, count = 64 << 20, 170, 1_100_000
    before = '{"flags":{"flag":{"on":true,"pad":"'
    without = memory_of({"flags": {"flag": {"on": True, "pad": "", "x": [0] * count, "variations": [1]}}}) + of_flag
    for slug, more, description in (("under", 0, "all the memory"), ("over", 1, "one byte more than the memory")):
        text = repeated(before, ("a", limit - without + more), '","variations":[1],"x":[', ("0,", count - 1), "0]}}}")
        expect: Object = {"error": {"code": "limit", "path": "flags.flag"}} if more else {"keys": ["flag"]}
        topic.load_text(f"memory-{slug}", "14.3", f"values that take {description} of a document", text, expect)
    targets = repeated('{"flags":{"flag":{"on":true,"variations":[1],"targets":[', ("{},", 200_000), "{}]}}}")
    topic.load_text("memory-of-targets", "14.3", "short targets that take more than their text", targets,
                    {"error": {"code": "limit", "path": "flags.flag"}})  # fmt: skip


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("limits", "The number of steps that one evaluation may take, and other limits")
    for add in (pairs, long_texts, patterns, buckets, states, traces, memory):
        add(topic)
    return [topic]
