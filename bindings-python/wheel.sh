#!/usr/bin/env bash
# Builds the wheel of isoflag into dist/: `wheel.sh [ARCHITECTURE...]`, by default for this machine, on Linux also for
# x86_64 and aarch64. A wheel whose sources have not changed is not built again. Needs .venv, which build.sh makes. Prints
# the path of each wheel.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
host=$(rustc -vV | sed -n 's/^host: //p')
stamps=.tools/stamps
[ $# -gt 0 ] || set -- "${host%%-*}"

sha256=(sha256sum)
command -v sha256sum >/dev/null || sha256=(shasum -a 256)

sources=(Cargo.toml Cargo.lock core/Cargo.toml core/src tools/Cargo.toml tools/src bindings-wasm/toolchain.sh
  "$here"/{Cargo.toml,extension.sh,pyproject.toml,README.md,python,published_wheel.py,recompress.py,requirements-dev.txt,src,wheel.sh})
digest=$({ rustc -V && find "${sources[@]}" -type f ! -name '*.pyc' ! -name '*.so' -print0 | sort -z | xargs -0 "${sha256[@]}"; } |
  "${sha256[@]}")

mkdir -p dist "$stamps"
for architecture in "$@"; do
  stamp=$stamps/wheel-$architecture
  { read -r built && read -r wheel; } 2>/dev/null <"$stamp" || built='' wheel=''
  if [ "$built" != "${digest%% *}" ] || [ ! -f "$wheel" ]; then
    printf 'python: building the wheel for %s (a minute the first time, then 20 seconds)\n' "$architecture" >&2
    new=$(mktemp -d)
    "$here/extension.sh" "$architecture-${host#*-}" --out "$new"
    .venv/bin/python "$here/recompress.py" "$new"/*.whl
    .venv/bin/python "$here/published_wheel.py" "$new"/*.whl
    [ -z "$wheel" ] || rm -f "$wheel"
    wheel=dist/$(basename "$new"/*.whl)
    mv "$new"/*.whl "$wheel"
    rmdir "$new"
    printf '%s\n' "${digest%% *}" "$wheel" >"$stamp"
  fi
  printf '%s\n' "$wheel"
done
