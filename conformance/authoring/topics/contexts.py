"""Contexts: their forms, their validity, the kind clock and the secure mode hash."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ..builders import Json, clause, document, fell, flag, multi, rule, ruled, user
from ..hashing import secure_mode_hash
from ..topic import Topic, repeated

# Contexts: valid and invalid, their canonical form and their fully-qualified key.


def valid(topic: Topic, slug: str, tag: str, given: Json, key: str, canonical: Json | None = None) -> None:
    """A context that is accepted; its canonical form is itself unless given."""
    topic.case(slug, tag, f"valid: {slug.replace('-', ' ')}", {"context": {}},
               {"key": key, "context": given if canonical is None else canonical}, context=given)  # fmt: skip


def invalid(topic: Topic, slug: str, tag: str, given: Json) -> None:
    """A context that is refused."""
    topic.case(slug, tag, f"invalid: {slug.replace('-', ' ')}", {"context": {}}, {"error": {}}, context=given)


def single() -> Topic:
    """Contexts of one kind."""
    topic = Topic("contexts-single", "Contexts of one kind")
    plain: dict[str, Json] = {"kind": "user", "key": "alice"}
    kinds = ["user", "org", "a", "A", "0", "Org", "device.model", "a_b", "a-b", "-", "_", ".", "kinD", "Multi", "user1"]
    kinds += ["x" * 200, "kind.", "multi-", "USER", "..", "0.0"]
    for kind in kinds:
        key = "alice" if kind == "user" else f"{kind}:alice"
        slug = "long" if len(kind) > 100 else kind.replace(".", "dot")
        valid(topic, f"kind-{slug}", "2.1", {"kind": kind, "key": "alice"}, key)
    bad_kinds: list[tuple[str, Json]] = [
        ("empty", ""), ("kind", "kind"), ("space", "a b"), ("leading-space", " user"), ("slash", "a/b"),
        ("colon", "a:b"), ("percent", "a%b"), ("accent", "\u00e9t\u00e9"), ("astral", "\U0001f600"), ("plus", "a+b"),
        ("at", "a@b"), ("newline", "user\n"), ("tilde", "a~b"), ("dollar", "$user"), ("fullwidth", "\uff55ser"),
        ("null", None), ("number", 5), ("true", True), ("array", ["user"]), ("object", {"user": 1}), ("nul", "a\0"),
    ]  # fmt: skip
    for slug, kind_value in bad_kinds:
        invalid(topic, f"kind-bad-{slug}", "2.1", {"kind": kind_value, "key": "alice"})
    keys: list[tuple[str, str]] = [
        ("space", " "), ("inner-space", "a b"), ("accent", "\u00e5sa"), ("astral", "\U0001f600"), ("nul", "a\0b"),
        ("newline", "a\nb"), ("digits", "123"), ("word-null", "null"), ("slash", "a/b"), ("long", "x" * 1000),
        ("quote", 'a"b'), ("backslash", "a\\b"), ("proto", "__proto__"),
    ]  # fmt: skip
    for slug, key in keys:
        valid(topic, f"key-{slug}", "2.1", {"kind": "user", "key": key}, key)
    bad_keys: list[tuple[str, Json]] = [
        ("empty", ""), ("null", None), ("number", 5), ("zero", 0), ("true", True), ("false", False), ("array", ["a"]),
        ("object", {"a": 1}),
    ]  # fmt: skip
    for slug, key_value in bad_keys:
        invalid(topic, f"key-bad-{slug}", "2.1", {"kind": "user", "key": key_value})
        invalid(topic, f"key-bad-{slug}-org", "2.1", {"kind": "org", "key": key_value})
    invalid(topic, "key-absent", "2.1", {"kind": "user"})
    invalid(topic, "key-absent-attributes", "2.1", {"kind": "user", "name": "Alice", "Key": "alice"})
    escapes: list[tuple[str, str, str]] = [
        ("colon", "a:b", "a%3Ab"), ("percent", "a%b", "a%25b"), ("both", "a%:b", "a%25%3Ab"),
        ("escaped-already", "a%3Ab", "a%253Ab"), ("slash", "a/b c", "a/b c"), ("colons", "::", "%3A%3A"),
        ("accent", "\u00e9:", "\u00e9%3A"), ("lower-hex", "%3a", "%253a"), ("ampersand", "a&b=c?d#e", "a&b=c?d#e"),
    ]  # fmt: skip
    for slug, key, escaped in escapes:
        valid(topic, f"qualified-org-{slug}", "2.4", {"kind": "org", "key": key}, f"org:{escaped}")
        valid(topic, f"qualified-user-{slug}", "2.4", {"kind": "user", "key": key}, key)
        both: Json = {"kind": "multi", "org": {"key": "o"}, "user": {"key": key}}
        valid(topic, f"qualified-multi-{slug}", "2.4", both, f"org:o:user:{escaped}")
    bad_names: list[tuple[str, Json]] = [("number", 5), ("true", True), ("array", ["a"]), ("object", {"first": "A"})]
    for slug, name in bad_names:
        invalid(topic, f"name-bad-{slug}", "2.1", {**plain, "name": name})
    valid(topic, "name", "2.1", {**plain, "name": "Alice"}, "alice")
    valid(topic, "name-empty", "2.1", {**plain, "name": ""}, "alice")
    valid(topic, "name-null", "2.1", {**plain, "name": None}, "alice", plain)
    bad_flags: list[tuple[str, Json]] = [
        ("null", None), ("string", "true"), ("empty", ""), ("one", 1), ("zero", 0), ("array", []), ("object", {}),
    ]  # fmt: skip
    for slug, anonymous in bad_flags:
        invalid(topic, f"anonymous-bad-{slug}", "2.1", {**plain, "anonymous": anonymous})
    valid(topic, "anonymous-true", "2.1", {**plain, "anonymous": True}, "alice")
    metas: list[tuple[str, Json, Json]] = [
        ("one", ["email"], ["email"]), ("two", ["b", "a"], ["b", "a"]), ("path", ["/address/city"], ["/address/city"]),
        ("escaped", ["/a~1b~0c"], ["/a~1b~0c"]), ("empty", [], None), ("null", None, None),
    ]  # fmt: skip
    for slug, private, kept in metas:
        canonical: Json = plain if kept is None else {**plain, "_meta": {"privateAttributes": kept}}
        valid(topic, f"private-{slug}", "2.1", {**plain, "_meta": {"privateAttributes": private}}, "alice", canonical)
    valid(topic, "meta-empty", "2.1", {**plain, "_meta": {}}, "alice", plain)
    bad_metas: list[tuple[str, Json]] = [
        ("number", 5), ("string", "x"), ("array", []), ("true", True), ("private-string", {"privateAttributes": "a"}),
        ("private-object", {"privateAttributes": {}}), ("private-number", {"privateAttributes": 5}),
        ("private-element-number", {"privateAttributes": ["a", 5]}),
        ("private-element-object", {"privateAttributes": [{}]}),
    ]  # fmt: skip
    for slug, meta in bad_metas:
        invalid(topic, f"meta-bad-{slug}", "A5", {**plain, "_meta": meta})
    attributes: list[tuple[str, Json]] = [
        ("string", "x"), ("empty-string", ""), ("number", 1.5), ("zero", 0), ("true", True), ("false", False),
        ("array", [1, "a", None, [2], {"b": None}]), ("object", {"a": {"b": [1, None]}}), ("empty-array", []),
        ("empty-object", {}), ("nested-null", {"a": None}),
    ]  # fmt: skip
    for slug, value in attributes:
        valid(topic, f"attribute-{slug}", "2.1", {**plain, "plan": value}, "alice")
    valid(topic, "attribute-null", "2.1", {**plain, "plan": None}, "alice", plain)
    valid(topic, "attribute-odd-names", "2.1", {**plain, "/": 2, "a b": 3, "\u00e9": 4, "custom": {"x": 5}}, "alice")
    valid(topic, "attribute-legacy-names", "2.1", {**plain, "email": 5, "country": [], "privateAttributeNames": ["a"],
          "secondary": 7, "custom": "text"}, "alice")  # fmt: skip
    valid(topic, "attribute-letter-case", "2.1", {**plain, "Name": 5, "Anonymous": "x", "KEY": 1, "Kind": "x"}, "alice")
    valid(topic, "org-attributes", "2.1", {"kind": "org", "key": "acme", "name": "Acme", "anonymous": True,
          "_meta": {"privateAttributes": ["name"]}, "size": 7}, "org:acme")  # fmt: skip
    for slug, other in (("null", None), ("number", 5), ("string", "alice"), ("array", []), ("true", True)):
        invalid(topic, f"not-an-object-{slug}", "2.1", other)
    return topic


def contexts_multi() -> Topic:
    """Contexts of several kinds."""
    topic = Topic("contexts-multi", "Contexts of several kinds")
    user: Json = {"key": "alice"}
    org: Json = {"key": "acme", "size": 7}
    valid(topic, "two", "2.2", {"kind": "multi", "user": user, "org": org}, "org:acme:user:alice")
    valid(topic, "three", "2.4", {"kind": "multi", "user": user, "org": org, "device": {"key": "d"}},
          "device:d:org:acme:user:alice")  # fmt: skip
    valid(topic, "no-user", "2.2", {"kind": "multi", "org": org, "device": {"key": "d"}}, "device:d:org:acme")
    valid(topic, "order-ascii", "2.4", {"kind": "multi", "a": user, "B": user, "_": user, "-": user, "0": user, ".": user},
          "-:alice:.:alice:0:alice:B:alice:_:alice:a:alice")  # fmt: skip
    valid(topic, "order-prefix", "2.4", {"kind": "multi", "ab": user, "a": user, "a-b": user, "a.b": user},
          "a:alice:a-b:alice:a.b:alice:ab:alice")  # fmt: skip
    valid(topic, "order-digits", "2.4", {"kind": "multi", "10": user, "9": user, "1": user}, "1:alice:10:alice:9:alice")
    valid(topic, "escapes", "2.4", {"kind": "multi", "a": {"key": "x:y"}, "b": {"key": "%"}}, "a:x%3Ay:b:%25")
    valid(topic, "collapse-user", "2.2", {"kind": "multi", "user": user}, "alice", {"kind": "user", "key": "alice"})
    valid(topic, "collapse-org", "2.2", {"kind": "multi", "org": org}, "org:acme", {"kind": "org", "key": "acme", "size": 7})  # fmt: skip
    valid(topic, "collapse-user-colon", "2.4", {"kind": "multi", "user": {"key": "a:b"}}, "a:b",
          {"kind": "user", "key": "a:b"})  # fmt: skip
    valid(topic, "attributes", "2.2", {"kind": "multi", "user": {"key": "a", "name": "A", "anonymous": True,
          "_meta": {"privateAttributes": ["name"]}, "x": [1]}, "org": {"key": "b", "x": {"y": 1}}}, "org:b:user:a")  # fmt: skip
    valid(topic, "nulls-dropped", "2.2", {"kind": "multi", "user": {"key": "a", "name": None, "x": None}, "org": org},
          "org:acme:user:a", {"kind": "multi", "user": {"key": "a"}, "org": org})  # fmt: skip
    nested: list[tuple[str, str, Json]] = [
        ("empty-object", "2.2", {}), ("number", "A5", 5), ("string", "A5", "alice"), ("array", "A5", []),
        ("true", "A5", True), ("key-absent", "2.2", {"name": "x"}), ("key-empty", "2.2", {"key": ""}),
        ("key-number", "2.2", {"key": 5}), ("key-null", "2.2", {"key": None}), ("name-number", "A5", {"key": "a", "name": 5}),
        ("name-object", "A5", {"key": "a", "name": {}}), ("anonymous-string", "A5", {"key": "a", "anonymous": "true"}),
        ("anonymous-null", "A5", {"key": "a", "anonymous": None}), ("anonymous-number", "A5", {"key": "a", "anonymous": 1}),
        ("meta-number", "A5", {"key": "a", "_meta": 5}),
        ("meta-private-number", "A5", {"key": "a", "_meta": {"privateAttributes": 5}}),
        ("meta-private-element", "A5", {"key": "a", "_meta": {"privateAttributes": [5]}}),
    ]  # fmt: skip
    for slug, tag, bad in nested:
        invalid(topic, f"nested-bad-{slug}", tag, {"kind": "multi", "user": bad, "org": org})
        invalid(topic, f"nested-bad-{slug}-alone", tag, {"kind": "multi", "org": bad})
    for slug, kind, tag in (("multi", "multi", "A5"), ("empty", "", "2.2"), ("space", "a b", "2.2"), ("slash", "a/b", "2.2"),
                            ("accent", "\u00e9", "2.2"), ("colon", "a:b", "2.2")):  # fmt: skip
        invalid(topic, f"kind-bad-{slug}", tag, {"kind": "multi", "user": user, kind: org})
        invalid(topic, f"kind-bad-{slug}-alone", tag, {"kind": "multi", kind: org})
    invalid(topic, "empty", "2.2", {"kind": "multi"})
    invalid(topic, "only-a-key", "2.2", {"kind": "multi", "key": "alice"})
    invalid(topic, "like-single", "2.2", {"kind": "multi", "key": "alice", "name": "Alice"})
    return topic


def legacy() -> Topic:
    """Users without a kind."""
    topic = Topic("contexts-legacy", "Legacy users: objects without `kind`")
    plain: dict[str, Json] = {"kind": "user", "key": "alice"}
    valid(topic, "key-only", "A7", {"key": "alice"}, "alice", plain)
    valid(topic, "key-colon", "2.4", {"key": "a:b"}, "a:b", {"kind": "user", "key": "a:b"})
    for name in ("name", "firstName", "lastName", "email", "country", "avatar", "ip"):
        valid(topic, f"built-in-{name}", "2.3", {"key": "alice", name: "x"}, "alice", {**plain, name: "x"})
        valid(topic, f"built-in-{name}-null", "2.3", {"key": "alice", name: None}, "alice", plain)
        invalid(topic, f"built-in-{name}-number", "2.3", {"key": "alice", name: 5})
        invalid(topic, f"built-in-{name}-true", "2.3", {"key": "alice", name: True})
        invalid(topic, f"built-in-{name}-object", "2.3", {"key": "alice", name: {}})
    valid(topic, "anonymous-true", "2.3", {"key": "alice", "anonymous": True}, "alice", {**plain, "anonymous": True})
    valid(topic, "anonymous-null", "2.3", {"key": "alice", "anonymous": None}, "alice", plain)
    for slug, bad in (("string", "true"), ("number", 1), ("array", [])):
        invalid(topic, f"anonymous-{slug}", "2.3", {"key": "alice", "anonymous": bad})
    valid(topic, "custom", "2.3", {"key": "alice", "custom": {"plan": "gold", "n": 5, "o": {"a": [1]}, "t": True}}, "alice",
          {**plain, "plan": "gold", "n": 5, "o": {"a": [1]}, "t": True})  # fmt: skip
    valid(topic, "custom-empty", "2.3", {"key": "alice", "custom": {}}, "alice", plain)
    valid(topic, "custom-null-member", "2.3", {"key": "alice", "custom": {"plan": None, "x": 1}}, "alice", {**plain, "x": 1})
    valid(topic, "custom-reserved", "2.3", {"key": "alice", "custom": {"kind": "org", "key": "bob", "name": "Bob",
          "anonymous": True, "_meta": {"privateAttributes": ["x"]}, "plan": "gold"}}, "alice",
          {**plain, "plan": "gold"})  # fmt: skip
    valid(topic, "custom-reserved-wrong-types", "2.3", {"key": "alice", "custom": {"name": 5, "anonymous": "x", "_meta": 7}},
          "alice", plain)  # fmt: skip
    valid(topic, "custom-email", "A7", {"key": "alice", "custom": {"email": "x@y"}}, "alice", {**plain, "email": "x@y"})
    valid(topic, "custom-clash-email", "A7", {"key": "alice", "email": "top", "custom": {"email": "below"}}, "alice",
          {**plain, "email": "top"})  # fmt: skip
    valid(topic, "custom-clash-country", "A7", {"key": "alice", "custom": {"country": "below"}, "country": "top"}, "alice",
          {**plain, "country": "top"})  # fmt: skip
    for slug, bad in (("string", "x"), ("number", 5), ("array", []), ("true", True)):
        invalid(topic, f"custom-{slug}", "A7", {"key": "alice", "custom": bad})
    private: list[tuple[str, str, str]] = [
        ("plain", "email", "email"), ("slash-first", "/email", "/~1email"), ("slash-inside", "a/b", "a/b"),
        ("tilde", "a~b", "a~b"), ("slash-and-tilde", "/a~b/c", "/~1a~0b~1c"), ("slash-only", "/", "/~1"),
    ]  # fmt: skip
    for slug, name, reference in private:
        valid(topic, f"private-{slug}", "2.3", {"key": "alice", "privateAttributeNames": [name]}, "alice",
              {**plain, "_meta": {"privateAttributes": [reference]}})  # fmt: skip
    valid(topic, "private-empty", "2.3", {"key": "alice", "privateAttributeNames": []}, "alice", plain)
    valid(topic, "private-null", "2.3", {"key": "alice", "privateAttributeNames": None}, "alice", plain)
    invalid(topic, "private-number", "2.3", {"key": "alice", "privateAttributeNames": 5})
    invalid(topic, "private-element-number", "2.3", {"key": "alice", "privateAttributeNames": [5]})
    valid(topic, "secondary", "2.3", {"key": "alice", "secondary": "x"}, "alice", plain)
    valid(topic, "unknown-member", "2.3", {"key": "alice", "plan": "gold", "user": {"key": "x"}}, "alice", plain)
    valid(topic, "empty-key", "A6", {"key": ""}, "", {"key": ""})
    valid(topic, "empty-key-name", "A6", {"key": "", "name": "Nobody"}, "", {"key": "", "name": "Nobody"})
    bad_keys: list[tuple[str, Json]] = [("absent", {}), ("null", {"key": None}), ("number", {"key": 5}), ("true", {"key": True}),
                      ("array", {"key": []}), ("only-custom", {"custom": {"key": "a"}})]  # fmt: skip
    for slug, bad_user in bad_keys:
        invalid(topic, f"key-{slug}", "2.3", bad_user)
    invalid(topic, "kind-null-empty-key", "2.3", {"kind": None, "key": ""})
    return topic


def text() -> Topic:
    """Contexts as text."""
    topic = Topic("contexts-text", "Contexts as JSON text")
    good: list[tuple[str, str, Json, str, Json]] = [
        ("spaces", "values", ' \n\t{ "kind" : "user" , "key" : "a" }\r\n', "a", {"kind": "user", "key": "a"}),
        ("byte-order-mark", "values", '\ufeff{"kind":"user","key":"a"}', "a", {"kind": "user", "key": "a"}),
        ("duplicate-key", "values", '{"kind":"user","key":"a","key":"b"}', "b", {"kind": "user", "key": "b"}),
        ("duplicate-attribute", "values", '{"kind":"user","key":"a","x":1,"x":2}', "a", {"kind": "user", "key": "a", "x": 2}),
        ("escapes", "values", '{"kind":"us\\u0065r","key":"\\ud83d\\ude00\\/"}', "\U0001f600/", {"kind": "user", "key": "\U0001f600/"}),
        ("beyond-2-53", "values", '{"kind":"user","key":"a","x":9007199254740993}', "a",
         {"kind": "user", "key": "a", "x": 9007199254740992}),
        ("minus-zero", "values", '{"kind":"user","key":"a","x":-0}', "a", {"kind": "user", "key": "a", "x": 0}),
        ("minus-zero-float", "values", '{"kind":"user","key":"a","x":-0.0}', "a", {"kind": "user", "key": "a", "x": 0}),
        ("integral-float", "values", '{"kind":"user","key":"a","x":3.0}', "a", {"kind": "user", "key": "a", "x": 3}),
        ("smallest-double", "values", '{"kind":"user","key":"a","x":5e-324}', "a", {"kind": "user", "key": "a", "x": 5e-324}),
        ("too-small-is-zero", "values", '{"kind":"user","key":"a","x":1e-400}', "a", {"kind": "user", "key": "a", "x": 0}),
        ("kind-later", "2.1", '{"key":"a","x":{"kind":"org"},"kind":"org"}', "org:a", {"kind": "org", "key": "a", "x": {"kind": "org"}}),
        ("legacy", "A7", '{"key":"a","custom":{"x":1}}', "a", {"kind": "user", "key": "a", "x": 1}),
        ("collapse", "2.2", '{"kind":"multi","org":{"key":"a"}}', "org:a", {"kind": "org", "key": "a"}),
    ]  # fmt: skip
    for slug, tag, content, key, canonical in good:
        topic.case(slug, tag, f"valid: {slug.replace('-', ' ')}", {"context": {}}, {"key": key, "context": canonical},
                   contextText=content)  # fmt: skip
    bad: list[tuple[str, str, Json]] = [
        ("empty", "values", ""), ("blank", "values", "  "), ("not-json", "values", "user"),
        ("trailing-comma", "values", '{"kind":"user","key":"a",}'), ("single-quotes", "values", "{'key':'a'}"),
        ("unclosed", "values", '{"kind":"user","key":"a"'), ("trailing-text", "values", '{"kind":"user","key":"a"} x'),
        ("two-values", "values", '{"key":"a"}{"key":"b"}'), ("comment", "values", '{"key":"a" /* b */}'),
        ("nan", "values", '{"kind":"user","key":"a","x":NaN}'), ("infinity", "values", '{"kind":"user","key":"a","x":Infinity}'),
        ("leading-zero", "values", '{"kind":"user","key":"a","x":01}'), ("leading-plus", "values", '{"kind":"user","key":"a","x":+1}'),
        ("bare-point", "values", '{"kind":"user","key":"a","x":1.}'), ("hexadecimal", "values", '{"kind":"user","key":"a","x":0x10}'),
        ("too-large", "values", '{"kind":"user","key":"a","x":1e400}'),
        ("too-large-negative", "values", '{"kind":"user","key":"a","x":-1e400}'),
        ("lone-surrogate-key", "values", '{"kind":"user","key":"\\ud800"}'),
        ("lone-low-surrogate-key", "values", '{"kind":"user","key":"a\\udc00"}'),
        ("lone-surrogate-attribute", "values", '{"kind":"user","key":"a","x":"\\ud800"}'),
        ("lone-surrogate-name", "values", '{"kind":"user","key":"a","\\ud800":1}'),
        ("reversed-surrogates", "values", '{"kind":"user","key":"\\ude00\\ud83d"}'),
        ("control-character", "values", '{"kind":"user","key":"a\tb"}'), ("bad-escape", "values", '{"kind":"user","key":"\\x61"}'),
        ("two-byte-order-marks", "values", '\ufeff\ufeff{"kind":"user","key":"a"}'),
        ("array", "2.1", "[]"), ("null", "2.1", "null"), ("string", "2.1", '"alice"'), ("number", "2.1", "5"),
        ("nesting-129", "limits", repeated('{"kind":"user","key":"a","x":', ("[", 128), ("]", 128), "}")),
        ("nesting-10000", "limits", repeated('{"kind":"user","key":"a","x":', ("[", 10000), ("]", 10000), "}")),
        ("nesting-10000-unclosed", "limits", repeated(("[", 10000))),
        ("containers-131073", "limits", repeated('{"kind":"user","key":"a","x":[', ("[],", 131070), "[]]}")),
        ("containers-131073-nested", "limits",
         repeated('{"kind":"user","key":"a","x":[', ('[{"b":[]}],', 43690), '[]],"y":{}}')),
        ("bytes-over-1-mib", "limits", repeated('{"kind":"user","key":"a","x":"', ("x", 1048576 - 31), '"}')),
    ]  # fmt: skip
    for slug, tag, content in bad:
        topic.case(f"bad-{slug}", tag, f"invalid: {slug.replace('-', ' ')}", {"context": {}}, {"error": {}},
                   contextText=content)  # fmt: skip
    topic.case("nesting-128", "limits", "128 containers within each other are the deepest", {"context": {}}, {"key": "a"},
               contextText=repeated('{"kind":"user","key":"a","x":', ("[", 127), ("]", 127), "}"))  # fmt: skip
    topic.case("containers-131072", "limits", "131072 arrays and objects are the most", {"context": {}}, {"key": "a"},
               contextText=repeated('{"kind":"user","key":"a","x":[', ("[],", 131069), "[]]}"))  # fmt: skip
    topic.case("bytes-1-mib", "limits", "a text of exactly 1 MiB", {"context": {}}, {"key": "a"},
               contextText=repeated('{"kind":"user","key":"a","x":"', ("x", 1048576 - 32), '"}'))  # fmt: skip
    return topic


# The clock as a context, over midnight and over the week.


def instant(text: str) -> int:
    """Epoch milliseconds of an ISO text in UTC."""
    moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


def local(now_ms: float, offset_minutes: int) -> dict[str, Json]:
    """The clock's context by Python's own calendar."""
    whole = int(now_ms // 1)
    there = datetime(1970, 1, 1) + timedelta(milliseconds=whole) + timedelta(minutes=offset_minutes)
    return {
        "key": "clock",
        "epochMillis": now_ms,
        "minuteOfDay": there.hour * 60 + there.minute,
        "dayOfWeek": there.isoweekday(),
        "date": there.date().isoformat(),
    }


def clock_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("clock", "`with_clock`: the local time of day, the weekday and the date as a context")
    rows: list[tuple[str, float, int]] = [
        ("epoch", 0, 0),
        ("last-millisecond-of-a-day", instant("2024-02-29T23:59:59.999"), 0),
        ("midnight", instant("2024-03-01T00:00:00"), 0),
        ("one-minute-past", instant("2024-03-01T00:01:00"), 0),
        ("last-second-of-a-minute", instant("2024-03-01T00:00:59.999"), 0),
        ("noon", instant("2024-03-01T12:00:00"), 0),
        ("leap-day", instant("2024-02-29T12:34:56"), 0),
        ("day-after-common-february", instant("2023-02-28T23:59:00"), 1),
        ("new-year", instant("2024-12-31T23:30:00"), 30),
        ("new-year-before", instant("2025-01-01T00:00:00"), -1),
        ("offset-into-tomorrow", instant("2024-06-30T23:00:00"), 120),
        ("offset-into-yesterday", instant("2024-07-01T03:59:00"), -240),
        ("offset-exactly-midnight", instant("2024-07-01T22:00:00"), 120),
        ("offset-half-hour", instant("2024-07-01T18:30:00"), 330),
        ("offset-quarter-hour", instant("2024-07-01T18:14:00"), 345),
        ("offset-plus-14", instant("2024-07-01T10:00:00"), 840),
        ("offset-minus-12", instant("2024-07-01T11:59:00"), -720),
        ("sunday-into-monday", instant("2024-03-03T23:00:00"), 60),
        ("monday-into-sunday", instant("2024-03-04T00:30:00"), -60),
        ("before-the-epoch", -1, 0),
        ("before-the-epoch-offset", -1, 60),
        ("long-before-the-epoch", instant("1900-03-01T00:00:00"), 0),
        ("century-without-leap-day", instant("1900-02-28T23:59:00"), 1),
        ("century-with-leap-day", instant("2000-02-29T23:59:00"), 1),
        ("fraction", instant("2024-03-01T12:00:00") + 0.5, 0),
        ("fraction-before-midnight", instant("2024-03-01T00:00:00") - 0.5, 0),
        ("far-future", instant("2999-12-31T23:59:00"), 0),
    ]
    for day in range(7):
        rows.append((f"weekday-{day + 1}", instant(f"2024-03-{4 + day:02}T12:00:00"), 0))
        rows.append((f"weekday-{day + 1}-midnight", instant(f"2024-03-{4 + day:02}T00:00:00"), 0))
        rows.append((f"weekday-{day + 1}-last-minute", instant(f"2024-03-{4 + day:02}T23:59:59"), 0))
    for slug, now, offset in rows:
        clock = local(now, offset)
        topic.case(slug, "clock", f"{slug.replace('-', ' ')}: {clock['date']}, weekday {clock['dayOfWeek']}",
                   {"withClock": {"nowMs": now, "offsetMinutes": offset}},
                   {"key": "clock:clock:user:alice",
                    "context": {"kind": "multi", "clock": clock, "user": {"key": "alice"}}}, context=user())  # fmt: skip
    noon = instant("2024-03-01T12:00:00")
    clock = local(noon, 60)
    call: Json = {"withClock": {"nowMs": noon, "offsetMinutes": 60}}
    contexts: list[tuple[str, str, Json, str, Json]] = [
        ("with-attributes", "attributes are kept", user(plan="gold", name="Alice", anonymous=True),
         "clock:clock:user:alice", multi(clock=clock, user={"key": "alice", "plan": "gold", "name": "Alice", "anonymous": True})),
        ("with-private", "private attributes are kept", user(_meta={"privateAttributes": ["plan"]}), "clock:clock:user:alice",
         multi(clock=clock, user={"key": "alice", "_meta": {"privateAttributes": ["plan"]}})),
        ("with-multi", "a context of several kinds", multi(user={"key": "a:b"}, org={"key": "acme"}),
         "clock:clock:org:acme:user:a%3Ab", multi(clock=clock, org={"key": "acme"}, user={"key": "a:b"})),
        ("with-org", "a context without a user", {"kind": "org", "key": "acme"}, "clock:clock:org:acme",
         multi(clock=clock, org={"key": "acme"})),
        ("with-legacy", "a legacy user", {"key": "alice", "email": "x"}, "clock:clock:user:alice",
         multi(clock=clock, user={"key": "alice", "email": "x"})),
        ("replaced", "an existing clock is replaced", multi(user={"key": "a"}, clock={"key": "old", "date": "x", "y": 1}),
         "clock:clock:user:a", multi(clock=clock, user={"key": "a"})),
        ("replaced-alone", "a context that is only a clock", {"kind": "clock", "key": "old", "y": 1}, "clock:clock",
         {"kind": "clock", **clock}),
        ("other-letter-case", "another kind that looks alike", {"kind": "Clock", "key": "x"}, "Clock:x:clock:clock",
         multi(Clock={"key": "x"}, clock=clock)),
    ]  # fmt: skip
    for slug, description, context, key, canonical in contexts:
        topic.case(slug, "clock", description, call, {"key": key, "context": canonical}, context=context)
    topic.case("invalid-context", "clock", "an invalid context has no clock", call, {"error": {}}, context={"kind": "user"})

    def on_clock(attribute: str, op: str, *values: Json, **given: Json) -> dict[str, Json]:
        return clause(attribute, op, *values, contextKind="clock", **given)

    night = [rule(on_clock("minuteOfDay", "greaterThanOrEqual", 1320), id="evening"),
             rule(on_clock("minuteOfDay", "lessThan", 360), id="morning")]  # fmt: skip
    work = rule(on_clock("dayOfWeek", "in", 1, 2, 3, 4, 5), on_clock("minuteOfDay", "greaterThanOrEqual", 540),
                on_clock("minuteOfDay", "lessThan", 1020))  # fmt: skip
    weekend = rule(on_clock("dayOfWeek", "in", 6, 7))
    name = topic.document("hours", document([
        flag("night", rules=list(night)),
        flag("work", rules=[work]),
        flag("weekend", rules=[weekend]),
        flag("launch", rules=[rule(on_clock("epochMillis", "after", "2024-03-01T09:00:00+01:00"))]),
        flag("day", rules=[rule(on_clock("date", "in", "2024-02-29", "2024-12-24"))]),
        flag("march", rules=[rule(on_clock("date", "startsWith", "2024-03-"))]),
    ]))  # fmt: skip
    evening, morning = ruled(rule_id="evening"), ruled(rule=1, rule_id="morning")
    yes = ruled()
    moments: list[tuple[str, str, str, int, dict[str, Json]]] = [
        ("night-2159", "night", "2024-03-01T21:59:59.999", 0, fell()),
        ("night-2200", "night", "2024-03-01T22:00:00", 0, evening),
        ("night-2359", "night", "2024-03-01T23:59:59", 0, evening),
        ("night-0000", "night", "2024-03-02T00:00:00", 0, morning),
        ("night-0559", "night", "2024-03-02T05:59:59", 0, morning),
        ("night-0600", "night", "2024-03-02T06:00:00", 0, fell()),
        ("night-offset", "night", "2024-03-01T20:00:00", 120, evening),
        ("night-offset-morning", "night", "2024-03-01T22:00:00", 120, morning),
        ("night-offset-negative", "night", "2024-03-02T03:00:00", -300, evening),
        ("work-friday-0859", "work", "2024-03-01T08:59:00", 0, fell()),
        ("work-friday-0900", "work", "2024-03-01T09:00:00", 0, yes),
        ("work-friday-1659", "work", "2024-03-01T16:59:59", 0, yes),
        ("work-friday-1700", "work", "2024-03-01T17:00:00", 0, fell()),
        ("work-saturday", "work", "2024-03-02T12:00:00", 0, fell()),
        ("work-sunday", "work", "2024-03-03T12:00:00", 0, fell()),
        ("work-monday", "work", "2024-03-04T12:00:00", 0, yes),
        ("work-monday-there", "work", "2024-03-03T23:00:00", 600, yes),
        ("work-friday-there", "work", "2024-03-02T00:30:00", -480, yes),
        ("weekend-friday-night", "weekend", "2024-03-01T23:59:59.999", 0, fell()),
        ("weekend-saturday", "weekend", "2024-03-02T00:00:00", 0, yes),
        ("weekend-sunday-night", "weekend", "2024-03-03T23:59:59.999", 0, yes),
        ("weekend-monday", "weekend", "2024-03-04T00:00:00", 0, fell()),
        ("weekend-begun-there", "weekend", "2024-03-01T23:00:00", 60, yes),
        ("weekend-over-there", "weekend", "2024-03-03T23:00:00", 60, fell()),
        ("launch-before", "launch", "2024-03-01T07:59:59.999", 0, fell()),
        ("launch-exactly", "launch", "2024-03-01T08:00:00", 0, fell()),
        ("launch-after", "launch", "2024-03-01T08:00:00.001", 0, yes),
        ("launch-offset-changes-nothing", "launch", "2024-03-01T08:00:00", 840, fell()),
        ("day-leap", "day", "2024-02-29T23:59:00", 0, yes),
        ("day-after", "day", "2024-03-01T00:00:00", 0, fell()),
        ("day-still-there", "day", "2024-03-01T00:00:00", -1, yes),
        ("day-already-there", "day", "2024-02-28T23:59:00", 1, yes),
        ("march-first", "march", "2024-03-01T00:00:00", 0, yes),
        ("march-not-yet", "march", "2024-02-29T23:59:59", 0, fell()),
        ("march-already", "march", "2024-02-29T23:59:59", 1, yes),
        ("march-last", "march", "2024-03-31T23:59:59", 0, yes),
        ("march-over", "march", "2024-03-31T23:59:59", 1, fell()),
    ]
    for slug, key, text, offset, answer in moments:
        topic.case(slug, "clock", f"{key} at {text}Z, {offset} minutes east",
                   {"withClock": {"nowMs": instant(text), "offsetMinutes": offset,
                                  "then": {"evaluate": {"flag": key, "default": "default"}}}},
                   answer, document=name, context=user())  # fmt: skip
    topic.evaluate("without-clock", "clock", "without a clock its rules do not match", name, user(), fell(), flag="weekend")
    return [topic]


# Secure-mode hash.


def secure_mode_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("secure-mode", "Secure-mode hashes, by hashlib")
    rows: list[tuple[str, str, Json, str]] = [
        ("user", "sdk-key", {"kind": "user", "key": "alice"}, "alice"),
        ("well-known", "secret", {"kind": "user", "key": "Message"}, "Message"),
        ("other-sdk-key", "sdk-key-2", {"kind": "user", "key": "alice"}, "alice"),
        ("attributes-do-not-count", "sdk-key", {"kind": "user", "key": "alice", "name": "A", "x": 1}, "alice"),
        ("user-colon-raw", "sdk-key", {"kind": "user", "key": "a:b%c"}, "a:b%c"),
        ("org", "sdk-key", {"kind": "org", "key": "acme"}, "org:acme"),
        ("org-escaped", "sdk-key", {"kind": "org", "key": "a:b%c"}, "org:a%3Ab%25c"),
        ("multi", "sdk-key", {"kind": "multi", "user": {"key": "alice"}, "org": {"key": "acme"}}, "org:acme:user:alice"),
        ("multi-escaped", "sdk-key", {"kind": "multi", "user": {"key": "a:b"}, "org": {"key": "%"}}, "org:%25:user:a%3Ab"),
        ("multi-of-one", "sdk-key", {"kind": "multi", "user": {"key": "a:b"}}, "a:b"),
        ("legacy", "sdk-key", {"key": "alice", "email": "x"}, "alice"),
        ("legacy-empty-key", "sdk-key", {"key": ""}, ""),
        ("non-ascii-key", "sdk-key", {"kind": "user", "key": "\u00e5sa\U0001f600"}, "\u00e5sa\U0001f600"),
        ("non-ascii-sdk-key", "cl\u00e9\U0001f600", {"kind": "user", "key": "alice"}, "alice"),
        ("long-sdk-key", "k" * 200, {"kind": "user", "key": "alice"}, "alice"),
        ("block-long-sdk-key", "k" * 64, {"kind": "user", "key": "alice"}, "alice"),
        ("past-block-sdk-key", "k" * 65, {"kind": "user", "key": "alice"}, "alice"),
        ("long-key", "sdk-key", {"kind": "user", "key": "x" * 1000}, "x" * 1000),
    ]
    for slug, sdk_key, context, key in rows:
        topic.case(slug, "12", slug.replace("-", " "), {"secureModeHash": {"sdkKey": sdk_key}},
                   {"hash": secure_mode_hash(sdk_key, key)}, context=context)  # fmt: skip
    topic.case("empty-sdk-key", "12", "an empty SDK key is refused", {"secureModeHash": {"sdkKey": ""}}, {"hash": ""},
               context={"kind": "user", "key": "alice"})  # fmt: skip
    for slug, bad in (("no-key", {"kind": "user"}), ("null", None), ("empty-multi", {"kind": "multi"})):
        topic.case(f"invalid-{slug}", "2.5", "an invalid context has no hash", {"secureModeHash": {"sdkKey": "sdk-key"}},
                   {"hash": ""}, context=bad)  # fmt: skip
    return [topic]


def topics() -> list[Topic]:
    """The topics of this module."""
    return [single(), contexts_multi(), legacy(), text()]
