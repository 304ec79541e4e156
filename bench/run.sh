#!/usr/bin/env bash
# Measures isoflag beside other evaluators on every host runtime, and writes RESULTS.md, SIZE.md and the plots to bench/.
#
#   run.sh                  everything, and the evaluation of two other workloads of the same kind
#   run.sh --quick          three minutes, to check that everything works; rough figures
#   run.sh --seed 7         another workload of the same kind
#   run.sh --from FOLDER    the folder's workload.json and contexts.json
#   run.sh --profile [ROW]  instead: where the time of the last run's slowest rows goes, or of rows such as node/eval/regex
#
# With an option the files are written to bench/.work/NAME. Expects what `make build build-arrow` builds.
set -euo pipefail
export LC_ALL=C
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
work="$here/.work"
say() { printf 'bench: %s\n' "$*"; }

name=full out="$here" quick=() of=() seeds=(7 11)
while [[ $# -gt 0 ]]; do
    case "$1" in
    --quick)
        name="quick" quick=(--quick)
        export ISOFLAG_BENCH_QUICK=1
        ;;
    --seed) name="seed-$2" of=(--seed "$2") seeds=() && shift ;;
    --from) name="given" of=(--from "$2") seeds=() && shift ;;
    --profile) cd "$here" && exec "$work/venv/bin/python" -m report.profile "$work/raw-full" "$work/data-full" "${@:2}" ;;
    *) echo "run.sh: unknown option \`$1\`: use --quick, --seed, --from or --profile" >&2 && exit 2 ;;
    esac
    out="$work/$name"
    shift
done
data="$work/data-$name" raw="$work/raw-$name" python="$work/venv/bin/python"
wheel="$(compgen -G "$repo/dist/isoflag-*_$(uname -m).whl")"

# A separate environment without PyYAML, with which LaunchDarkly's SDK parses JSON differently.
"$repo/.ci/python-env" bench/.work/venv ldclient bench/python/packages.txt
"$repo/.ci/cached" "isoflag for the benchmark" 'bench/.work/venv/lib/python3*/site-packages/isoflag' "$wheel" bench/python/packages.txt -- \
    "$python" -m pip install --force-reinstall --no-deps "$wheel"
"$repo/.ci/npm-env" conformance bench/node
say "Rust: compiling (two minutes the first time)"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$repo/target}/bench"
cargo --quiet build --release --locked --manifest-path "$here/rust/Cargo.toml"

# measure DATA RAW: the rows that ISOFLAG_BENCH_ONLY names, or all.
measure() {
    export ISOFLAG_BENCH_DATA="$1"
    mkdir -p "$2"
    say "  Rust" && "$CARGO_TARGET_DIR/release/isoflag-bench" >"$2/rust.jsonl"
    say "  Node" && node --expose-gc "$here/node/node.mjs" >"$2/node.jsonl"
    say "  Chromium" && node "$here/node/chromium.mjs" >"$2/chromium.jsonl"
    say "  Python" && (cd "$here/python" && "$python" -m isobench) >"$2/python.jsonl"
}

rm -rf "$data" "$raw"
mkdir -p "$raw" "$out"
load="$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)"
say "sizes"
node "$here/node/sizes.mjs" "$wheel" "$out/SIZE.md" >"$raw/artifact.jsonl"
say "the workload"
"$python" "$here/workload.py" "$data" "${of[@]}" "${quick[@]}"
measure "$data" "$raw"
say "a population"
# The Python of the tests has isoflag-arrow and what reads Parquet.
"$repo/.venv/bin/python" "$here/python/population.py" "$data/workload.json" ${quick:+--rows 100000 --stream 500000} >"$raw/population.jsonl"
for seed in "${seeds[@]}"; do
    say "the evaluation of another workload, seed $seed"
    "$python" "$here/workload.py" "$data/seed-$seed" --seed "$seed" --quick
    ISOFLAG_BENCH_ONLY=eval measure "$data/seed-$seed" "$raw/seed-$seed"
done

(cd "$here" && "$python" -m report "$raw" "$data" "$out" --load "$load")
say "written: ${out#"$repo"/}/RESULTS.md"
