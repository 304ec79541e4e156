"""Regular expressions: one dialect on every host."""

from __future__ import annotations

import string

from ..builders import Json, clause, document, flag, matched, rule, user
from ..topic import Topic, diagnostic, repeated

# (slug, rule, pattern, text, whether it matches)
ROWS: list[tuple[str, str, str, str, bool]] = [
    ("unanchored", "5.1", "b", "abc", True),
    ("unanchored-miss", "5.1", "d", "abc", False),
    ("empty-pattern", "5.1", "", "abc", True),
    ("empty-both", "5.1", "", "", True),
    ("anchored", "5.1", "^abc$", "abc", True),
    ("anchored-miss", "5.1", "^abc$", "abcd", False),
    ("letter-case", "5.1", "ABC", "abc", False),
    ("alternation", "5.1", "^(cat|dog)$", "dog", True),
    ("alternation-miss", "5.1", "^(cat|dog)$", "cow", False),
    ("character-class", "5.1", "^[a-f0-9]+$", "c0ffee", True),
    ("character-class-miss", "5.1", "^[a-f0-9]+$", "coffee", False),
    ("negated-class", "5.1", "^[^@]+@[^@]+$", "a@b", True),
    ("escaped-dot", "5.1", r"^a\.c$", "abc", False),
    ("dot", "5.1", "^a.c$", "abc", True),
    ("dot-is-not-newline", "5.1", "^a.c$", "a\nc", False),
    ("dot-all-flag", "D45", "(?s)^a.c$", "a\nc", True),
    ("multi-line-flag", "D45", "(?m)^b$", "a\nb\nc", True),
    ("no-multi-line", "5.1", "^b$", "a\nb\nc", False),
    ("quantifier-range", "5.1", "^a{2,3}$", "aaa", True),
    ("quantifier-range-miss", "5.1", "^a{2,3}$", "aaaa", False),
    ("quantifier-lazy", "5.1", "^a+?b$", "aaab", True),
    ("optional", "5.1", "^colou?r$", "color", True),
    ("non-capturing", "D45", "^(?:ab)+$", "abab", True),
    ("named-group-p", "D45", "^(?P<year>[0-9]{4})$", "2024", True),
    ("posix-class", "D45", "^[[:alpha:]]+$", "abc", True),
    ("posix-class-miss", "D45", "^[[:alpha:]]+$", "ab1", False),
    ("hex-escape", "D45", r"^\x41$", "A", True),
    ("code-point-escape", "D45", r"^\x{1F600}$", "\U0001f600", True),
    ("absolute-anchors", "D45", r"\Aabc\z", "abc", True),
    ("verbose-flag", "D45", "(?x) a b c # words", "abc", True),
    ("verbose-lazy-count", "D45", "(?x)^a{2} ?$", "", False),
    ("verbose-optional-repetition", "D45", "(?x)^a+ ?$", "", True),
    ("groups-at-limit", "limits", "(a" * 25 + ")" * 25, "a" * 25, True),
    ("email", "5.1", r"^[\w.+-]+@example\.com$", "a.b+c@example.com", True),
    ("accented-letter-literal", "5.1", "^caf\u00e9$", "caf\u00e9", True),
    ("accented-dot", "5.1", "^caf.$", "caf\u00e9", True),
    ("astral-dot-is-one", "5.1", "^.$", "\U0001f600", True),
    ("astral-dot-is-not-two", "5.1", "^..$", "\U0001f600", False),
    ("astral-class", "5.1", "^[\U0001f600-\U0001f64f]+$", "\U0001f602\U0001f600", True),
    ("combining-is-two", "5.1", "^.$", "e\u0301", False),
    ("back-tracking-free", "5.1", "^(a+)+$", "a" * 40 + "b", False),
    ("case-flag", "D28", "(?i)abc", "xABCx", True),
    ("case-flag-class", "D28", "(?i)^[a-c]+$", "AbC", True),
    ("case-flag-twice", "D28", "(?i)(?i)^a$", "A", True),
    ("case-flag-group", "D28", "^(?i:a)b$", "Ab", True),
    ("case-flag-group-outside", "D28", "^(?i:a)b$", "AB", False),
    ("case-flag-miss", "D28", "(?i)abc", "abd", False),
    ("case-flag-off", "D28", "(?i)a(?-i)b", "AB", False),
    ("dollar-final-newline", "D29", "abc$", "abc\n", False),
    ("dollar-final-newline-class", "D29", "^[a-z]+$", "abc\n", False),
    ("dollar-newline-matched", "D29", "abc\n$", "abc\n", True),
    ("dollar-multi-line", "D29", "(?m)abc$", "abc\n", True),
    ("digit", "D30", r"^\d+$", "0123456789", True),
    ("digit-arabic", "D30", r"\d", "\u0663", False),
    ("digit-fullwidth", "D30", r"\d", "\uff15", False),
    ("non-digit-arabic", "D30", r"^\D$", "\u0663", True),
    ("word", "D30", r"^\w+$", "aZ_9", True),
    ("word-accented", "D30", r"\w", "\u00e9", False),
    ("word-greek", "D30", r"\w", "\u03a9", False),
    ("non-word-accented", "D30", r"^\W$", "\u00e9", True),
    ("boundary", "D30", r"\bb\b", "a b c", True),
    ("boundary-miss", "D30", r"\bb\b", "abc", False),
    ("boundary-accented", "D30", r"\bb\b", "\u00e9b\u00e9", True),
    ("non-boundary", "D30", r"\Bb\B", "abc", True),
    ("space", "D45", r"^a\sb$", "a\tb", True),
    ("space-line-feed", "D45", r"^a\sb$", "a\nb", True),
    ("space-no-break", "D45", r"\s", "\u00a0", False),
    ("space-ideographic", "D45", r"\s", "\u3000", False),
    ("non-space-no-break", "D45", r"^\S$", "\u00a0", True),
    ("fold-accented", "D45", "(?i)^\u00e9$", "\u00c9", False),
    ("fold-accented-same", "D45", "(?i)^\u00e9$", "\u00e9", True),
    ("fold-kelvin", "D45", "(?i)^k$", "\u212a", False),
    ("fold-long-s", "D45", "(?i)^s$", "\u017f", False),
    ("fold-sharp-s", "D45", "(?i)^ss$", "\u00df", False),
]

