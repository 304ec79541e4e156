#!/usr/bin/env bash
# Prepares a Rust toolchain that can build for a target which the machine's own toolchain may lack, and prints what
# to put into RUSTUP_TOOLCHAIN. Everything else it has to say goes to standard error.
#
#   RUSTUP_TOOLCHAIN="$(bindings-wasm/toolchain.sh)" cargo build --target wasm32-unknown-unknown
#   bindings-wasm/toolchain.sh aarch64-unknown-linux-gnu
#   bindings-wasm/toolchain.sh wasm32-wasip1 rustup     # fails where rustup cannot supply it
#
# rustup is asked first. Where it cannot supply the target, Debian's packages can: they are unpacked into a toolchain under
# .tools/, without root. Debian has the standard library for other Linux targets; for WebAssembly this script builds it
# once from Debian's sources. ISOFLAG_TOOLCHAIN=debian skips rustup.
set -euo pipefail

target="${1:-wasm32-unknown-unknown}"
repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

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

# Debian's compiler or cargo, with the libraries unpacked beside it.
run_debian() { LD_LIBRARY_PATH="$(echo "$unpacked"/usr/lib/*-linux-gnu)" "$unpacked/usr/bin/$1" "${@:2}"; }

# Builds the standard library for the target into $1.
build_standard_library() {
    local work="$sysroot_dir/work"
    say "toolchain: building the standard library for $target from Debian's sources (about a minute, once)"
    mkdir -p "$work/src"
    printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
    printf '#![no_std]\n' >"$work/src/lib.rs"
    # `test` because `wasm-pack test` links libtest; bitcode because release builds use link-time optimisation.
    (
        cd "$work"
        unset RUSTC_WRAPPER CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS RUSTUP_TOOLCHAIN
        export RUSTC="$sysroot_dir/bin/rustc" RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes -Copt-level=3"
        CARGO_TARGET_DIR="$work/target" run_debian cargo build --release --target "$target" -Z build-std=std,panic_abort,test >&2
    )
    find "$work/target/$target/release/deps" -name '*.rlib' ! -name 'libempty-*' -exec cp {} "$1/" \;
    rm -rf "$work"
}

make_sysroot() {
    local host architecture library="$sysroot_dir/lib/rustlib" tool
    rm -rf "$sysroot_dir"
    architecture="$(dpkg --print-architecture)"
    case "$target" in
    wasm32-*)
        "$repo/.ci/debian-packages" "$unpacked" "$architecture" rustc-web cargo-web rust-web-src rust-web-llvm lld-19
        ;;
    *-linux-gnu)
        "$repo/.ci/debian-packages" "$unpacked" "$architecture" rustc-web cargo-web
        architecture="$(sed 's/^aarch64-.*/arm64/; s/^x86_64-.*/amd64/' <<<"$target")"
        "$repo/.ci/debian-packages" "$unpacked" "$architecture" --only libstd-rust-web-dev
        ;;
    *)
        say "toolchain: Debian has no standard library for \`$target\`"
        exit 1
        ;;
    esac

    host="$(run_debian rustc -vV | sed -n 's/^host: //p')"
    mkdir -p "$sysroot_dir/bin" "$library/$host/bin"
    ln -s "$unpacked/usr/lib/rustlib/etc" "$library/etc"
    ln -s "$unpacked/usr/lib/rustlib/$host/lib" "$library/$host/lib"
    for tool in cargo rustc rustdoc; do
        {
            printf '#!/bin/sh\nexport LD_LIBRARY_PATH="%s"\n' "$(echo "$unpacked"/usr/lib/*-linux-gnu)"
            printf 'exec "%s" %s "$@"\n' "$unpacked/usr/bin/$tool" "$([[ $tool == cargo ]] || echo "--sysroot $sysroot_dir")"
        } >"$sysroot_dir/bin/$tool"
        chmod +x "$sysroot_dir/bin/$tool"
    done
    if [[ "$target" == *-linux-gnu ]]; then
        ln -s "$unpacked/usr/lib/rustlib/$target" "$library/$target"
    else
        mkdir -p "$library/$target/lib" "$library/src"
        ln -s "$(echo "$unpacked"/usr/src/rustc-*)" "$library/src/rust"
        # Debian's own link to rust-lld may dangle.
        ln -s "$unpacked/usr/lib/llvm-19/bin/lld" "$library/$host/bin/rust-lld"
        build_standard_library "$library/$target/lib"
    fi
    printf '%s\n' "$sysroot_dir" >"$sysroot_dir/.complete"
}

sysroot_dir="$repo/.tools/debian-$target"
unpacked="$sysroot_dir/packages"
if ask_rustup; then exit 0; fi
[[ "${2:-}" != rustup ]] || exit 1

# wasm-pack mistakes a sysroot with this word in its path for rustup's own and tries to add the
# target to it.
if [[ "$sysroot_dir" == *rustup* ]]; then
    say "toolchain: \`$repo\` has the word \`rustup\` in its path; move the checkout to another folder"
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    say "toolchain: rustup has no $target for this toolchain and there is no apt-get to fall back on; run \`rustup target add $target\` with a toolchain that has it"
    exit 1
fi

# The wrappers contain the path.
if [[ "$(cat "$sysroot_dir/.complete" 2>/dev/null)" != "$sysroot_dir" ]]; then
    say "toolchain: rustup cannot supply $target here, unpacking Debian's Rust (half a minute, 500 MB in .tools)"
    make_sysroot
fi
printf '%s\n' "$sysroot_dir"
