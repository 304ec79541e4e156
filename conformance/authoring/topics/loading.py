"""Loading: containers, rejected inputs, and the values of a document's text."""

from __future__ import annotations

import base64

from ..builders import ABSENT, Json, Object, clause, document, fell, flag, matched, not_found, rule, segment, target, user
from ..hashing import digest
from ..topic import Topic, diagnostic, repeated

FLAG: dict[str, Json] = flag()


def refused(path: str | None = None, **given: Json) -> dict[str, Json]:
    """The load fails."""
    return {"error": {} if path is None else {"path": path, **given}}


def containers() -> Topic:
    """Which objects are documents."""
    topic = Topic("containers", "Containers of flags and segments")
    normal: Json = {"flags": {"flag": FLAG}, "segments": {}}
    seg = segment("s", included=["alice"])
    good: list[tuple[str, str, Json, list[Json], Object]] = [
        ("flags-only", "1", {"flags": {"flag": FLAG}}, ["flag"], {"flags": {"flag": FLAG}}),
        ("both", "1", {"flags": {"flag": FLAG}, "segments": {"s": seg}}, ["flag"], {"flags": {"flag": FLAG}, "segments": {"s": seg}}),
        ("segments-only", "1", {"segments": {"s": seg}}, [], {"segments": {"s": seg}}),
        ("empty", "1", {"flags": {}, "segments": {}}, [], {}),
        ("empty-flags", "1", {"flags": {}}, [], {}),
        ("flags-null", "1.4", {"flags": None}, [], {}),
        ("segments-null", "1.4", {"flags": {"flag": FLAG}, "segments": None}, ["flag"], {"flags": {"flag": FLAG}}),
        ("unknown-members", "1", {"flags": {}, "owner": {"team": "x"}, "$schema": "y"}, [], {"owner": {"team": "x"}, "$schema": "y"}),
        ("stream", "1", {"path": "/", "data": normal}, ["flag"], {"flags": {"flag": FLAG}}),
        ("stream-flags-only", "1", {"path": "/", "data": {"flags": {"flag": FLAG}}}, ["flag"], {"flags": {"flag": FLAG}}),
        ("stream-with-meta", "1", {"path": "/", "data": {"flags": {}, "meta": {"version": 3}}}, [], {"meta": {"version": 3}}),
        ("sorted-keys", "1", document([flag(key) for key in ("b", "a", "B", "10", "9", "_", "\u00e9")]),
         ["10", "9", "B", "_", "a", "b", "\u00e9"], document([flag(key) for key in ("b", "a", "B", "10", "9", "_", "\u00e9")])),
        ("sorted-by-code-unit", "1", document([flag("\uff00"), flag("\U0001f600")]), ["\U0001f600", "\uff00"],
         document([flag("\uff00"), flag("\U0001f600")])),
        ("tombstones-left-out", "1.1", {"flags": {"flag": FLAG, "gone": {"version": 2, "deleted": True}}}, ["flag"],
         {"flags": {"flag": FLAG, "gone": {"version": 2, "deleted": True}}}),
        ("isolated-listed", "isolation", {"flags": {"flag": FLAG, "bad": {"on": "x"}}}, ["bad", "flag"],
         {"flags": {"flag": FLAG, "bad": {"on": "x"}}}),
    ]  # fmt: skip
    for slug, tag, made, keys, normalised in good:
        topic.load(slug, tag, slug.replace("-", " "), made, {"keys": keys, "version": None if "meta" not in normalised else 3,
                                                             "digest": digest(normalised)})  # fmt: skip

    def expanded(key: str, value: Json) -> dict[str, Json]:
        return {"key": key, "version": 1, "on": True, "fallthrough": {"variation": 0}, "variations": [value]}

    values: dict[str, Json] = {"a": True, "b": "text", "c": {"x": [1]}, "d": None, "e": 2.5}
    made_flags: Json = {key: expanded(key, value) for key, value in values.items()}
    name = topic.document("values", {"flagValues": values})
    topic.load("flag-values", "C2", "plain values become flags", name,
               {"keys": ["a", "b", "c", "d", "e"], "digest": digest({"flags": made_flags})})  # fmt: skip
    for key, value in values.items():
        topic.evaluate(f"flag-values-{key}", "C2", "a plain value is served by the fallthrough", name, user(), fell(value, 0),
                       flag=key)  # fmt: skip
    topic.load("flag-values-beside-flags", "C2", "plain values beside flags", {"flags": {"flag": FLAG}, "flagValues": {"a": 1}},
               {"keys": ["a", "flag"], "digest": digest({"flags": {"flag": FLAG, "a": expanded("a", 1)}})})  # fmt: skip
    clash: Json = {"flags": {"flag": FLAG}, "flagValues": {"flag": "value", "a": 1}}
    topic.load("flag-values-clash", "C2", "a key in both places: the flag is kept, with an error", clash,
               {"keys": ["a", "flag"], "digest": digest({"flags": {"flag": FLAG, "a": expanded("a", 1)}}),
                "diagnostics": [diagnostic("error", "duplicate-flag")]})  # fmt: skip
    topic.evaluate("flag-values-clash-answer", "C2", "a key in both places: the flag answers", clash, user(), fell())
    topic.load("flag-values-empty", "C2", "no plain values", {"flagValues": {}}, {"keys": [], "digest": digest({})})
    topic.evaluate("flag-values-segments", "C2", "plain values beside segments",
                   {"flagValues": {"a": 1}, "segments": {"s": seg}}, user(), fell(1, 0), flag="a")  # fmt: skip

    bare: Json = {"flag": FLAG, "other": flag("other")}
    topic.case("bare-map", "C2", "a bare map of flags", {"load": {}},
               {"keys": ["flag", "other"], "version": None, "digest": digest({"flags": bare})}, document=bare,
               container="flagMap")  # fmt: skip
    topic.case("bare-map-empty", "C2", "an empty map of flags", {"load": {}}, {"keys": [], "digest": digest({})},
               document={}, container="flagMap")  # fmt: skip
    topic.case("bare-map-evaluated", "C2", "a flag of a bare map", {"evaluate": {"flag": "flag", "default": "default"}},
               fell(), document=bare, container="flagMap", context=user())  # fmt: skip
    topic.case("bare-map-flag-named-flags", "C2", "in a bare map `flags` and `meta` are keys like others", {"load": {}},
               {"keys": ["flags", "meta"], "digest": digest({"flags": {"flags": flag("flags"), "meta": flag("meta")}})},
               document={"flags": flag("flags"), "meta": flag("meta")}, container="flagMap")  # fmt: skip
    for slug, other in (("array", "[]"), ("string", '"x"'), ("null", "null"), ("number", "5")):
        topic.case(f"bare-map-{slug}", "C2", "a value that is not an object is not a map of flags", {"load": {}}, refused(),
                   documentText=other, container="flagMap")  # fmt: skip
    topic.load("bare-map-as-document", "C2", "a bare map is not a document, and the error names the other way", bare,
               {"error": {"messageContains": "from_flag_map"}})  # fmt: skip
    topic.load("empty-object", "C2", "an object without any of the members", {}, {"error": {"messageContains": "from_flag_map"}})
    profiles(topic)
    bad: list[tuple[str, Json]] = [("array", []), ("string", "flags"), ("number", 5), ("true", True)]
    for slug, whole_text in (("array", "[]"), ("string", '"flags"'), ("number", "5"), ("true", "true"), ("null", "null")):
        topic.load_text(f"not-an-object-{slug}", "1", f"{slug} is not a document", whole_text, refused())
    for member in ("flags", "segments"):
        for slug, wrong in bad:
            topic.load(f"{member}-{slug}", "1", f"{member} that are no object", {"flags": {}, member: wrong}, refused(member))
    topic.load("flag-values-array", "1", "flagValues that are no object", {"flagValues": []}, refused("flagValues"))
    return topic