# (slug, rule, pattern, a text that the pattern would match if it were supported)
REFUSED: list[tuple[str, str, str, str]] = [
    ("look-ahead", "D26", "a(?=b)", "ab"),
    ("negative-look-ahead", "D26", "a(?!b)", "ac"),
    ("look-behind", "D26", "(?<=a)b", "ab"),
    ("negative-look-behind", "D26", "(?<!a)b", "cb"),
    ("back-reference", "D26", r"(a)\1", "aa"),
    ("named-back-reference", "D26", r"(?P<x>a)(?P=x)", "aa"),
    ("atomic-group", "D26", "(?>a)", "a"),
    ("unicode-property", "D45", r"\p{L}", "\u00e9"),
    ("unicode-other-property", "D45", r"\P{L}", "1"),
    ("unclosed-group", "D45", "(abc", "abc"),
    ("unopened-group", "D45", "abc)", "abc)"),
    ("unclosed-class", "D45", "[abc", "[abc"),
    ("reversed-range", "D45", "[z-a]", "b"),
    ("nothing-to-repeat", "D45", "*a", "*a"),
    ("reversed-repetition", "D45", "a{3,2}", "aaa"),
    ("trailing-backslash", "D45", "abc\\", "abc\\"),
    ("unknown-flag", "D45", "(?q)a", "a"),
    ("groups-beyond-limit", "limits", "(a" * 26 + ")" * 26, "a" * 26),
]

ASCII = [chr(code) for code in range(128)]
# The ASCII characters of each POSIX class.
POSIX: dict[str, str] = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "ascii": "".join(ASCII),
    "blank": " \t",
    "cntrl": "".join(character for character in ASCII if not character.isprintable()),
    "digit": string.digits,
    "graph": string.ascii_letters + string.digits + string.punctuation,
    "lower": string.ascii_lowercase,
    "print": "".join(character for character in ASCII if character.isprintable()),
    "punct": string.punctuation,
    "space": string.whitespace,
    "upper": string.ascii_uppercase,
    "word": string.ascii_letters + string.digits + "_",
    "xdigit": string.hexdigits,
}

