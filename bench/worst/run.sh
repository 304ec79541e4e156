#!/usr/bin/env bash
# Searches for the slowest input of each family and prints what it costs on each host runtime. It reports and never fails
# for a slow machine. ROUNDS and SEED may be set; ONLY names families by a part of their name.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=bench/.work/worst
rm -rf "$work"
mkdir -p "$work/inputs" "$work/measured"

cargo run --quiet --release --manifest-path bench/worst/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-target}/worst" -- "$work/inputs" \
    --rounds "${ROUNDS:-60}" --seed "${SEED:-1}" --only "${ONLY:-}"
# Runs a host runtime; if an input ends it, the measurements so far are kept.
measure() {
    "${@:2}" "$work/inputs" >"$work/measured/$1.jsonl" || printf 'SKIPPED: the rest of %s\n' "$1"
}
measure python .venv/bin/python bench/worst/hosts/measure.py
measure node node bench/worst/hosts/measure.mjs "$PWD/bindings-wasm/npm/dist/node.js"
measure inline node bench/worst/hosts/measure.mjs "$PWD/bindings-wasm/npm/dist/inline.js"
.venv/bin/python bench/worst/hosts/table.py "$work/inputs" "$work/measured" | tee "$work/table.md"
