#!/usr/bin/env bash
# Creates .venv at the top of the repository, builds the wheel for this machine's architecture into
# dist/ and installs it in .venv. Does nothing if nothing has changed since the last build.
set -euo pipefail
export LC_ALL=C PIP_DISABLE_PIP_VERSION_CHECK=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
python=${PYTHON:-python3}
venv=.venv

say() { printf 'python: %s\n' "$*"; }

sha256=(sha256sum)
command -v sha256sum >/dev/null || sha256=(shasum -a 256)

# Returns one digest over a text and the names and contents of files: `digest TEXT PATH...`.
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
  "$python" -m venv --clear "$venv" || {
    say "$python cannot make a virtual environment; on Debian and Ubuntu install python3-venv" >&2
    exit 1
  }
}

[ -x "$venv/bin/pip" ] && "$venv/bin/python" -c '' 2>/dev/null || make_venv
version=$("$venv/bin/python" -VV)

tools=$(digest "$version" "$here/requirements-dev.txt")
if [ "$tools" != "$(cat "$venv/.isoflag-tools" 2>/dev/null)" ]; then
  say "installing maturin, zig, pytest, mypy, ruff and zopfli into $venv (a minute)"
  "$venv/bin/pip" install -q -r "$here/requirements-dev.txt"
  printf '%s\n' "$tools" >"$venv/.isoflag-tools"
fi

wheel=$("$here/wheel.sh")
package=$(digest "$version" "$wheel")
if [ "$package" != "$(cat "$venv/.isoflag-package" 2>/dev/null)" ]; then
  "$venv/bin/pip" install -q --force-reinstall --no-deps "$wheel"
  "$venv/bin/python" -c 'import isoflag'
  printf '%s\n' "$package" >"$venv/.isoflag-package"
fi
