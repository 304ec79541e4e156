#!/usr/bin/env bash
# Runs the suite on every host runtime and compares the answers: all files must be equal, with the
# digest in conformance/DIGEST. `run.sh --accept` writes DIGEST again, for new cases or a new
# SPEC_VERSION.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
cd "$repo"

say() { printf '%s\n' "conformance: $*"; }

.ci/npm-env conformance
hosts=(rust python node node-slim)
if node .ci/chromium.mjs >/dev/null; then
    hosts+=(chromium)
elif [[ -n "${CI:-}" ]]; then
    exit 1
fi

rm -rf "$here/answers"
say "Rust"
cargo test --quiet -p isoflag-conformance
say "Python"
.venv/bin/python -m pytest -q conformance/runners/python
say "Node and the browser"
npm test --silent --prefix conformance

answers="$here/answers"
for host in "${hosts[@]}"; do
    if [[ ! -s "$answers/$host.jsonl" ]]; then
        say "$host left no answers" >&2
        exit 1
    fi
    printf '%-10s %s\n' "$host" "$(sha256sum "$answers/$host.jsonl" | cut -d' ' -f1)"
done
for host in "${hosts[@]}"; do
    if ! cmp -s "$answers/rust.jsonl" "$answers/$host.jsonl"; then
        say "$host differs from rust; the first lines that do:" >&2
        diff "$answers/rust.jsonl" "$answers/$host.jsonl" | head -n 6 | cut -c1-400 >&2
        exit 1
    fi
done

spec="$(sed -n 's/^pub const SPEC_VERSION: u32 = \([0-9]*\);$/\1/p' core/src/lib.rs)"
cases="$(wc -l <"$answers/rust.jsonl")"
digest="$(sha256sum "$answers/rust.jsonl" | cut -d' ' -f1)"
now="spec $spec
cases $cases
sha256 $digest"
if [[ "${1:-}" == --accept ]]; then
    printf '%s\n' "$now" >"$here/DIGEST"
    say "DIGEST is written: $cases cases, specification $spec"
    exit 0
fi
if [[ "$now" != "$(cat "$here/DIGEST")" ]]; then
    say "DIGEST differs; it changes only with new cases or a new SPEC_VERSION (run.sh --accept)" >&2
    diff "$here/DIGEST" <(printf '%s\n' "$now") >&2 || true
    exit 1
fi
say "${#hosts[@]} hosts, $cases cases, one digest: $digest"
