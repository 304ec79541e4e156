#!/usr/bin/env bash
# Builds cli/npm/isoflag.wasm: the command-line tool, compiled for WASI with stable Rust and optimised by npm's wasm-opt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
! command -v rustup >/dev/null || rustup --quiet target add wasm32-wasip1
.ci/npm-env bindings-wasm/npm

# Otherwise paths of this machine would be part of the module.
RUSTFLAGS="--remap-path-prefix=$PWD=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" \
    cargo build --quiet -p isoflag-cli --profile wasm --target wasm32-wasip1
bindings-wasm/npm/node_modules/.bin/wasm-opt -Oz --strip-debug --strip-producers --strip-target-features \
    --enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
    --enable-reference-types --enable-sign-ext "${CARGO_TARGET_DIR:-target}/wasm32-wasip1/wasm/isoflag.wasm" -o cli/npm/isoflag.wasm
