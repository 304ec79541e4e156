#!/usr/bin/env bash
# Measures isoflag beside other evaluators on every host and writes bench/RESULTS.md, results.json and the plots.
# run.sh --quick is a short run that shows that everything works; it writes to bench/.work/quick instead.
# Expects the Python package in .venv and the npm package in bindings-wasm/npm/dist, as `make build` leaves them.
set -euo pipefail
export LC_ALL=C
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
work="$here/.work"
target="${CARGO_TARGET_DIR:-$repo/target}"
say() { printf 'bench: %s\n' "$*"; }

quick=()
speed=full
out="$here"
case "${1:-}" in
--quick)
    quick=(--quick)
    speed=quick
    out="$work/quick"
    export ISOFLAG_BENCH_QUICK=1
    ;;
"") ;;
*)
    say "unknown argument \`$1\`; run.sh [--quick]" >&2
    exit 2
    ;;
esac
data="$work/data-$speed"
raw="$work/raw-$speed"

wheels=("$repo"/dist/isoflag-*"$(uname -m)".whl)
if [[ ! -f "${wheels[0]}" || ! -f "$repo/bindings-wasm/npm/dist/core.wasm" ]]; then
    say "the packages are not built; run \`make build\` first" >&2
    exit 1
fi
wheel="${wheels[0]}"

# A separate environment: it must not contain PyYAML, with which LaunchDarkly's SDK parses JSON
# differently.
python="$work/venv/bin/python"
"$repo/.ci/python-env" bench/.work/venv ldclient bench/python/packages.txt
"$repo/.ci/cached" "isoflag for the benchmark" 'bench/.work/venv/lib/python3*/site-packages/isoflag' "$wheel" bench/python/packages.txt -- \
    "$python" -m pip install --force-reinstall --no-deps "$wheel"
"$repo/.ci/npm-env" bench/node
say "Rust: compiling (two minutes the first time)"
export CARGO_TARGET_DIR="$target/bench"
cargo=(cargo --quiet)
(cd "$here/rust" && "${cargo[@]}" bench --bench native --no-run && "${cargo[@]}" build --release --bin growth)

say "the workload"
rm -rf "$data" "$raw"
mkdir -p "$raw"
"$python" "$here/workload/generate.py" "$data" --shared "$repo/../shared/benchmark" "${quick[@]}"

export ISOFLAG_BENCH_DATA="$data" CRITERION_HOME="$raw/criterion"
load="$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)"
say "sizes"
(cd "$here/node" && node isobench/sizes.mjs "$wheel") >"$raw/artifact.jsonl"
mkdir -p "$out"
node "$here/node/isobench/composition.mjs" >"$out/SIZE.md"
say "Rust"
# criterion reports its progress at length on the other stream.
if ! (cd "$here/rust" && "${cargo[@]}" bench --bench native -- --quiet) >"$raw/rust.txt" 2>"$work/criterion.log"; then
    tail -n 20 "$work/criterion.log" >&2
    exit 1
fi
"$CARGO_TARGET_DIR/release/growth" >"$raw/rust.jsonl"
say "Node"
(cd "$here/node" && node --expose-gc isobench/node.mjs "${quick[@]}") >"$raw/node.jsonl"
say "Python"
(cd "$here/python" && "$python" -m isobench "${quick[@]}") >"$raw/python.jsonl"
say "Chromium"
(cd "$here/node" && node isobench/chromium.mjs "${quick[@]}") >"$raw/chromium.jsonl"

(cd "$here" && "$python" -m report "$raw" "$data" "$out" --load "$load" "${quick[@]}")
say "written: ${out#"$repo"/}/RESULTS.md"
