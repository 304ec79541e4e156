#!/usr/bin/env bash
# Builds bindings-wasm/npm/dist/ from a fresh checkout: toolchain, build tools, npm's packages, two
# WebAssembly modules and the TypeScript around them. Unchanged parts are not built again.
#
# ISOFLAG_STD=prebuilt uses the standard library of the toolchain: larger modules, faster build.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
npm="$here/npm"
tools="$repo/.tools"
stamps="$tools/stamps"

say() { printf '%s\n' "$*" >&2; }

# Concurrent builds would overwrite each other's files.
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

"$repo/.ci/npm-env" bindings-wasm/npm

sources=(Cargo.toml core/Cargo.toml core/src tools/Cargo.toml tools/src bindings-wasm/Cargo.toml bindings-wasm/src
    bindings-wasm/{core,tools}/Cargo.toml bindings-wasm/{core,tools}/src
    bindings-wasm/build.sh bindings-wasm/rust-src.sh bindings-wasm/toolchain.sh bindings-wasm/tools.sh bindings-wasm/npm/package-lock.json)
[[ ! -f "$repo/Cargo.lock" ]] || sources+=(Cargo.lock)
core="$(hash_of "${sources[@]}") ${ISOFLAG_TOOLCHAIN:-} ${ISOFLAG_STD:-}"

cargo_home="${CARGO_HOME:-$HOME/.cargo}"
# Otherwise paths of this machine would be part of the module.
paths="--remap-path-prefix=$repo=isoflag --remap-path-prefix=$cargo_home=cargo"
# The core never panics; if it did, a page would only see a trap without a message.
silent="-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none"
wasm_features=(--enable-bulk-memory --enable-multivalue --enable-mutable-globals
    --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext)

# module NAME PROFILE STD-FEATURES RUSTFLAGS WASM-OPT-FLAGS [ARGUMENTS OF CARGO...]
module() {
    local name="$1" profile="$2" features="$3" flags="$paths $4" level="$5" out="$here/pkg/$1" std=()
    shift 5
    if [[ "$standard_library" == built ]]; then
        std=(-Z "build-std=std,panic_abort" -Z "build-std-features=$features")
        flags+=" $silent"
    fi
    # wasm-opt must be npm's: Debian's breaks modules.
    RUSTUP_TOOLCHAIN="$toolchain" RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" PATH="$tools/bin:$PATH" \
        "$tools/bin/wasm-pack" --quiet build "$here/$name" --mode no-install --target bundler --profile "$profile" \
        --out-dir "$out" --out-name core --no-pack --no-opt "$@" "${std[@]}" >&2 || return
    # The names of the functions, by which bench/ tells what the bytes are, stay behind.
    # shellcheck disable=SC2086 # flags
    "$npm/node_modules/.bin/wasm-opt" $level -g "${wasm_features[@]}" "$out/core_bg.wasm" -o "$out/named.wasm" &&
        "$npm/node_modules/.bin/wasm-opt" --strip-debug --strip-producers --strip-target-features "${wasm_features[@]}" "$out/named.wasm" -o "$out/core_bg.wasm"
}

# The page's module is optimized for size, the server's for speed, except for the standard library,
# which is not on a hot path.
modules() {
    module core wasm optimize_for_size '--cfg sha2_backend_soft="compact"' "--low-memory-unused -O --precompute-propagate --local-cse -O --optimize-added-constants-propagate -O --dealign --flatten --rereloop -Oz -Oz" &&
        module tools wasm-tools optimize_for_size "" -O3
}

if [[ ! -f "$here/pkg/tools/core_bg.wasm" ]] || ! unchanged core "$core"; then
    toolchain="$("$here/toolchain.sh")"
    "$here/tools.sh"
    say "build: two WebAssembly modules, with $toolchain (two minutes)"
    standard_library=built
    if [[ "${ISOFLAG_STD:-}" == prebuilt ]]; then
        standard_library=prebuilt
    # Building the standard library with the module saves a sixth of a page's download over the
    # prebuilt one.
    elif ! RUSTUP_TOOLCHAIN="$toolchain" "$here/rust-src.sh"; then
        say "build: there are no sources of the standard library here; core.wasm will be larger with the prebuilt one"
        standard_library=prebuilt
    fi
    if ! modules; then
        [[ "$standard_library" == built ]] || exit 1
        say "build: that failed with a standard library of our own, trying the prebuilt one; core.wasm will be larger"
        standard_library=prebuilt
        modules
    fi
    RUSTUP_TOOLCHAIN="$toolchain" rustc --version | sed 's/^rustc \([^ ]*\).*/\1/' >"$here/pkg/rustc-version"
    printf '%s\n' "$standard_library" >"$here/pkg/standard-library"
    stamp core "$core"
    rm -f "$stamps/dist"
fi

dist="$core $(hash_of bindings-wasm/npm/src bindings-wasm/npm/scripts bindings-wasm/npm/tsconfig.json bindings-wasm/npm/package.json)"
if [[ ! -f "$npm/dist/core.wasm" ]] || ! unchanged dist "$dist"; then
    say "build: the npm package (a few seconds)"
    rm -rf "$npm/dist" "$npm/.compiled"
    (cd "$npm" && node scripts/generate.js && node_modules/.bin/tsc && node scripts/bundle.js) >&2
    stamp dist "$dist"
fi
