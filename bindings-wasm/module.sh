#!/usr/bin/env bash
# Builds one WebAssembly module with wasm-pack: module.sh core|tools PROFILE FOLDER. `module.sh demo` builds the npm package of
# `make demo`: with one module, not optimised, in .tools/demo. The Makefile installs the tools.
#
# ISOFLAG_STD=prebuilt builds core.wasm with the toolchain's standard library: larger, and without nightly flags.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# npm's wasm-opt, since Debian's breaks modules.
PATH=$PWD/bindings-wasm/npm/node_modules/.bin:${CARGO_TARGET_DIR:-$PWD/target}/build-tools/debug:$PATH

# pack CRATE PROFILE FOLDER [ARGUMENTS OF CARGO...]
pack() {
    rm -rf "$3"
    wasm-pack --quiet build "$1" --mode no-install --target bundler --profile "$2" --out-dir "$PWD/$3" --out-name core --no-pack --no-opt "${@:4}"
}

if [[ "$1" == demo ]]; then
    folder=.tools/demo
    pack bindings-wasm demo "$folder/pkg/tools"
    rm -rf "$folder"/{npm,pkg/core}
    mkdir -p "$folder/npm"
    cp -r "$folder"/pkg/{tools,core}
    cp -r bindings-wasm/npm/{src,scripts,package.json,tsconfig.json} "$folder/npm"
    ln -s "$PWD/bindings-wasm/npm/node_modules" "$folder/npm"
    npm run build --prefix "$folder/npm"
    exit
fi

name=$1 profile=$2 out=$3
crate=bindings-wasm
features=(--enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int
    --enable-reference-types --enable-sign-ext)
case $name in
core)
    arguments=(--locked --no-default-features)
    optimise=(--low-memory-unused -O --precompute-propagate --local-cse -O --optimize-added-constants-propagate -O --dealign
        --flatten --rereloop -Oz -Oz)
    ;;
tools) arguments=(--locked) optimise=(-O3) ;;
esac

# Otherwise paths of this machine would be part of the module.
RUSTFLAGS="--remap-path-prefix=$PWD=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
library=prebuilt
if [[ "$name" == core && "${ISOFLAG_STD:-}" != prebuilt ]]; then
    # Building the standard library with the module saves 7 % of a page's download.
    if rustup component add rust-src 2>/dev/null || [[ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]]; then
        library=built
        arguments+=(-Z "build-std=std,panic_abort" -Z "build-std-features=optimize_for_size")
        # The core never panics; if it did, a page would only see a trap without a message.
        RUSTFLAGS+=" -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none"
        export RUSTC_BOOTSTRAP=1
    else
        echo "module: there are no sources of the standard library; core.wasm will be larger" >&2
    fi
fi
export RUSTFLAGS

# Until each module is a crate, which names the flags in `[package.metadata.wasm-pack.profile.custom]`, wasm-opt runs here.
pack "$crate" "$profile" "$out" "${arguments[@]}"
# named.wasm has the names of the functions, from which bench/ computes what the bytes are.
wasm-opt "${optimise[@]}" -g "${features[@]}" "$out/core_bg.wasm" -o "$out/named.wasm"
wasm-opt --strip-debug --strip-producers --strip-target-features "${features[@]}" "$out/named.wasm" -o "$out/core_bg.wasm"
if [[ "$name" == core ]]; then
    rustc --version | cut -d' ' -f2 >bindings-wasm/pkg/rustc-version
    printf '%s\n' "$library" >bindings-wasm/pkg/standard-library
fi
