#!/usr/bin/env bash
# Makes bindings-wasm/npm/dist/ from a fresh checkout: toolchain, programs, npm's packages, the WebAssembly module and the
# TypeScript around it. What has not changed since the last time is not made again.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
npm="$here/npm"
tools="$repo/.tools"
stamps="$tools/stamps"

say() { printf '%s\n' "$*" >&2; }

# Two at once would write over each other.
mkdir -p "$tools"
if command -v flock >/dev/null; then
    exec 9>"$tools/build-wasm.lock"
    flock 9
fi

# The hash of the named files and of all files in the named folders, by path and content.
hash_of() {
    (cd "$repo" && find "$@" -type f -not -path '*/node_modules/*' -not -path '*/generated/*' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

unchanged() { [[ "$(cat "$stamps/$1" 2>/dev/null)" == "$2" ]]; }
stamp() { mkdir -p "$stamps" && printf '%s\n' "$2" >"$stamps/$1"; }

lock="$(hash_of bindings-wasm/npm/package-lock.json)"
if [[ ! -d "$npm/node_modules" ]] || ! unchanged npm "$lock"; then
    say "build: npm ci (about 10 seconds)"
    (cd "$npm" && npm ci --no-audit --no-fund --loglevel=error >&2)
    stamp npm "$lock"
fi

sources=(Cargo.toml core/Cargo.toml core/src bindings-wasm/Cargo.toml bindings-wasm/src
    bindings-wasm/build.sh bindings-wasm/toolchain.sh bindings-wasm/tools.sh bindings-wasm/npm/package-lock.json)
[[ ! -f "$repo/Cargo.lock" ]] || sources+=(Cargo.lock)
core="$(hash_of "${sources[@]}") ${ISOFLAG_TOOLCHAIN:-}"
if [[ ! -f "$here/pkg/core_bg.wasm" ]] || ! unchanged core "$core"; then
    toolchain="$("$here/toolchain.sh")"
    "$here/tools.sh"
    say "build: the WebAssembly module, with $toolchain (about a minute)"
    cargo_home="${CARGO_HOME:-$HOME/.cargo}"
    # Paths of this machine would otherwise be part of the module. wasm-opt must be npm's: Debian's breaks modules.
    RUSTUP_TOOLCHAIN="$toolchain" \
        RUSTFLAGS="--remap-path-prefix=$repo=isoflag --remap-path-prefix=$cargo_home=cargo" \
        PATH="$npm/node_modules/.bin:$tools/bin:$PATH" \
        "$tools/bin/wasm-pack" --quiet build "$here" --mode no-install --target web --profile wasm \
        --out-dir pkg --out-name core --no-pack >&2
    stamp core "$core"
    rm -f "$stamps/dist"
fi

dist="$core $(hash_of bindings-wasm/npm/src bindings-wasm/npm/scripts bindings-wasm/npm/tsconfig.json bindings-wasm/npm/package.json)"
if [[ ! -f "$npm/dist/core.wasm" ]] || ! unchanged dist "$dist"; then
    say "build: the npm package (a few seconds)"
    rm -rf "$npm/dist"
    (cd "$npm" && node scripts/generate.js && node_modules/.bin/tsc && node scripts/place.js) >&2
    stamp dist "$dist"
fi
