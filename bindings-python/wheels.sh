#!/usr/bin/env bash
# Builds everything that goes to PyPI into target/dist: isoflag for x86-64 and aarch64 as abi3 wheels for manylinux2014,
# the same without the GIL, the source distribution, and the program of isoflag[cli]. Then checks what it built.
#
#   wheels.sh           all of it (five minutes the first time)
#   wheels.sh layer     only the abi3 wheels, which a Lambda layer is made of
#
# zig links against the old glibc that manylinux2014 names, for either architecture.
set -euo pipefail
export LC_ALL=C PIP_DISABLE_PIP_VERSION_CHECK=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
target=${CARGO_TARGET_DIR:-target}
dist=$target/dist
tools=.tools/wheels
free_threaded=3.14t
only=${1:-all}

say() { printf 'wheels: %s\n' "$*"; }

# Runs a command and shows what it said where it fails.
quietly() {
  local log
  if ! log=$("$@" 2>&1); then
    printf '%s\n' "$log" >&2
    return 1
  fi
}

if [ "$(cat "$here/wheel-tools.txt")" != "$(cat $tools/.installed 2>/dev/null)" ]; then
  say "installing maturin, zig and auditwheel into $tools (a minute)"
  "${PYTHON:-python3}" -m venv --clear $tools
  $tools/bin/pip install -q -r "$here/wheel-tools.txt"
  cp "$here/wheel-tools.txt" $tools/.installed
fi
PATH=$PWD/$tools/bin:$PATH

if [ "$only" = all ]; then rm -rf "$dist"; else rm -f "$dist"/isoflag-*-abi3-*.whl; fi
mkdir -p "$dist"

budgeted=true
options=(--zig --compatibility manylinux2014 --out "$dist")
for architecture in x86_64 aarch64; do
  triple=$architecture-unknown-linux-gnu
  toolchain=$(bindings-wasm/toolchain.sh $triple)
  say "isoflag for $architecture (a minute)"
  library=$(RUSTUP_TOOLCHAIN=$toolchain "$here/extension.sh" $triple "${options[@]}")
  [ "$library" = built ] || budgeted=false
  [ "$only" = all ] || continue
  say "isoflag for $architecture and Python $free_threaded (a minute)"
  RUSTUP_TOOLCHAIN=$toolchain "$here/extension.sh" $triple "${options[@]}" \
    --no-default-features --interpreter python$free_threaded >/dev/null
  say "the program for $architecture (a minute)"
  RUSTUP_TOOLCHAIN=$toolchain quietly maturin build --manifest-path cli/Cargo.toml --target $triple "${options[@]}"
done
python "$here/recompress.py" "$dist"/*.whl
if $budgeted; then
  python "$here/budget.py" "$dist"/isoflag-*-abi3-*.whl
else
  say "SKIPPED: the budget; a wheel has the prebuilt standard library, with which it is larger"
fi
if [ "$only" = all ]; then
  say "the source distribution"
  quietly maturin sdist --manifest-path bindings-python/Cargo.toml --out "$dist"
fi

for built in "$dist"/*.whl; do
  # auditwheel reads ELF itself, so that it can tell of another architecture too.
  tag=$(auditwheel show "$built" 2>&1 | tr '\n' ' ')
  [[ $tag == *manylinux_2_17_* ]] || { say "$built: $tag" >&2; exit 1; }
done
quietly abi3audit --strict "$dist"/isoflag-*-abi3-*.whl

# What a wheel or a source distribution gives when it is installed: `installed NAME INTERPRETER PACKAGE...`.
installed() {
  local venv=.tools/installed-$1 interpreter=$2
  shift 2
  "$interpreter" -m venv --clear "$venv"
  quietly "$venv/bin/pip" install -q "$@"
  "$venv/bin/python" "$here/smoke.py"
}

host=$(uname -m)
say "installed:"
installed wheel "${PYTHON:-python3}" --no-index "$dist"/isoflag-*-abi3-*"_$host.whl"
if [ "$only" = all ]; then
  installed sdist "${PYTHON:-python3}" "$dist"/isoflag-*.tar.gz
  if command -v python$free_threaded >/dev/null; then
    installed free-threaded python$free_threaded --no-index "$dist"/isoflag-*-cp314t-*"_$host.whl"
  else
    say "SKIPPED: importing the free-threaded wheel; there is no python$free_threaded"
  fi
  quietly .tools/installed-wheel/bin/pip install -q --no-index --find-links "$dist" 'isoflag[cli]'
  .tools/installed-wheel/bin/isoflag --version
fi

(cd "$dist" && wc -c -- *) | while read -r bytes name; do printf '%12s  %s\n' "$bytes" "$name"; done
