#!/usr/bin/env bash
# Builds and checks all packages for PyPI, in target/dist: the wheels of dist/, the same without the
# GIL, the source distribution, and the CLI for isoflag[cli]. Needs .venv, which build.sh creates.
set -euo pipefail
export LC_ALL=C PIP_DISABLE_PIP_VERSION_CHECK=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
target=${CARGO_TARGET_DIR:-target}
dist=$target/dist
free_threaded=3.14t

say() { printf 'wheels: %s\n' "$*"; }

# Runs a command and prints its output if it fails.
quietly() {
  local log
  if ! log=$("$@" 2>&1); then
    printf '%s\n' "$log" >&2
    return 1
  fi
}

quietly .venv/bin/pip install -q -r "$here/wheel-tools.txt"
PATH=$PWD/.venv/bin:$PATH

rm -rf "$dist"
mkdir -p "$dist"
architectures=(x86_64 aarch64)
"$here/wheel.sh" "${architectures[@]}" | while IFS= read -r wheel; do cp "$wheel" "$dist/"; done
for architecture in "${architectures[@]}"; do
  triple=$architecture-unknown-linux-gnu
  say "isoflag for $architecture and Python $free_threaded (a minute)"
  "$here/extension.sh" $triple --out "$dist" --no-default-features --interpreter python$free_threaded
  say "the program for $architecture (a minute)"
  RUSTUP_TOOLCHAIN=$(bindings-wasm/toolchain.sh $triple) quietly maturin build --manifest-path cli/Cargo.toml \
    --target $triple --zig --compatibility manylinux2014 --out "$dist"
done
python "$here/recompress.py" "$dist"/*-cp314t-*.whl "$dist"/isoflag_cli-*.whl
python "$here/published_wheel.py" "$dist"/isoflag-*.whl
say "the source distribution"
quietly maturin sdist --manifest-path bindings-python/Cargo.toml --out "$dist"

for built in "$dist"/*.whl; do
  # auditwheel parses ELF itself, so it can check another architecture too.
  tag=$(auditwheel show "$built" 2>&1 | tr '\n' ' ')
  [[ $tag == *manylinux_2_17_* ]] || { say "$built: $tag" >&2; exit 1; }
done
quietly abi3audit --strict "$dist"/isoflag-*-abi3-*.whl

# Installs packages in an empty environment and tries them: `installed NAME INTERPRETER PACKAGE...`.
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
installed sdist "${PYTHON:-python3}" "$dist"/isoflag-*.tar.gz
if command -v python$free_threaded >/dev/null; then
  installed free-threaded python$free_threaded --no-index "$dist"/isoflag-*-cp314t-*"_$host.whl"
else
  say "SKIPPED: importing the free-threaded wheel; there is no python$free_threaded"
fi
quietly .tools/installed-wheel/bin/pip install -q --no-index --find-links "$dist" 'isoflag[cli]'
.tools/installed-wheel/bin/isoflag --version

(cd "$dist" && wc -c -- *) | while read -r bytes name; do printf '%12s  %s\n' "$bytes" "$name"; done