def appconfig_flags(entries: dict[str, tuple[bool, dict[str, Json]]], stamps: dict[str, Json]) -> dict[str, Json]:
    """What each flag of a profile becomes: one for `enabled`, one for the attributes."""

    def made(key: str, on: bool, variations: list[Json], off: Json, stamp: Json) -> Json:
        lifecycle: dict[str, Json] = {} if stamp is None else {"lifecycle": {"lastModifiedTimestamp": stamp}}
        return {"key": key, "version": 1, "on": on, "variations": variations, "fallthrough": {"variation": 0},
                "offVariation": off, **lifecycle}  # fmt: skip

    flags: dict[str, Json] = {}
    for key, (enabled, attributes) in entries.items():
        stamp = stamps.get(key)
        flags[key] = made(key, enabled, [True, False], 1, stamp)
        flags[f"{key}.attributes"] = made(f"{key}.attributes", enabled, [attributes], None, stamp)
    return flags


def profiles(topic: Topic) -> None:
    """Feature-flag profiles of AppConfig, which are no documents, and documents that look like them."""
    on: Json = {"enabled": True}
    off: Json = {"enabled": False}
    tempting: Json = {"enabled": True, "on": True, "key": "x", "version": 3, "rules": ["a"], "deleted": True}
    named: Json = {"name": "X"}
    refusals: list[tuple[str, str, Json]] = [
        ("retrieved", "as it is retrieved", {"x": on, "y": {"enabled": False, "limit": 3}}),
        ("retrieved-malformed", "malformed entries beside a good one", {"x": off, "y": {"enabled": "yes"}, "z": 1, "w": {}}),
        ("retrieved-attributes", "attributes named as members of flags", {"x": tempting}),
        ("retrieved-own-members", "members of AppConfig's own", {"x": {"enabled": True, "_deprecation": {"status": "planned"}}}),
        ("retrieved-sections", "flags named as sections", {"flags": on, "segments": off, "meta": on}),
        ("retrieved-flag-values", "a flag named as a section beside another", {"flagValues": on, "x": on}),
        ("retrieved-enabled", "a flag named `enabled`", {"enabled": on}),
        ("one-flag", "the answer for one flag, without its key", {"enabled": True, "color": "red"}),
        ("defined", "as it is defined", {"version": "1", "flags": {"x": named}, "values": {"x": on}}),
        ("defined-no-version", "without a version", {"flags": {"x": named}, "values": {"x": off}}),
        ("defined-no-flags", "values without definitions", {"version": "1", "flags": {}, "values": {"x": on}}),
        ("defined-no-values", "definitions without values", {"version": "1", "flags": {"x": named}}),
        ("defined-variants", "a flag with variants", {"version": "1", "flags": {"x": named}, "values": {"x": {"_variants": []}}}),
    ]
    named_loader: Json = {"error": {"path": "", "messageContains": "from_appconfig"}}
    for slug, description, made in refusals:
        for container in ("document", "flagMap"):
            topic.case(f"appconfig-{slug}-as-{container.lower()}", "own", f"a profile of AppConfig, {description}", {"load": {}},
                       named_loader, document=made, container=container)  # fmt: skip
        topic.case(f"appconfig-{slug}-in-a-stream", "own", f"in a stream: {description}", {"load": {}}, named_loader,
                   document={"path": "/", "data": made})  # fmt: skip
    off_variation: Json = {"enabled": True, "variations": ["a"], "offVariation": 0}
    documents: list[tuple[str, str, dict[str, Json]]] = [
        ("empty", "nothing is there to be a profile", {"flags": {}, "values": {}, "version": "1"}),
        ("unknown-members", "unknown members with `enabled`", {"flags": {}, "meta": on, "values": {"x": on}}),
        ("segments", "a document has segments", {"flags": {}, "segments": {}, "version": "1", "values": {"x": on}}),
        ("flags-null", "an unknown member `enabled`", {"flags": None, "enabled": True}),
        ("flag-named-enabled", "a flag named `enabled`", {"flags": {"enabled": {}}}),
        ("flag-enabled", "a flag named `enabled`, malformed, beside another", {"flags": {"enabled": True, "flag": FLAG}}),
        ("flag-with-enabled", "flags with an unknown member", {"flags": {"flag": flag(enabled=True)}, "values": {"flag": on}}),
        ("flag-off", "a flag that is off with an unknown member", {"flags": {"flag": off_variation}, "values": {"flag": on}}),
        ("one-malformed", "a malformed flag alone", {"flags": {"x": on}}),
    ]
    for slug, description, given in documents:
        held = given["flags"]
        keys: Json = sorted(held) if isinstance(held, dict) else []
        normal: dict[str, Json] = {**given, "flags": held or {}}
        topic.load(f"not-appconfig-{slug}", "own", description, given, {"keys": keys, "digest": digest(normal)})
    value: Json = {"flagValues": {"enabled": True}}
    topic.load("not-appconfig-flag-values", "own", "a plain value named `enabled`", value,
               {"keys": ["enabled"], "digest": digest({"flags": {"enabled": {
                   "key": "enabled", "version": 1, "on": True, "fallthrough": {"variation": 0}, "variations": [True]}}})})  # fmt: skip
    bare: dict[str, Json] = {"flag": FLAG, "x": on, "enabled": True}
    topic.case("not-appconfig-bare-map", "isolation", "malformed items of a bare map beside a flag", {"load": {}},
               {"keys": ["enabled", "flag", "x"], "digest": digest({"flags": bare})}, document=bare, container="flagMap")  # fmt: skip
    patch: Json = {"flags": {"x": named}, "values": {"x": on}}
    topic.case("apply-appconfig", "apply", "a profile is not a patch", {"apply": {"patches": [patch]}},
               {"error": {"path": "", "messageContains": "from_appconfig"}}, document={"flags": {}})  # fmt: skip

    entries: dict[str, tuple[bool, dict[str, Json]]] = {"x": (True, {"limit": 3, "lastModifiedTimestamp": "1795172400"}), "y": (False, {})}
    values: dict[str, Json] = {"x": {"enabled": True, **entries["x"][1]}, "y": {"enabled": False, "_updatedAt": "2026-01-01"}}
    loaded: dict[str, Json] = {
        "keys": ["x", "x.attributes", "y", "y.attributes"],
        "digest": digest({"flags": appconfig_flags(entries, {"x": 1_795_172_400})}),
    }
    definition: Json = {"version": "1", "flags": {"x": named, "y": {"name": "Y"}}, "values": values}
    forms: list[tuple[str, Json]] = [("retrieved", values), ("defined", definition)]
    for slug, form in forms:
        topic.case(f"profile-{slug}", "own", f"a profile as it is {slug}, with the time of a change", {"load": {}}, loaded,
                   document=form, container="appconfig")  # fmt: skip
        topic.case(f"profile-{slug}-evaluated", "own", "what is enabled is on", {"evaluate": {"flag": "x", "default": False}},
                   fell(True), document=form, container="appconfig", context=user())  # fmt: skip
    no_values: Json = {"version": "1", "flags": {"x": named}}
    topic.case("profile-no-values", "own", "a definition without values", {"load": {}}, refused("values"), document=no_values,
               container="appconfig")  # fmt: skip
    topic.case("profile-document", "own", "a flag document is not a profile", {"load": {}}, refused("flags"),
               document={"flags": {"flag": FLAG}}, container="appconfig")  # fmt: skip


