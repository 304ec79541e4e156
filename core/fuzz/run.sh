#!/usr/bin/env bash
# Fuzzes each target for a number of seconds, from the example documents: run.sh 60
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds="${1:-60}"
target="${CARGO_TARGET_DIR:-$PWD/target}/fuzz"

.ci/cached 'cargo-fuzz (a minute, once)' .tools/bin/cargo-fuzz core/fuzz/run.sh -- cargo install --locked --root .tools cargo-fuzz@0.13.2
# The coverage flags are unstable; this makes the stable compiler accept them.
export RUSTC_BOOTSTRAP=1
mkdir -p "$target"/corpus/{document,context}
cp examples/first/flags.json "$target/corpus/document/first"
cp examples/shop/flags.json "$target/corpus/document/shop"
printf '{"kind":"multi","user":{"key":"a","n":[1,{"b":null}]},"org":{"key":"c:%%"}}' >"$target/corpus/context/multi"
for input in document context; do
    echo "fuzz: $input for $seconds seconds"
    .tools/bin/cargo-fuzz run --fuzz-dir core/fuzz --target-dir "$target" --sanitizer none "$input" "$target/corpus/$input" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=10 -print_final_stats=1 -verbosity=0
done
