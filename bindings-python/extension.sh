#!/usr/bin/env bash
# Builds a wheel with the extension in it: `extension.sh TARGET [ARGUMENT OF MATURIN...]`. On Linux zig links it against
# glibc 2.17, which manylinux2014 names, so that it can be imported on Amazon Linux 2 too.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
target=$1
shift
PATH=$PWD/.venv/bin:$PATH
if [ "$target" != "$(rustc -vV | sed -n 's/^host: //p')" ]; then
  RUSTUP_TOOLCHAIN=$(bindings-wasm/toolchain.sh "$target")
  export RUSTUP_TOOLCHAIN
fi
case $target in
  x86_64-*-linux-gnu | aarch64-*-linux-gnu) set -- --zig --compatibility manylinux2014 "$@" ;;
esac

# Paths of this machine would otherwise be part of the wheel. The last that fits is taken.
flags="--remap-path-prefix=$PWD=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
flags+=" --remap-path-prefix=$(rustc --print sysroot)=rust"

# Shows what maturin printed if it fails.
if ! log=$(RUSTFLAGS="${RUSTFLAGS:-} $flags" maturin build --manifest-path "$here/Cargo.toml" --target "$target" "$@" 2>&1); then
  printf '%s\n' "$log" >&2
  exit 1
fi
