#!/usr/bin/env bash
# Generated cases on every host of isoflag and on LaunchDarkly's SDKs: run.sh --cases 100000 [--seed text].
# Expects the Python package in .venv and the npm package in bindings-wasm/npm/dist, as `make build` leaves them.
# A run of 100,000 cases or more that passes writes conformance/DIVERGENCES.md.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(cd "$here/../.." && pwd)"
python="$repo/.venv/bin/python"
say() { printf 'differential: %s\n' "$*"; }

# What was installed, by the sum of the lists that it was installed from.
installed() { [[ "$(cat "$1" 2>/dev/null)" == "$(sha256sum <"$2")" ]]; }

if ! installed "$repo/.venv/.differential" "$here/requirements.txt"; then
    say "Python packages, LaunchDarkly's SDK among them (half a minute)"
    "$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    sha256sum <"$here/requirements.txt" >"$repo/.venv/.differential"
fi
if ! installed "$here/node_modules/.differential" "$here/package-lock.json"; then
    say "npm packages, LaunchDarkly's SDK among them (half a minute)"
    (cd "$here" && npm ci --silent --no-audit --no-fund)
    sha256sum <"$here/package-lock.json" >"$here/node_modules/.differential"
fi
(cd "$repo" && cargo build --quiet --release -p isoflag-conformance)
target="${CARGO_TARGET_DIR:-$repo/target}"

hosts=(
    --host "rust=$target/release/isoflag-conformance answers"
    --host "python=$python $here/hosts/python_host.py"
    --host "node=node $here/hosts/node_host.mjs"
)
if [[ -n "${CHROMIUM:-}" ]] || command -v chromium chromium-browser google-chrome >/dev/null; then
    hosts+=(--host "chromium=node $here/hosts/chromium_host.mjs")
else
    say "SKIPPED: Chromium, which is not found; CHROMIUM may name it"
fi
cd "$here"
exec "$python" -m isodiff "${hosts[@]}" --report "$repo/conformance/DIVERGENCES.md" "$@"
