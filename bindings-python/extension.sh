#!/usr/bin/env bash
# Builds a wheel with the extension in it: `extension.sh TARGET [ARGUMENT OF MATURIN...]`. It prints `built` or
# `prebuilt`, for the standard library that went in; what else it has to say goes to standard error.
#
# A standard library built with the extension leaves out what prints a backtrace, a fifth of the wheel, and sorts and prints
# numbers in fewer bytes. ISOFLAG_STD=prebuilt takes the one that comes with the toolchain: a larger wheel, sooner.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
target=$1
shift

say() { printf 'extension: %s\n' "$*" >&2; }

# Paths of this machine would otherwise be part of the wheel. The last that fits is taken.
flags="--remap-path-prefix=$PWD=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
flags+=" --remap-path-prefix=$(rustc --print sysroot)=rust"

# Nothing here panics, and no message is written by Debug; where something did, the process would end without words. What
# only an unwinder reads is left out for the same reason: glibc takes a frame that it does not know for the last one.
silent="-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none -Cforce-unwind-tables=no"

# Shows what maturin said where it fails.
build() {
  local log
  if ! log=$(RUSTFLAGS="${RUSTFLAGS:-} $flags" maturin build --manifest-path "$here/Cargo.toml" \
    --target "$target" "$@" 2>&1); then
    printf '%s\n' "$log" >&2
    return 1
  fi
}

if [ "${ISOFLAG_STD:-}" != prebuilt ]; then
  if ! bindings-wasm/rust-src.sh; then
    say "there are no sources of the standard library here; the wheel will be larger with the prebuilt one"
  elif RUSTC_BOOTSTRAP=1 RUSTFLAGS="${RUSTFLAGS:-} $silent" build -Z build-std=std,panic_abort -Z build-std-features=optimize_for_size "$@"; then
    echo built
    exit
  else
    say "that failed with a standard library of our own, trying the prebuilt one; the wheel will be larger"
  fi
fi
build "$@"
echo prebuilt
