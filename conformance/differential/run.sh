#!/usr/bin/env bash
# Runs generated cases on every host runtime of isoflag and on LaunchDarkly's SDKs: run.sh --cases
# 100000 [--seed text]. Expects the Python package in .venv and the npm package in
# bindings-wasm/npm/dist, as built by `make build`. A run of 100,000 cases or more that passes
# writes conformance/DIVERGENCES.md.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(cd "$here/../.." && pwd)"
python="$repo/.venv/bin/python"

"$repo/.ci/python-env"
"$repo/.ci/npm-env" conformance
(cd "$repo" && cargo build --quiet --release -p isoflag-conformance)
target="${CARGO_TARGET_DIR:-$repo/target}"

hosts=(
    --host "rust=$target/release/isoflag-conformance answers"
    --host "python=$python $here/hosts/python_host.py"
    --host "node=node $here/hosts/node_host.mjs"
    --core-host "node-core=node $here/hosts/node_host.mjs core"
)
if node "$repo/.ci/chromium.mjs" >/dev/null; then
    hosts+=(
        --host "chromium=node $here/hosts/chromium_host.mjs"
        --core-host "chromium-core=node $here/hosts/chromium_host.mjs core"
    )
elif [[ -n "${CI:-}" ]]; then
    exit 1
fi
cd "$here"
# `canonical_json` is shared with the runner.
export PYTHONPATH="$repo/conformance/runners/python"
exec "$python" -m isodiff "${hosts[@]}" --report "$repo/conformance/DIVERGENCES.md" "$@"
