#!/usr/bin/env bash
# Fuzzes each target for a number of seconds, from the example documents: run.sh 60
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(cd "$here/../.." && pwd)"
seconds="${1:-60}"
tools="$repo/.tools"

if [[ ! -x "$tools/bin/cargo-fuzz" ]]; then
    echo "fuzz: installing cargo-fuzz (about a minute)"
    cargo install --quiet --locked --root "$tools" cargo-fuzz@0.13.2
fi
# The sanitizer's flags need a compiler that accepts unstable options; this makes stable accept
# them.
export RUSTC_BOOTSTRAP=1
cd "$repo/core"
for target in document context; do
    corpus="$here/corpus/$target"
    mkdir -p "$corpus"
    case "$target" in
        document) for example in first shop; do cp "$repo/examples/$example/flags.json" "$corpus/$example"; done ;;
        context) printf '{"kind":"multi","user":{"key":"a","n":[1,{"b":null}]},"org":{"key":"c:%%"}}' >"$corpus/multi" ;;
    esac
    echo "fuzz: $target for $seconds seconds"
    "$tools/bin/cargo-fuzz" run --sanitizer none "$target" "$corpus" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=10 -print_final_stats=1 -verbosity=0
done
