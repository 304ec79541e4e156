#!/usr/bin/env bash
# Builds a WebAssembly module. The Makefile installs the tools.
#
#   module.sh core|tools   bindings-wasm/pkg/core or tools, with wasm-pack
#   module.sh cli          cli/npm/isoflag.wasm, the command-line tool compiled for WASI
#   module.sh demo         the npm package of `make demo` in .tools/demo, with one module that is not optimised
#
# ISOFLAG_STD=prebuilt builds core.wasm with the toolchain's standard library: larger, and without nightly flags.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# npm's wasm-opt, since Debian's breaks modules.
PATH=$PWD/bindings-wasm/npm/node_modules/.bin:${CARGO_TARGET_DIR:-$PWD/target}/build-tools/debug:$PATH

# pack CRATE PROFILE FOLDER [ARGUMENT OF WASM-PACK OR CARGO...]
pack() {
    rm -rf "$3"
    wasm-pack --quiet build "$1" --mode no-install --target bundler --profile "$2" --out-dir "$PWD/$3" --out-name core --no-pack "${@:4}"
}

if [[ "$1" == demo ]]; then
    folder=.tools/demo
    pack bindings-wasm/tools demo "$folder/pkg/tools" --no-opt
    rm -rf "$folder"/{npm,pkg/core}
    mkdir -p "$folder/npm"
    cp -r "$folder"/pkg/{tools,core}
    cp -r bindings-wasm/npm/{src,scripts,package.json,tsconfig.json} "$folder/npm"
    ln -s "$PWD/bindings-wasm/npm/node_modules" "$folder/npm"
    npm run build --prefix "$folder/npm"
    exit
fi

# Otherwise paths of this machine would be part of the module.
export RUSTFLAGS="--remap-path-prefix=$PWD=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
# The name that the sources of Rust have if they are not installed: the same bytes in both cases.
RUSTFLAGS+=" --remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$(rustc -vV | sed -n 's/^commit-hash: //p')"
features=(--enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int
    --enable-reference-types --enable-sign-ext)
strip=(--strip-debug --strip-producers --strip-target-features)
out=bindings-wasm/pkg/$1

case $1 in
core)
    library=prebuilt arguments=()
    # The small implementation of the sha2 crate.
    RUSTFLAGS+=' --cfg sha2_backend_soft="compact"'
    # With the prebuilt standard library core.wasm exceeds its budget; this builds one if its sources can be had. The core never
    # panics; if it did, a page would only see a trap without a message.
    if [[ "${ISOFLAG_STD:-}" != prebuilt ]] &&
        { rustup component add rust-src 2>/dev/null || [[ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library" ]]; }; then
        library=built arguments+=(-Z "build-std=std,panic_abort" -Z "build-std-features=optimize_for_size")
        RUSTFLAGS+=" -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none -Zinline-mir=no"
        export RUSTC_BOOTSTRAP=1
    fi
    pack bindings-wasm/core wasm "$out" "${arguments[@]}"
    rustc --version | cut -d' ' -f2 >bindings-wasm/pkg/rustc-version
    printf '%s\n' "$library" >bindings-wasm/pkg/standard-library
    ;;
tools)
    pack bindings-wasm/tools wasm-tools "$out"
    ;;
cli)
    ! command -v rustup >/dev/null || rustup --quiet target add wasm32-wasip1
    cargo build --quiet -p isoflag-cli --profile wasm --target wasm32-wasip1
    exec wasm-opt -Oz "${strip[@]}" "${features[@]}" "${CARGO_TARGET_DIR:-target}/wasm32-wasip1/wasm/isoflag.wasm" -o cli/npm/isoflag.wasm
    ;;
esac
# The flags of the first wasm-opt are in each crate's Cargo.toml. It keeps the names of the functions, from which bench/ computes
# what the bytes are.
mv "$out/core_bg.wasm" "$out/named.wasm"
wasm-opt "${strip[@]}" "${features[@]}" "$out/named.wasm" -o "$out/core_bg.wasm"
