#!/usr/bin/env bash
# Builds a wheel with the extension: `extension.sh TARGET [ARGUMENT OF MATURIN...]`. On Linux zig
# links it against glibc 2.17, as in manylinux2014, so that it can be imported on Amazon Linux 2
# too.
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

# Otherwise paths of this machine would be part of the wheel. The last match is used.
flags="--remap-path-prefix=$PWD=isoflag --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
flags+=" --remap-path-prefix=$(rustc --print sysroot)=rust"

# Prints maturin's output if it fails.
if ! log=$(RUSTFLAGS="${RUSTFLAGS:-} $flags" maturin build --manifest-path "$here/Cargo.toml" --target "$target" "$@" 2>&1); then
  printf '%s\n' "$log" >&2
  exit 1
fi
