#!/usr/bin/env bash
# Measures isoflag beside other evaluators on every host and writes bench/RESULTS.md, results.json and the plots.
# `run.sh --quick` is a short run that checks that everything works; it writes to bench/.work/quick instead. With
# ISOFLAG_BENCH_SEED it generates another workload, and writes to bench/.work/seed-NUMBER.
# Expects the Python packages in .venv and the npm package in bindings-wasm/npm/dist, as built by `make build build-arrow`.
set -euo pipefail
export LC_ALL=C
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
work="$here/.work"
say() { printf 'bench: %s\n' "$*"; }

quick=() speed=full out="$here"
if [[ "${1:-}" == --quick ]]; then
    quick=(--quick) speed=quick out="$work/quick"
    export ISOFLAG_BENCH_QUICK=1
fi
seed=()
if [[ -n "${ISOFLAG_BENCH_SEED:-}" ]]; then
    seed=(--seed "$ISOFLAG_BENCH_SEED") speed="seed-$ISOFLAG_BENCH_SEED" out="$work/seed-$ISOFLAG_BENCH_SEED"
fi
data="$work/data-$speed" raw="$work/raw-$speed" python="$work/venv/bin/python"
wheel="$(compgen -G "$repo/dist/isoflag-*_$(uname -m).whl")"

# A separate environment without PyYAML, with which LaunchDarkly's SDK parses JSON differently.
"$repo/.ci/python-env" bench/.work/venv ldclient bench/python/packages.txt
"$repo/.ci/cached" "isoflag for the benchmark" 'bench/.work/venv/lib/python3*/site-packages/isoflag' "$wheel" bench/python/packages.txt -- \
    "$python" -m pip install --force-reinstall --no-deps "$wheel"
"$repo/.ci/npm-env" conformance bench/node
say "Rust: compiling (two minutes the first time)"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$repo/target}/bench"
(cd "$here/rust" && cargo --quiet bench --bench native --no-run && cargo --quiet build --release --bin growth)

say "the workload"
rm -rf "$data" "$raw"
mkdir -p "$raw" "$out"
"$python" "$here/workload/generate.py" "$data" --shared "$repo/../shared/benchmark" "${seed[@]}" "${quick[@]}"

export ISOFLAG_BENCH_DATA="$data" CRITERION_HOME="$raw/criterion"
load="$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)"
say "sizes"
(cd "$here/node" && node isobench/sizes.mjs "$wheel") >"$raw/artifact.jsonl"
node "$here/node/isobench/composition.mjs" >"$out/SIZE.md"
say "Rust"
(cd "$here/rust" && cargo --quiet bench --bench native -- --quiet) >"$raw/rust.txt" 2>"$work/criterion.log" ||
    { tail -n 20 "$work/criterion.log" >&2 && exit 1; }
"$CARGO_TARGET_DIR/release/growth" >"$raw/rust.jsonl"
say "Node"
(cd "$here/node" && node --expose-gc isobench/node.mjs "${quick[@]}") >"$raw/node.jsonl"
say "Python"
(cd "$here/python" && "$python" -m isobench "${quick[@]}") >"$raw/python.jsonl"
say "a population"
# The Python of the tests has isoflag-arrow and what reads Parquet.
"$repo/.venv/bin/python" "$here/python/population.py" "$data/workload.json" ${quick:+--rows 100000 --stream 500000} >"$raw/population.jsonl"
say "Chromium"
(cd "$here/node" && node isobench/chromium.mjs "${quick[@]}") >"$raw/chromium.jsonl"

(cd "$here" && "$python" -m report "$raw" "$data" "$out" --load "$load" "${quick[@]}")
say "written: ${out#"$repo"/}/RESULTS.md"
