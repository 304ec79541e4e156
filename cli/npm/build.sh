#!/usr/bin/env bash
# Builds cli/npm/isoflag.wasm: the command-line tool, compiled for WASI with stable Rust and
# optimised by npm's wasm-opt. Cargo decides which parts to compile again.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$(dirname "$here")")"
cd "$repo"
target=wasm32-wasip1
rustup target add "$target" 2>/dev/null || { echo "cli/npm: rustup has no $target for this toolchain" >&2; exit 1; }
[[ -d bindings-wasm/npm/node_modules ]] || (cd bindings-wasm/npm && npm ci --no-audit --no-fund --loglevel=error)

# Without the remapping, paths of this machine would be part of the module.
export RUSTFLAGS="--remap-path-prefix=$repo=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
cargo build --quiet -p isoflag-cli --profile wasm --target "$target"
bindings-wasm/npm/node_modules/.bin/wasm-opt -Oz --strip-debug --strip-producers --strip-target-features \
    --enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
    --enable-reference-types --enable-sign-ext "${CARGO_TARGET_DIR:-target}/$target/wasm/isoflag.wasm" -o "$here/isoflag.wasm"
