#!/usr/bin/env bash
# Compiles the extension with counters of coverage, and runs guided.py with it: guided.sh [OPTION OF LIBFUZZER...]
#
# The inputs that it finds are kept in target/fuzz/python-objects.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
build="${CARGO_TARGET_DIR:-$PWD/target}"
package="$build/guided/package"
machine="$(rustc -vV | sed -n 's/^host: //p')"
coverage='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3'
coverage+=' -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table'
# With a target of its own, so that build scripts are compiled without the counters.
CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=0 \
    PYO3_PYTHON="$PWD/.venv/bin/python" RUSTFLAGS="$coverage" \
    cargo build --quiet -p isoflag-python --lib --release --target "$machine" --target-dir "$build/guided"
rm -rf "$package"
mkdir -p "$package" "$build/fuzz/python-objects" "$build/fuzz/failures"
cp -r bindings-python/python/isoflag "$package"
cp "$build/guided/$machine/release/libisoflag_python.so" "$package/isoflag/_core.abi3.so"
# The extension finds the counters' functions in the fuzzer, which is loaded first.
PYTHONPATH="$package:.tools/atheris" LD_PRELOAD="$PWD/.tools/atheris/ubsan_with_fuzzer.so" \
    .venv/bin/python bindings-python/tests/host_objects/guided.py "$build/fuzz/python-objects" \
    -max_len=2000 -len_control=0 -timeout=120 -artifact_prefix="$build/fuzz/failures/" "$@"
