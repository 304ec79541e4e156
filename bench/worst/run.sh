#!/usr/bin/env bash
# Searches for the slowest input of each family and prints its cost on each host runtime. It reports and never fails
# for a slow machine. ROUNDS and SEED may be set; ONLY names families by a part of their name.
set -euo pipefail
export LC_ALL=C
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(cd "$here/../.." && pwd)"
work="$repo/bench/.work/worst"
rm -rf "$work"
mkdir -p "$work/inputs" "$work/measured"

cargo run --quiet --release --manifest-path "$here/Cargo.toml" -- "$work/inputs" \
    --rounds "${ROUNDS:-60}" --seed "${SEED:-1}" --only "${ONLY:-}"
skipped() { printf 'SKIPPED: %s\n' "$*"; }
# If an input ends a host runtime, the measurements so far are kept.
if [[ -x "$repo/.venv/bin/python" ]] && "$repo/.venv/bin/python" -c 'import isoflag' 2>/dev/null; then
    "$repo/.venv/bin/python" "$here/hosts/measure.py" "$work/inputs" >"$work/measured/python.jsonl" || skipped "the rest of Python"
else
    skipped "Python, whose package is not built"
fi
for module in node inline; do
    entry="$repo/bindings-wasm/npm/dist/$module.js"
    if [[ -f "$entry" ]]; then
        node "$here/hosts/measure.mjs" "$entry" "$work/inputs" >"$work/measured/$module.jsonl" || skipped "the rest of $module.js"
    else
        skipped "$module.js, which is not built"
    fi
done
"${PYTHON:-python3}" "$here/hosts/table.py" "$work/inputs" "$work/measured" | tee "$work/table.md"
