#!/usr/bin/env bash
# Installs the tools that build the npm package from the crate, under .tools/bin: wasm-bindgen
# (which must have exactly the crate's version) and wasm-pack. Does nothing if they are installed.
set -euo pipefail

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
tools="$repo/.tools"
wasm_pack=0.15.1
wasm_bindgen="$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' "$repo/bindings-wasm/Cargo.toml")"

say() { printf '%s\n' "$*" >&2; }

install() {
    local crate="$1" program="$2" version="$3" minutes="$4"
    [[ "$("$tools/bin/$program" --version 2>/dev/null)" != "$program $version" ]] || return 0
    say "tools: building $crate $version (about $minutes minutes, once)"
    # A lock file may require releases that a registry's mirror does not have yet.
    cargo install --quiet --locked --root "$tools" --version "=$version" "$crate" >&2 || {
        say "tools: $crate's own lock file cannot be used here, resolving its dependencies anew"
        cargo install --quiet --root "$tools" --version "=$version" "$crate" >&2
    }
}

if [[ -z "$wasm_bindgen" ]]; then
    say 'tools: bindings-wasm/Cargo.toml does not pin `wasm-bindgen` with `=`; write `wasm-bindgen = "=x.y.z"`'
    exit 1
fi
install wasm-bindgen-cli wasm-bindgen "$wasm_bindgen" 3
install wasm-pack wasm-pack "$wasm_pack" 2
