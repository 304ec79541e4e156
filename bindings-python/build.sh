#!/usr/bin/env bash
# Makes .venv at the top of the repository, builds the wheel and installs it there. Where nothing
# changed since the last time it does nothing.
set -euo pipefail
export LC_ALL=C PIP_DISABLE_PIP_VERSION_CHECK=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
python=${PYTHON:-python3}
venv=.venv
wheels=${CARGO_TARGET_DIR:-target}/wheels

say() { printf 'python: %s\n' "$*"; }

sha256=(sha256sum)
command -v sha256sum >/dev/null || sha256=(shasum -a 256)

# One digest over a text and the names and contents of files: `digest TEXT PATH...`.
digest() {
  local text=$1
  shift
  { echo "$text"; find "$@" -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 "${sha256[@]}"; } |
    "${sha256[@]}"
}

make_venv() {
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    say "$python is $("$python" -V 2>&1); isoflag needs Python 3.10 or later (set PYTHON to one)" >&2
    exit 1
  fi
  say "making $venv (10 seconds)"
  "$python" -m venv --clear "$venv" >/dev/null 2>&1 && return
  # Debian keeps a part of venv in a package of its own.
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    say "installing python3-venv by apt-get (half a minute)"
    apt-get install -qq -y python3-venv >/dev/null
  fi
  "$python" -m venv --clear "$venv"
}

[ -x "$venv/bin/pip" ] && "$venv/bin/python" -c '' 2>/dev/null || make_venv
version=$("$venv/bin/python" -VV)

tools=$(digest "$version" "$here/requirements-dev.txt")
if [ "$tools" != "$(cat "$venv/.isoflag-tools" 2>/dev/null)" ]; then
  say "installing maturin, pytest, mypy, ruff and zopfli into $venv (half a minute)"
  "$venv/bin/pip" install -q -r "$here/requirements-dev.txt"
  printf '%s\n' "$tools" >"$venv/.isoflag-tools"
fi

package=$(digest "$version $(rustc -V) ${ISOFLAG_STD:-}" Cargo.toml Cargo.lock core/Cargo.toml core/src \
  "$here"/{Cargo.toml,extension.sh,pyproject.toml,README.md,python,recompress.py,src})
if [ "$package" != "$(cat "$venv/.isoflag-package" 2>/dev/null)" ]; then
  say "building and installing the wheel (a minute the first time, then 20 seconds)"
  rm -rf "$wheels"/isoflag-*.whl
  mkdir -p "$wheels"
  PATH=$PWD/$venv/bin:$PATH "$here/extension.sh" "$(rustc -vV | sed -n 's/^host: //p')" \
    --interpreter "$venv/bin/python" --out "$wheels" >"$wheels/standard-library"
  "$venv/bin/python" "$here/recompress.py" "$wheels"/isoflag-*.whl
  "$venv/bin/pip" install -q --force-reinstall --no-deps "$wheels"/isoflag-*.whl
  "$venv/bin/python" -c 'import isoflag'
  printf '%s\n' "$package" >"$venv/.isoflag-package"
fi
