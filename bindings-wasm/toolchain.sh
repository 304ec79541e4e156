#!/usr/bin/env bash
# Prepares a Rust toolchain that can build for a target which the machine's own toolchain may lack, and prints the name
# to put into RUSTUP_TOOLCHAIN. Everything else it has to say goes to standard error.
#
#   RUSTUP_TOOLCHAIN="$(bindings-wasm/toolchain.sh)" cargo build --target wasm32-unknown-unknown
#   bindings-wasm/toolchain.sh aarch64-unknown-linux-gnu
#   bindings-wasm/toolchain.sh wasm32-wasip1 rustup     # fails where rustup cannot supply it
#
# rustup is asked first. Where it cannot supply the target, Debian's packages can: this script then builds the standard
# library once from Debian's sources and lays out a toolchain under .tools/. ISOFLAG_TOOLCHAIN=debian skips rustup.
set -euo pipefail

target="${1:-wasm32-unknown-unknown}"
repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
packages=(rustc-web cargo-web rust-web-src rust-web-llvm lld-19)

# Where Debian puts what its packages bring.
debian_rustc=/usr/bin/rustc
debian_cargo=/usr/bin/cargo
debian_lld=/usr/lib/llvm-19/bin/lld

say() { printf '%s\n' "$*" >&2; }

# The active toolchain, if it holds the target's standard library.
rustup_toolchain() {
    local sysroot
    sysroot="$(cd "$repo" && rustc --print sysroot)"
    compgen -G "$sysroot/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null || return 1
    (cd "$repo" && rustup show active-toolchain | cut -d' ' -f1)
}

ask_rustup() {
    [[ "${ISOFLAG_TOOLCHAIN:-}" != debian ]] || return 1
    rustup_toolchain && return 0
    [[ ! -e "$sysroot_dir/.complete" ]] || return 1
    say "toolchain: asking rustup for $target (a few seconds)"
    (cd "$repo" && rustup target add "$target") >&2 && rustup_toolchain
}

as_root() {
    if [[ "$(id -u)" -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    local missing=()
    for package in "${packages[@]}"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    say "toolchain: apt-get install ${missing[*]} (about a minute)"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get install -y --no-install-recommends "${missing[@]}" >&2 || {
        as_root apt-get update >&2
        as_root apt-get install -y --no-install-recommends "${missing[@]}" >&2
    }
}

build_sysroot() {
    local host work out
    host="$("$debian_rustc" -vV | sed -n 's/^host: //p')"
    say "toolchain: building the standard library for $target from Debian's sources (about a minute, once)"

    work="$sysroot_dir.build"
    rm -rf "$sysroot_dir" "$work"
    mkdir -p "$work/empty/src" "$sysroot_dir/bin" "$sysroot_dir/lib/rustlib/$host/bin" "$sysroot_dir/lib/rustlib/$target/lib"
    printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/empty/Cargo.toml"
    printf '#![no_std]\n' >"$work/empty/src/lib.rs"

    # `test` because `wasm-pack test` links libtest; bitcode because release builds use link-time optimisation.
    (cd "$work/empty" && env -u RUSTC_WRAPPER -u CARGO_BUILD_TARGET -u CARGO_ENCODED_RUSTFLAGS -u RUSTUP_TOOLCHAIN \
        RUSTC="$debian_rustc" RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes -Copt-level=3" CARGO_TARGET_DIR="$work/target" \
        "$debian_cargo" build --release --target "$target" -Z build-std=std,panic_abort,test >&2)

    out="$work/target/$target/release/deps"
    find "$out" -name '*.rlib' ! -name 'libempty-*' -exec cp {} "$sysroot_dir/lib/rustlib/$target/lib/" \;

    ln -s "/usr/lib/rustlib/$host/lib" "$sysroot_dir/lib/rustlib/$host/lib"
    ln -s /usr/lib/rustlib/src "$sysroot_dir/lib/rustlib/src"
    ln -s /usr/lib/rustlib/etc "$sysroot_dir/lib/rustlib/etc"
    # Debian's own link to rust-lld may dangle.
    ln -s "$(readlink -f "$debian_lld")" "$sysroot_dir/lib/rustlib/$host/bin/rust-lld"

    ln -s "$debian_cargo" "$sysroot_dir/bin/cargo"
    for tool in rustc rustdoc; do
        printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "%s" "$@"\n' "$tool" "$sysroot_dir" >"$sysroot_dir/bin/$tool"
        chmod +x "$sysroot_dir/bin/$tool"
    done
    rm -rf "$work"
    printf '%s\n' "$stamp" >"$sysroot_dir/.complete"
}

sysroot_dir="$repo/.tools/debian-$target"
if ask_rustup; then exit 0; fi
[[ "${2:-}" != rustup ]] || exit 1

# wasm-pack takes a sysroot with this word in its path for rustup's own and tries to add the target to it.
if [[ "$sysroot_dir" == *rustup* ]]; then
    say "toolchain: \`$repo\` has the word \`rustup\` in its path; move the checkout to another folder"
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    say "toolchain: rustup has no $target for this toolchain and there is no apt-get to fall back on; run \`rustup target add $target\` with a toolchain that has it"
    exit 1
fi

if [[ ! -e "$sysroot_dir/.complete" ]]; then
    say "toolchain: rustup cannot supply $target here, falling back to Debian's packages (${packages[*]})"
    install_packages
fi
# The path is part of the stamp: the wrappers hold it.
stamp="$sysroot_dir $("$debian_rustc" --version 2>/dev/null || true)"
if [[ "$(cat "$sysroot_dir/.complete" 2>/dev/null)" != "$stamp" ]]; then
    install_packages
    stamp="$sysroot_dir $("$debian_rustc" --version)"
    build_sysroot
fi
name="isoflag-debian-$target"
rustup toolchain link "$name" "$sysroot_dir" >&2
printf '%s\n' "$name"
