#!/usr/bin/env bash
# Makes bindings-wasm/pkg/program/program.wasm, which `npx isoflag` runs: the program of cli/ as it is, compiled for WASI.
# Prints the hash of what it is made of. What has not changed since the last time is not made again.
#
# ISOFLAG_STD=prebuilt takes the standard library that comes with the toolchain: a larger module, sooner.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
out="$here/pkg/program"
target=wasm32-wasip1

say() { printf '%s\n' "$*" >&2; }

sources=(Cargo.toml core/Cargo.toml core/src cli/Cargo.toml cli/src bindings-wasm/program.sh bindings-wasm/rust-src.sh
    bindings-wasm/toolchain.sh bindings-wasm/npm/package-lock.json)
[[ ! -f "$repo/Cargo.lock" ]] || sources+=(Cargo.lock)
hash="$(cd "$repo" && find "${sources[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)"
hash+=" ${ISOFLAG_TOOLCHAIN:-} ${ISOFLAG_STD:-}"
printf '%s\n' "$hash"
[[ "$(cat "$out/made-of" 2>/dev/null)" != "$hash" ]] || exit 0

# Debian's C library for WASI is too old for the standard library.
if ! RUSTUP_TOOLCHAIN="$("$here/toolchain.sh" "$target" rustup)"; then
    say "build: rustup has no $target here: the npm package comes without its program, \`npx isoflag\`"
    rm -rf "$out"
    exit 0
fi
export RUSTUP_TOOLCHAIN
say "build: the program isoflag for npm, with $RUSTUP_TOOLCHAIN (a minute)"

# build RUSTFLAGS [ARGUMENTS OF CARGO...]: paths of this machine would otherwise be part of the module.
build() {
    local flags="--remap-path-prefix=$repo=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo $1"
    shift
    (cd "$repo" && RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" cargo build --quiet -p isoflag-cli --profile wasm --target "$target" "$@" >&2)
}

# A standard library built with the program is a sixth of it smaller.
if [[ "${ISOFLAG_STD:-}" == prebuilt ]] || ! "$here/rust-src.sh" ||
    ! build "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none" \
        -Z build-std=std,panic_abort -Z build-std-features=optimize_for_size; then
    say "build: the program takes the standard library that comes with $RUSTUP_TOOLCHAIN, and is larger"
    build ""
fi

mkdir -p "$out"
made="$(cd "$repo" && cargo metadata --format-version=1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')"
# wasm-opt must be npm's: Debian's breaks modules.
"$here/npm/node_modules/.bin/wasm-opt" -Oz --strip-debug --strip-producers --strip-target-features \
    --enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
    --enable-reference-types --enable-sign-ext "$made/$target/wasm/isoflag.wasm" -o "$out/program.wasm"
printf '%s\n' "$hash" >"$out/made-of"
