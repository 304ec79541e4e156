"""Secure-mode hash."""

from __future__ import annotations

from ..hashing import secure_mode_hash
from ..json_value import Json
from ..topic import Topic


def topics() -> list[Topic]:
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
        (
            "multi",
            "sdk-key",
            {"kind": "multi", "user": {"key": "alice"}, "org": {"key": "acme"}},
            "org:acme:user:alice",
        ),
        (
            "multi-escaped",
            "sdk-key",
            {"kind": "multi", "user": {"key": "a:b"}, "org": {"key": "%"}},
            "org:%25:user:a%3Ab",
        ),
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