NOT_TEXT: list[tuple[str, Json, Json, bool]] = [
    ("number-attribute", 123, "1", False),
    ("number-clause", "123", 1, False),
    ("true-attribute", True, "true", False),
    ("null-clause", "null", None, False),
    ("object-attribute", {"a": "b"}, ".", False),
    ("array-clause", "a", ["a"], False),
    ("array-one-hits", [1, "xay"], "a", True),
    ("array-none-hits", ["x", "y"], "a", False),
]


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("operator-matches", "`matches`: an unanchored search in one ASCII-minded dialect")

    def both_signs(slug: str, tag: str, description: str, pattern: Json, value: Json, hit: bool) -> None:
        for negate in (False, True):
            given: dict[str, Json] = {"negate": True} if negate else {}
            made = document([flag(rules=[rule(clause("text", "matches", pattern, **given))])])
            ending = "-negated" if negate else ""
            topic.evaluate(f"{slug}{ending}", tag, description, made, user(text=value), matched(hit != negate))

    for slug, tag, pattern, text, hit in ROWS:
        made = document([flag(rules=[rule(clause("text", "matches", pattern))])])
        topic.evaluate(slug, tag, f"pattern: {slug.replace('-', ' ')}", made, user(text=text), matched(hit))
    for name, characters in POSIX.items():
        others = "".join(character for character in ASCII if character not in characters) + "\u00e9"
        for slug, pattern, text in (("posix", f"^[[:{name}:]]*$", characters), ("posix-negated", f"^[[:^{name}:]]*$", others)):
            made = document([flag(rules=[rule(clause("text", "matches", pattern))])])
            topic.evaluate(f"{slug}-{name}", "D45", f"every character by `{pattern}`", made, user(text=text), matched(True))
    for slug, tag, pattern, text in REFUSED:
        description = f"a pattern that is refused never matches: {slug.replace('-', ' ')}"
        both_signs(slug, tag, description, pattern, text, False)
        if tag == "D26":
            topic.cases[-1]["rule"] = "D27"
        topic.load(f"{slug}-diagnostic", tag, f"{description}, and is an error at its place",
            document([flag(rules=[rule(clause("text", "matches", "a", pattern))])]),
            {"keys": ["flag"], "diagnostics": [diagnostic("error", "invalid-regex", "flags.flag.rules[0].clauses[0].values[1]")]})  # fmt: skip
    for slug, value, other, hit in NOT_TEXT:
        both_signs(slug, "5.1", f"types: {slug.replace('-', ' ')}", other, value, hit)
    made = document([flag(rules=[rule(clause("text", "matches", "a(?=b)", "a"))])])
    topic.evaluate("refused-beside-good", "D26", "a refused pattern leaves the others", made, user(text="ab"), matched(True))  # fmt: skip
    made = document([flag(rules=[rule(clause("other", "matches", "a(?=b)", negate=True))])])
    topic.evaluate("refused-absent-negated", "D27", "an absent attribute remains no match", made, user(text="ab"),
                   matched(False))  # fmt: skip
    for times, fits in ((4096, True), (4097, False)):
        before = (
            '{"flags":{"flag":{"key":"flag","version":1,"on":true,"variations":["no","yes","off"],"fallthrough":'
            '{"variation":0},"rules":[{"id":"r","variation":1,"clauses":[{"attribute":"text","op":"matches","values":["'
        )
        topic.case(f"limit-{times}", "limits", f"a pattern of {times} bytes is {'the longest' if fits else 'too long and never matches'}",
            {"evaluate": {"flag": "flag", "default": "default"}}, matched(fits), documentText=repeated(before, ("a", times), '"]}]}]}}}'),
            contextText=repeated('{"kind":"user","key":"alice","text":"', ("a", 5000), '"}'))  # fmt: skip
    return [topic]