# Halfway between two doubles, a little more, the ends of the range, and two equally short texts.
NUMBERS = (
    ("halfway-up", "9007199254740995.0"),
    ("more-than-halfway", "9007199254740993." + "0" * 800 + "1"),
    ("less-than-halfway", "9007199254740992." + "9" * 800),
    ("smallest", "3e-324"),
    ("less-than-smallest", "2.47e-324"),
    ("largest-subnormal", "2.225073858507201e-308"),
    ("many-digits", "0." + "3" * 1000),
    ("even-last-digit", "1424953923781206.25"),
)


def texts() -> Topic:
    """The text of documents."""
    topic = Topic("document-text", "Documents as text: JSON, encodings, numbers, strings, duplicates, nesting")
    one = '{"flags":{"flag":{"key":"flag","version":1,"on":true,"variations":[%s],"fallthrough":{"variation":0}}}}'
    served: list[tuple[str, str, str, Json]] = [
        ("integer", "values", "42", 42), ("minus-zero", "values", "-0", 0), ("minus-zero-float", "values", "-0.0", 0),
        ("integral-float", "values", "3.0", 3), ("exponent", "values", "1E2", 100), ("exponent-plus", "values", "1e+2", 100),
        ("exponent-negative", "values", "100e-2", 1), ("fraction", "values", "0.1", 0.1),
        ("long-fraction", "values", "0.1000000000000000055511151231257827", 0.1),
        ("rounded-fraction", "values", "3.141592653589793238462643383279", 3.141592653589793),
        ("2-53-minus-1", "values", "9007199254740991", 9007199254740991),
        ("2-53-plus-1-to-even", "values", "9007199254740993", 9007199254740992.0),
        ("2-53-plus-3-to-even", "values", "9007199254740995", 9007199254740996.0),
        ("minus-2-53-plus-1", "values", "-9007199254740993", -9007199254740992.0),
        ("2-64", "values", "18446744073709551616", 18446744073709551616.0),
        ("long-integer", "values", "1" + "0" * 40, 1e40), ("1e21", "values", "1000000000000000000000", 1e21),
        ("1e23", "values", "1e23", 1e23), ("largest", "values", "1.7976931348623157e308", 1.7976931348623157e308),
        ("largest-rounding-down", "values", "1.7976931348623158e308", 1.7976931348623157e308),
        ("smallest", "values", "5e-324", 5e-324), ("smallest-normal", "values", "2.2250738585072014e-308", 2.2250738585072014e-308),
        ("too-small", "values", "1e-400", 0), ("halfway-to-smallest", "values", "2.4703282292062327e-324", 0),
        ("halfway-case", "values", "9007199254740993.0", 9007199254740992.0),
        ("just-above-halfway", "values", "9007199254740993.00000000000000000001", 9007199254740994.0),
        ("string", "values", '"a"', "a"), ("escapes", "values", r'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
        ("unicode-escape", "values", r'"\u00e9"', "\u00e9"), ("upper-hex-escape", "values", r'"\u00E9"', "\u00e9"),
        ("surrogate-pair", "values", r'"\ud83d\ude00"', "\U0001f600"), ("raw-astral", "values", '"\U0001f600"', "\U0001f600"),
        ("escaped-nul", "values", r'"a\u0000b"', "a\0b"), ("delete-character", "values", '"\x7f"', "\x7f"),
        ("line-separator", "values", '"\u2028\u2029"', "\u2028\u2029"), ("non-character", "values", '"\uffff"', "\uffff"),
        ("bom-inside", "values", '"\ufeff"', "\ufeff"), ("not-normalised", "values", '"e\u0301"', "e\u0301"),
        ("object", "values", '{"a":[1,{"b":null}]}', {"a": [1, {"b": None}]}),
        *((f"number-{slug}", "values", text, float(text)) for slug, text in NUMBERS),
        ("proto-member", "values", '{"__proto__":{"x":1},"constructor":2}', {"__proto__": {"x": 1}, "constructor": 2}),
        ("integer-members", "values", '{"10":1,"9":2,"a":3,"1":4}', {"10": 1, "9": 2, "a": 3, "1": 4}),
        ("duplicate-in-value", "values", '{"a":1,"a":2}', {"a": 2}), ("empty-name", "values", '{"":1}', {"": 1}),
    ]  # fmt: skip
    for slug, tag, content, value in served:
        topic.case(f"value-{slug}", tag, f"a variation written as text: {slug.replace('-', ' ')}",
                   {"evaluate": {"flag": "flag", "default": "default"}}, fell(value, 0), documentText=one % content,
                   context=user())  # fmt: skip
    for slug, content in (("2-53-plus-1", "9007199254740993"), ("long", "123456789012345678901"), ("negative", "-9007199254740993")):
        topic.load_text(f"precision-{slug}", "values", "an integer that is rounded is a warning", one % content,
                        {"keys": ["flag"], "diagnostics": [diagnostic("warning", "number-precision")]})  # fmt: skip
    longest, longer = "k" * 256, "k" * 257
    for slug, key, path in (("longest-name", longest, f"flags.{longest}.x[0]"), ("longer-name", longer, f'flags["{longest}…"].x[0]')):
        topic.load_text(f"path-{slug}", "values", "a path shows 256 characters of a name",
                        f'{{"flags":{{"{key}":{{"key":"{key}","x":[9007199254740993]}}}}}}',
                        {"keys": [key], "diagnostics": [diagnostic("warning", "number-precision", path)]})  # fmt: skip
    for slug, content in (("safe", "9007199254740991"), ("fraction", "0.1"), ("large-fraction", "4503599627370495.5")):
        topic.load_text(f"no-precision-{slug}", "values", "a number that loses nothing, or is not an integer, is not a warning",
                        one % content, {"keys": ["flag"], "absentDiagnostics": [{"code": "number-precision"}]})  # fmt: skip
    bad_values: list[tuple[str, str]] = [
        ("too-large", "1e400"), ("too-large-negative", "-1e400"), ("too-large-digits", "1" + "0" * 400),
        ("largest-rounding-up", "1.7976931348623159e308"), ("lone-surrogate", r'"\ud800"'), ("lone-low-surrogate", r'"a\udfff"'),
        ("reversed-surrogates", r'"\ude00\ud83d"'), ("surrogate-then-text", r'"\ud83dx"'), ("surrogate-name", r'{"\ud800":1}'),
        ("nan", "NaN"), ("infinity", "Infinity"), ("minus-infinity", "-Infinity"), ("undefined", "undefined"),
        ("leading-zero", "01"), ("leading-plus", "+1"), ("bare-point", "1."), ("leading-point", ".5"), ("hexadecimal", "0x10"),
        ("bare-exponent", "1e"), ("minus-alone", "-"), ("upper-true", "True"), ("single-quotes", "'a'"),
        ("raw-control", '"a\nb"'), ("raw-nul", '"a\0b"'), ("bad-escape", r'"\x61"'), ("short-escape", r'"\u12"'),
        ("trailing-comma-array", "[1,]"), ("trailing-comma-object", '{"a":1,}'), ("comment", "1 /* x */"),
        ("unquoted-name", "{a:1}"), ("number-name", "{1:1}"), ("missing-value", '{"a":}'), ("missing-colon", '{"a" 1}'),
        ("double-comma", "[1,,2]"), ("unclosed-string", '"abc'), ("mismatched", "[1}"),
    ]  # fmt: skip
    for slug, content in bad_values:
        topic.load_text(f"bad-{slug}", "values", f"not loaded: {slug.replace('-', ' ')}", one % content, refused())
    whole: list[tuple[str, Json, bool]] = [
        ("empty", "", False), ("blank", " \n", False), ("byte-order-mark", "\ufeff" + one % "1", True),
        ("byte-order-mark-alone", "\ufeff", False), ("two-byte-order-marks", "\ufeff\ufeff" + one % "1", False),
        ("spaces-around", " \t\r\n" + one % "1" + " \t\r\n", True), ("no-break-space", "\u00a0" + one % "1", False),
        ("form-feed", "\f" + one % "1", False), ("trailing-text", one % "1" + "x", False),
        ("two-documents", one % "1" + one % "2", False), ("trailing-nul", one % "1" + "\0", False),
        ("comment-first", "// flags\n" + one % "1", False), ("yaml", "flags:\n  flag: true\n", False),
        ("cut-short", (one % "1")[:-1], False),
    ]  # fmt: skip
    for slug, whole_text, good in whole:
        topic.load_text(f"text-{slug}", "values", slug.replace("-", " "), whole_text, {"keys": ["flag"]} if good else refused())
    raw: list[tuple[str, bytes, bool]] = [
        ("utf-8", (one % '"\u00e9"').encode(), True),
        ("utf-8-bom", b"\xef\xbb\xbf" + (one % "1").encode(), True),
        ("latin-1", (one % '"\u00e9"').encode("latin-1"), False),
        ("utf-16", (one % "1").encode("utf-16"), False),
        ("utf-16-le", (one % "1").encode("utf-16-le"), False),
        ("encoded-surrogate", (one % '"?"').encode().replace(b"?", b"\xed\xa0\x80"), False),
        ("overlong", (one % '"?"').encode().replace(b"?", b"\xc0\xaf"), False),
        ("beyond-unicode", (one % '"?"').encode().replace(b"?", b"\xf4\x90\x80\x80"), False),
        ("cut-sequence", (one % '"?"').encode().replace(b"?", b"\xe2\x82"), False),
        ("lone-continuation", (one % '"?"').encode().replace(b"?", b"\x80"), False),
        ("bad-byte-outside", b"\xff" + (one % "1").encode(), False),
    ]
    for slug, content_bytes, good in raw:
        topic.case(f"bytes-{slug}", "values", f"bytes: {slug.replace('-', ' ')}", {"load": {}},
                   {"keys": ["flag"]} if good else refused(), documentBase64=base64.b64encode(content_bytes).decode())  # fmt: skip
    floats: list[tuple[str, str]] = [
        ("index", '"fallthrough":{"variation":1.0}'),
        ("index-exponent", '"fallthrough":{"variation":1e0}'),
        ("weight", '"fallthrough":{"rollout":{"variations":[{"variation":1,"weight":100000.0}]}}'),
        ("weight-exponent", '"fallthrough":{"rollout":{"variations":[{"variation":1,"weight":1E5},{"variation":0,"weight":0}]}}'),
        ("target", '"targets":[{"variation":1.00,"values":["alice"]}]'),
    ]
    for slug, member in floats:
        answer = fell("yes", 1) if slug != "target" else target()
        topic.case(f"float-{slug}", "1.4", f"an integral number, however it is written, is an integer: {slug.replace('-', ' ')}",
                   {"evaluate": {"flag": "flag", "default": "default"}}, answer,
                   documentText='{"flags":{"flag":{"key":"flag","version":1.0,"on":true,"variations":["no","yes"],' + member + "}}}",
                   context=user())  # fmt: skip
    duplicate = '{"flags":{"flag":{"key":"flag","version":1,"on":false,"on":true,"variations":["no"],"fallthrough":{"variation":0}}}}'
    topic.load_text("duplicate-member", "values", "of duplicate members the last wins, with a warning", duplicate,
                    {"keys": ["flag"], "diagnostics": [diagnostic("warning", "duplicate-member")],
                     "digest": digest({"flags": {"flag": {"key": "flag", "version": 1, "on": True, "variations": ["no"],
                                                          "fallthrough": {"variation": 0}}}})})  # fmt: skip
    topic.case("duplicate-member-answer", "values", "of duplicate members the last answers",
               {"evaluate": {"flag": "flag", "default": "default"}}, fell(), documentText=duplicate, context=user())  # fmt: skip
    twice = '{"flags":{"flag":{"on":true,"variations":["first"],"fallthrough":{"variation":0}},'
    twice += '"flag":{"variations":["last"],"offVariation":0}}}'
    topic.case("duplicate-flag", "values", "of two flags with one key the last wins", {"evaluate": {"flag": "flag", "default": "default"}},
               {"value": "last", "variationIndex": 0, "reason": {"kind": "OFF"}}, documentText=twice, context=user())  # fmt: skip
    topic.load_text("duplicate-flags-member", "values", "of two `flags` the last wins, whole", '{"flags":{"a":{}},"flags":{"b":{}}}',
                    {"keys": ["b"], "diagnostics": [diagnostic("warning", "duplicate-member")]})  # fmt: skip
    topic.load_text("duplicate-escaped-name", "values", "names are compared after their escapes are undone",
                    '{"flags":{"a":{},"\\u0061":{}}}', {"keys": ["a"],
                     "diagnostics": [diagnostic("warning", "duplicate-member")]})  # fmt: skip
    topic.load_text("no-duplicate", "values", "no duplicates, no warning", one % "1",
                    {"keys": ["flag"], "absentDiagnostics": [{"code": "duplicate-member"}]})  # fmt: skip
    for depth, good in ((122, True), (123, False), (10000, False)):
        # The variation stands within four containers: the document, the flags, the flag, its variations.
        content_parts = one.split("%s")
        times = depth + 2
        topic.load_text(f"nesting-{times + 4}", "limits", f"{times + 4} containers within each other",
                        repeated(content_parts[0], ("[", times), ("]", times), content_parts[1]),
                        {"keys": ["flag"]} if good else refused())  # fmt: skip
    topic.load_text("nesting-unclosed", "limits", "ten thousand open brackets", repeated(("[", 10000)), refused())
    topic.load_text("nesting-objects", "limits", "ten thousand open objects", repeated(('{"a":', 10000)), refused())
    topic.load_text("wide-array", "limits", "a wide array is not a deep one",
                    repeated(one.split("%s")[0], ("[],", 5000), "[]", one.split("%s")[1]), {"keys": ["flag"]})  # fmt: skip
    return topic


def versions() -> Topic:
    """`meta.version` and the diagnostics of keys."""
    topic = Topic("document-meta", "The document's version, keys of flags, and entries that are not flags")
    rows: list[tuple[str, Json, Json]] = [
        ("null", {"version": None}, None), ("zero", {"version": 0}, 0), ("one", {"version": 1}, 1),
        ("float", {"version": 3.0}, 3), ("negative", {"version": -4}, -4), ("fraction", {"version": 3.5}, None),
        ("string", {"version": "3"}, None), ("true", {"version": True}, None), ("array", {"version": [3]}, None),
        ("large", {"version": 9007199254740991}, 9007199254740991), ("other-members", {"environment": "test"}, None),
        ("meta-null", None, None),
    ]  # fmt: skip
    for slug, meta, version in rows:
        made: dict[str, Json] = {"flags": {"flag": FLAG}}
        if meta != ABSENT:
            made["meta"] = meta
        topic.load(f"version-{slug}", "api", f"version: {slug.replace('-', ' ')}", made,
                   {"keys": ["flag"], "version": version, "digest": digest(made)})  # fmt: skip
    topic.load("top-level-version", "api", "a version beside flags is not the document's",
               {"flags": {}, "version": 7}, {"version": None})  # fmt: skip
    topic.load("key-absent", "own", "a flag without a key is a warning", {"flags": {"flag": flag(key=ABSENT)}},
               {"keys": ["flag"], "diagnostics": [diagnostic("warning", "missing-key", "flags.flag.key")]})  # fmt: skip
    topic.load("key-mismatch", "own", "a flag filed under another key is a warning", {"flags": {"filed": flag("own")}},
               {"keys": ["filed"], "diagnostics": [diagnostic("warning", "key-mismatch")]})  # fmt: skip
    topic.evaluate("key-mismatch-filed", "own", "a flag is found under the key it is filed under",
                   {"flags": {"filed": flag("own")}}, user(), fell(), flag="filed")  # fmt: skip
    topic.evaluate("key-mismatch-own", "own", "a flag is not found under another key of its own",
                   {"flags": {"filed": flag("own")}}, user(), not_found(), flag="own")  # fmt: skip
    topic.evaluate("key-absent-answer", "own", "a flag without a key answers", {"flags": {"flag": flag(key=ABSENT)}},
                   user(), fell())  # fmt: skip
    topic.load("odd-path", "api", "a key that is not a plain word is quoted in a path",
               {"flags": {"odd.key": flag("odd.key", rules=[rule(clauses=ABSENT)])}},
               {"diagnostics": [diagnostic("warning", "rule-without-clauses", 'flags["odd.key"].rules[0]')]})  # fmt: skip
    topic.load("quoted-path", "api", "a quote in a key is escaped in a path as in JSON",
               {"flags": {'a"b': flag('a"b', rules=[rule(clauses=ABSENT)])}},
               {"diagnostics": [diagnostic("warning", "rule-without-clauses", 'flags["a\\"b"].rules[0]')]})  # fmt: skip
    topic.load("plain-path", "api", "letters, digits, `_` and `-` need no quotes",
               {"flags": {"A-b_9": flag("A-b_9", rules=[rule(clauses=ABSENT)])}},
               {"diagnostics": [diagnostic("warning", "rule-without-clauses", "flags.A-b_9.rules[0]")]})  # fmt: skip
    topic.load("clean", "api", "a document without faults has no diagnostics that warn", document(
        [flag(rules=[rule(clause("key", "in", "alice"))])]), {"keys": ["flag"], "absentDiagnostics": [{"code": code} for code in (
            "missing-key", "key-mismatch", "wrong-type", "rule-without-clauses", "duplicate-member", "unknown-hash")]})  # fmt: skip
    topic.evaluate("members-kept", "1", "unknown members at every level", {
        "flags": {"flag": flag(rules=[{**rule({"attribute": "key", "op": "in", "values": ["alice"], "x": 1}), "x": 2}], x=3)},
        "x": 4}, user(), matched(True))  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [containers(), texts(), versions()]
